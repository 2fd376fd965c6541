package modules

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// Machine is the host that actions work on.
type Machine interface {
	// Run runs a command and passes on the lines it prints, one at a time, while it
	// runs. A command that ends by itself is no error, whatever its code.
	Run(ctx context.Context, c spec.Command, line func(text string)) (spec.CommandResult, error)
}

func runSignature() *signature {
	return &signature{
		name: "ctx.host.run", npos: 1, required: 1, returns: "result",
		doc: "Runs a program on the host, without a shell. What it prints appears in the log while it runs. " +
			"If it ends with another code than 0, the step fails with its last lines. On a simulated host it is only logged.",
		params: []param{
			{"argv", "list[str | secret]", "", "The program and its arguments, one element each."},
			{"cwd", "str", "\"/\"", "The directory it runs in."},
			{"env", "dict[str, str | secret]", "{}", "Environment, besides a small one that is always the same."},
			{"timeout", "float", "900", "Seconds after which it is ended, with all its children."},
			{"creates", "str", "", "A path; if it exists, nothing is run."},
			{"unless", "list[str]", "[]", "A program; if it ends with 0, nothing is run."},
			{"input", "str | secret", "\"\"", "What it reads."},
			{"ok", "list[int]", "[0]", "The exit codes that are no failure."},
		},
	}
}

// host is ctx.host.
func (s *session) host(ctx context.Context) starlark.Value {
	sig := runSignature()
	return newRecord("ctx.host", starlark.StringDict{
		"run": starlark.NewBuiltin(sig.name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			c, ok, err := s.command(sig, args, kwargs)
			if err != nil {
				return nil, err
			}
			return s.runCommand(ctx, t, c, ok)
		}),
	})
}

