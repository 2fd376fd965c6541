package actions

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Machine is the host that actions work on.
type Machine interface {
	// Run runs a command and passes on the lines it prints, one at a time, while it
	// runs, without the secrets that hide knows. A command that ends by itself is no
	// error, whatever its code.
	Run(ctx context.Context, c spec.Command, hide *value.Redactor, line func(text string)) (spec.CommandResult, error)
	// Needless says why a command need not be run, as its Creates and Unless have it; "" if
	// it has to be.
	Needless(ctx context.Context, c spec.Command, line func(text string)) (string, error)
	// EndLeftovers ends what an earlier process of ours left running, or waits for it if it
	// must not be ended: it may still change the host.
	EndLeftovers(ctx context.Context, line func(text string)) error
	// StillRunning names that.
	StillRunning() []string
	// System is the host as operations see it and change it. What a person should know of
	// what is done is said.
	System(say func(text string)) view.View
}

func runSignature() *interp.Signature {
	return &interp.Signature{
		Name: "ctx.host.run", Positional: 1, Required: 1, Returns: "result",
		Doc: "Runs a program on the host, without a shell. What it prints appears in the log while it runs. " +
			"If it ends with another code than 0, the step fails with its last lines. On a simulated host it is only logged, and what it gives is not known unless a test says it with fake.",
		Params: []interp.Parameter{
			interp.Param("argv", "list[str | secret]", "", "The program and its arguments, one element each."),
			interp.Param("cwd", "str", "\"/\"", "The directory it runs in."),
			interp.Param("env", "dict[str, str | secret]", "{}", "Environment, besides a small one that is always the same, with which apt and dpkg ask nothing."),
			interp.Param("timeout", "float", "900", "Seconds after which it is ended, with all its children; dpkg and the like are waited for."),
			interp.Param("creates", "str", "", "A path; if it exists, nothing is run."),
			interp.Param("unless", "list[str]", "[]", "A program; if it ends with 0, nothing is run."),
			interp.Param("input", "str | secret", "\"\"", "What it reads."),
			interp.Param("ok", "list[int]", "[0]", "The exit codes that are no failure."),
			interp.Param("undo", "list[str]", "[]", "A program that takes back what it did, when the state is left. Without it nothing does."),
			interp.Param("user", "str", "\"\"", "The user that it runs as, with the groups and the home of that user; that of the agent, which is root, if not given."),
		},
	}
}

// host is ctx.host.
func (c *call) host(ctx context.Context) starlark.Value {
	sig := runSignature()
	functions := c.operations(ctx)
	functions["run"] = starlark.NewBuiltin(sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		cmd, err := c.command(t, sig, args, kwargs)
		if err != nil {
			return nil, err
		}
		return c.runCommand(ctx, t, cmd)
	})
	functions["settle"] = c.settleNow(ctx)
	functions["template"] = c.template(ctx)
	functions["script"] = c.script(ctx)
	functions["read"] = c.read()
	functions["facts"] = c.facts(ctx)
	maps.Copy(functions, c.checks(ctx))
	return interp.NewStruct("ctx.host", functions)
}

// runCommand runs it, or says on a simulated host what would be run.
func (c *call) runCommand(ctx context.Context, t *starlark.Thread, cmd command) (starlark.Value, error) {
	shown := show(cmd.Argv)
	if cmd.User != "" {
		shown += " (as " + cmd.User + ")"
	}
	if c.asking {
		return nil, &spec.Error{Kind: spec.Failed, Msg: "ctx.host.run can only be used in an action: a suggestion or validation must not touch the host",
			Hint: "do it in enter or in a provide"}
	}
	if c.Me.Simulated {
		return c.rehearse(t, cmd, shown)
	}
	if c.by.Machine == nil {
		return nil, &spec.Error{Kind: spec.Failed, Msg: "this agent runs no commands"}
	}
	if c.Preview != nil {
		return c.foreseeCommand(cmd.Command, c.hide(shown), cmd.undo)
	}
	what := c.hide(string(spec.CommandKey) + " " + shown)
	var res spec.CommandResult
	var err error
	interp.Waiting(t, func() {
		res.Skipped, err = c.by.Machine.Needless(ctx, cmd.Command, func(text string) { c.log(spec.LevelInfo, text) })
	})
	if err != nil {
		return nil, err
	}
	if res.Skipped != "" { // if it was run before, that stays recorded
		c.say(t, spec.LevelInfo, "$ "+shown)
		c.say(t, spec.LevelInfo, "not run: "+res.Skipped)
		return newResult(res), c.ranBefore(t, what)
	}
	cmd.Creates, cmd.Unless = "", nil
	effect := []spec.Effect{{Key: what, Undo: cmd.undo, Forever: irreversible(cmd.undo)}}
	interp.Waiting(t, func() { err = c.Effects.Begin(effect, what) })
	if err != nil {
		return nil, err
	}
	c.say(t, spec.LevelInfo, "$ "+shown)
	interp.Waiting(t, func() {
		res, err = c.by.Machine.Run(ctx, cmd.Command, &c.redactor, func(text string) { c.log(spec.LevelInfo, text) })
	})
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(cmd.ok, res.Code):
		return nil, commandFailed(cmd.Argv[0], res)
	}
	interp.Waiting(t, func() { err = c.Effects.Done(effect...) })
	return newResult(res), err
}

// ranBefore records that a command need not be run since it was run for others.
func (c *call) ranBefore(t *starlark.Thread, key string) (err error) {
	if slices.ContainsFunc(c.Effects.Passing(), func(e spec.Effect) bool { return e.Key == key }) {
		interp.Waiting(t, func() { err = c.Effects.Found(spec.Effect{Key: key}) })
	}
	return err
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
	return interp.NewStruct("result", starlark.StringDict{
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
			a = interp.QuoteShell(a)
		}
		parts[i] = a
	}
	return strings.Join(parts, " ")
}
