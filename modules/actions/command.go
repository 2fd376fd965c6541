package actions

import (
	"math"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// command is what run is given.
type command struct {
	spec.Command
	ok   []int    // exit codes that are fine
	undo []string // the command that takes it back, nil if there is none
}

// command reads the arguments of run.
func (c *call) command(t *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (cmd command, err error) {
	var argv, unless, codes, undo *starlark.List
	var env *starlark.Dict
	var timeout, input starlark.Value
	if len(args) > 0 {
		if text, isText := starlark.AsString(args[0]); isText {
			return cmd, wrongArgument("argv is a list, one element for each argument", "write ctx.host.run(["+listed(strings.Fields(text))+"])")
		}
	}
	if err := sig.Unpack(args, kwargs, &argv, &cmd.Dir, &env, &timeout, &cmd.Creates, &unless, &input, &codes, &undo, &cmd.User); err != nil {
		return cmd, err
	}
	for _, path := range []*string{&cmd.Dir, &cmd.Creates, &cmd.User} {
		if *path, err = c.text("a path or user", starlark.String(*path)); err != nil {
			return cmd, err
		}
	}
	if cmd.Argv, err = c.texts("argv", argv); err != nil {
		return cmd, err
	}
	if c.anySecret(argv) || c.anySecret(unless) || c.anySecret(undo) {
		c.say(t, spec.LevelWarn, t.CallFrame(1).Pos.String()+": "+SecretArgument)
	}
	if len(cmd.Argv) == 0 {
		return cmd, wrongArgument("argv is empty", "write ctx.host.run([\"program\", \"argument\"])")
	}
	if cmd.Unless, err = c.texts("unless", unless); err != nil {
		return cmd, err
	}
	if cmd.undo, err = c.texts("undo", undo); err != nil {
		return cmd, err
	}
	if cmd.Env, err = c.environment(env); err != nil {
		return cmd, err
	}
	if input != nil {
		if cmd.Input, err = c.text("input", input); err != nil {
			return cmd, err
		}
	}
	if timeout != nil {
		seconds, isNumber := starlark.AsFloat(timeout)
		if !isNumber || !(seconds > 0 && seconds < math.MaxInt32) {
			return cmd, wrongArgument("timeout must be a number of seconds", "write timeout = 60")
		}
		cmd.Timeout = time.Duration(seconds * float64(time.Second))
	}
	cmd.ok = []int{0}
	if codes != nil {
		cmd.ok = nil
		for i := range codes.Len() {
			code, err := starlark.AsInt32(codes.Index(i))
			if err != nil {
				return cmd, wrongArgument("ok must be a list of exit codes", "write ok = [0, 1]")
			}
			cmd.ok = append(cmd.ok, code)
		}
	}
	return cmd, nil
}

// environment reads env.
func (c *call) environment(env *starlark.Dict) (map[string]string, error) {
	if env == nil {
		return nil, nil
	}
	out := map[string]string{}
	for k, v := range env.Entries() {
		name, isText := starlark.AsString(k)
		value, err := c.text("env", v)
		if err != nil || !isText || name == "" || strings.ContainsAny(name, "=\x00") {
			return nil, wrongArgument("env must be a dict of texts", "write env = {\"NAME\": \"value\"}")
		}
		out[name] = value
	}
	return out, nil
}

func wrongArgument(msg, hint string) error {
	return &spec.Error{Kind: spec.Failed, Msg: "ctx.host.run: " + msg, Hint: hint}
}

func listed(words []string) string {
	for i, w := range words {
		words[i] = strconv.Quote(w)
	}
	return strings.Join(words, ", ")
}

// anySecret reports whether a secret is in arguments.
func (c *call) anySecret(l *starlark.List) bool {
	if l == nil {
		return false
	}
	for x := range starlark.Elements(l) {
		if text, ok := starlark.AsString(x); ok {
			if _, secret, _ := c.secrets.Reveal(text); secret {
				return true
			}
			if c.redactor.Redact(text) != text { // it was revealed
				return true
			}
		}
		if _, ok := x.(interp.Secret); ok {
			return true
		}
	}
	return false
}

func (c *call) texts(name string, l *starlark.List) ([]string, error) {
	if l == nil {
		return nil, nil
	}
	out := make([]string, l.Len())
	for i := range out {
		var err error
		if out[i], err = c.text(name, l.Index(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// text takes a text, in which secrets may be, a whole number, or a secret.
func (c *call) text(name string, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.String:
		if strings.ContainsRune(string(v), 0) && name != "input" {
			return "", wrongArgument(name+" holds a zero byte", "")
		}
		text, _, err := c.secrets.Reveal(string(v))
		return text, err
	case starlark.Int:
		return v.String(), nil
	case interp.Secret:
		return v.Quoted().Reveal(), nil
	case besideText:
		return string(v), nil
	case rendered:
		return string(v.besideText), nil
	}
	return "", wrongArgument(name+" must hold texts, not "+interp.TypeName(v), "str(x) makes a text")
}