// command reads the arguments of run, and the exit codes that are fine.
func (s *session) command(sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (c spec.Command, ok []int, err error) {
	var argv, unless, codes *starlark.List
	var env *starlark.Dict
	var timeout, input starlark.Value
	if len(args) > 0 {
		if text, isText := starlark.AsString(args[0]); isText {
			return c, nil, wrongArgument("argv is a list, one element for each argument", "write ctx.host.run(["+listed(strings.Fields(text))+"])")
		}
	}
	if err := sig.unpack(args, kwargs, &argv, &c.Dir, &env, &timeout, &c.Creates, &unless, &input, &codes); err != nil {
		return c, nil, err
	}
	if c.Argv, err = s.texts("argv", argv); err != nil {
		return c, nil, err
	}
	if len(c.Argv) == 0 {
		return c, nil, wrongArgument("argv is empty", "write ctx.host.run([\"program\", \"argument\"])")
	}
	if c.Unless, err = s.texts("unless", unless); err != nil {
		return c, nil, err
	}
	if env != nil {
		c.Env = map[string]string{}
		for k, v := range env.Entries() {
			name, isText := starlark.AsString(k)
			value, err := s.text("env", v)
			if err != nil || !isText || name == "" || strings.ContainsAny(name, "=\x00") {
				return c, nil, wrongArgument("env must be a dict of texts", "write env = {\"NAME\": \"value\"}")
			}
			c.Env[name] = value
		}
	}
	if input != nil {
		if c.Input, err = s.text("input", input); err != nil {
			return c, nil, err
		}
	}
	if timeout != nil {
		seconds, isNumber := starlark.AsFloat(timeout)
		if !isNumber || !(seconds > 0 && seconds < math.MaxInt32) {
			return c, nil, wrongArgument("timeout must be a number of seconds", "write timeout = 60")
		}
		c.Timeout = time.Duration(seconds * float64(time.Second))
	}
	ok = []int{0}
	if codes != nil {
		ok = nil
		for i := range codes.Len() {
			code, err := starlark.AsInt32(codes.Index(i))
			if err != nil {
				return c, nil, wrongArgument("ok must be a list of exit codes", "write ok = [0, 1]")
			}
			ok = append(ok, code)
		}
	}
	return c, ok, nil
}

func wrongArgument(msg, hint string) error {
	return &spec.Error{Kind: spec.Failed, Msg: "ctx.host.run: " + msg, Hint: hint}
}

func listed(words []string) string {
	for i, w := range words {
		words[i] = quoted(w)
	}
	return strings.Join(words, ", ")
}

func (s *session) texts(name string, l *starlark.List) ([]string, error) {
	if l == nil {
		return nil, nil
	}
	out := make([]string, l.Len())
	for i := range out {
		var err error
		if out[i], err = s.text(name, l.Index(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// text takes a text, a whole number, or a secret, which stays out of the log.
func (s *session) text(name string, v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.String:
		if strings.ContainsRune(string(v), 0) && name != "input" {
			return "", wrongArgument(name+" holds a zero byte", "")
		}
		return string(v), nil
	case starlark.Int:
		return v.String(), nil
	case secret:
		s.note(v.text)
		return v.text.Reveal(), nil
	}
	return "", wrongArgument(name+" must hold texts, not "+typeName(v), "str(x) makes a text")
}

// runCommand runs it, or says on a simulated host what would be run.
func (s *session) runCommand(ctx context.Context, t *starlark.Thread, c spec.Command, ok []int) (starlark.Value, error) {
	shown := show(c.Argv)
	if s.asking {
		return nil, &spec.Error{Kind: spec.Failed, Msg: "ctx.host.run can only be used in an action: a suggestion or validation must not touch the host",
			Hint: "do it in enter or in a provide"}
	}
	if s.call.Me.Simulated {
		s.say(t, spec.LevelInfo, "would run: "+shown)
		return newResult(spec.CommandResult{}), nil
	}
	if s.run.machine == nil {
		return nil, &spec.Error{Kind: spec.Failed, Msg: "this agent runs no commands"}
	}
	if s.call.Effect != nil {
		if err := s.call.Effect(s.hide("run " + shown)); err != nil {
			return nil, err
		}
	}
	s.say(t, spec.LevelInfo, "$ "+shown)
	var res spec.CommandResult
	var err error
	waiting(t, func() {
		res, err = s.run.machine.Run(ctx, c, func(text string) { s.log(spec.LevelInfo, text) })
	})
	switch {
	case err != nil:
		return nil, err
	case res.Skipped != "":
		s.say(t, spec.LevelInfo, "not run: "+res.Skipped)
	case !slices.Contains(ok, res.Code):
		return nil, commandFailed(c.Argv[0], res)
	}
	return newResult(res), nil
}

// lastLines is how many lines of a command's output its failure shows.
const lastLines = 5

func commandFailed(program string, res spec.CommandResult) error {
	var last []string
	for _, line := range res.Last {
		if line = strings.TrimSpace(line); line != "" {
			last = append(last, line)
		}
	}
	last = last[max(0, len(last)-lastLines):]
	msg := fmt.Sprintf("%s ended with code %d", program, res.Code)
	if len(last) > 0 {
		msg += ": " + strings.Join(last, " | ")
	}
	return &spec.Error{Kind: spec.Failed, Msg: msg, Hint: "the log of the step has all that it printed"}
}

func newResult(res spec.CommandResult) starlark.Value {
	return newRecord("result", starlark.StringDict{
		"code":    starlark.MakeInt(res.Code),
		"stdout":  starlark.String(res.Stdout),
		"stderr":  starlark.String(res.Stderr),
		"skipped": starlark.Bool(res.Skipped != ""),
	})
}

// show writes a command as one would type it.
func show(argv []string) string {
	parts := make([]string, len(argv))
	for i, a := range argv {
		if a == "" || strings.ContainsAny(a, " \t\n\"'\\$&|;<>()*?`#~") {
			a = "'" + inQuotes(a) + "'"
		}
		parts[i] = a
	}
	return strings.Join(parts, " ")
}

// inQuotes is how a word is written between single quotes of the shell.
func inQuotes(word string) string { return strings.ReplaceAll(word, "'", `'\''`) }
