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

// command reads the arguments of run, and the exit codes that are fine.
func (c *call) command(t *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (cmd spec.Command, ok []int, err error) {
	var argv, unless, codes *starlark.List
	var env *starlark.Dict
	var timeout, input starlark.Value
	if len(args) > 0 {
		if text, isText := starlark.AsString(args[0]); isText {
			return cmd, nil, wrongArgument("argv is a list, one element for each argument", "write ctx.host.run(["+listed(strings.Fields(text))+"])")
		}
	}
	if err := sig.Unpack(args, kwargs, &argv, &cmd.Dir, &env, &timeout, &cmd.Creates, &unless, &input, &codes); err != nil {
		return cmd, nil, err
	}
	for _, path := range []*string{&cmd.Dir, &cmd.Creates} {
		if *path, err = c.text("a path", starlark.String(*path)); err != nil {
			return cmd, nil, err
		}
	}
	if cmd.Argv, err = c.texts("argv", argv); err != nil {
		return cmd, nil, err
	}
	if c.anySecret(argv) || c.anySecret(unless) {
		c.say(t, spec.LevelWarn, t.CallFrame(1).Pos.String()+": "+SecretArgument)
	}
	if len(cmd.Argv) == 0 {
		return cmd, nil, wrongArgument("argv is empty", "write ctx.host.run([\"program\", \"argument\"])")
	}
	if cmd.Unless, err = c.texts("unless", unless); err != nil {
		return cmd, nil, err
	}
	if env != nil {
		cmd.Env = map[string]string{}
		for k, v := range env.Entries() {
			name, isText := starlark.AsString(k)
			value, err := c.text("env", v)
			if err != nil || !isText || name == "" || strings.ContainsAny(name, "=\x00") {
				return cmd, nil, wrongArgument("env must be a dict of texts", "write env = {\"NAME\": \"value\"}")
			}
			cmd.Env[name] = value
		}
	}
	if input != nil {
		if cmd.Input, err = c.text("input", input); err != nil {
			return cmd, nil, err
		}
	}
	if timeout != nil {
		seconds, isNumber := starlark.AsFloat(timeout)
		if !isNumber || !(seconds > 0 && seconds < math.MaxInt32) {
			return cmd, nil, wrongArgument("timeout must be a number of seconds", "write timeout = 60")
		}
		cmd.Timeout = time.Duration(seconds * float64(time.Second))
	}
	ok = []int{0}
	if codes != nil {
		ok = nil
		for i := range codes.Len() {
			code, err := starlark.AsInt32(codes.Index(i))
			if err != nil {
				return cmd, nil, wrongArgument("ok must be a list of exit codes", "write ok = [0, 1]")
			}
			ok = append(ok, code)
		}
	}
	return cmd, ok, nil
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
	}
	return "", wrongArgument(name+" must hold texts, not "+interp.TypeName(v), "str(x) makes a text")
}
