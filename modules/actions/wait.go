package actions

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

func waitSignature() *interp.Signature {
	return &interp.Signature{Name: "ctx.host.wait", Positional: 1, Required: 1, Returns: "None",
		Doc: "Waits until a program says that something is so." + checkDoc,
		Params: []interp.Parameter{
			interp.Param("argv", "list[str | secret]", "", "The program, which must not change anything, and its arguments."),
			interp.Param("says", "str", "\"\"", "A text that is in what it prints."),
			interp.Param("code", "int", "0", "The exit code with which it ends."),
			interp.Param("env", "dict[str, str | secret]", "{}", "Environment, as of ctx.host.run."),
			timeoutParam(),
		}}
}

// checkCommand reads the arguments of wait.
func (c *call) checkCommand(t *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (k check, err error) {
	k.sig = waitSignature()
	var argv *starlark.List
	var env *starlark.Dict
	var timeout starlark.Value
	var says string
	var cmd spec.Command
	code := 0
	if err := k.sig.Unpack(args, kwargs, &argv, &says, &code, &env, &timeout); err != nil {
		return k, err
	}
	if cmd.Argv, err = c.texts("argv", argv); err == nil && len(cmd.Argv) == 0 {
		err = wrongArgument("argv is empty", "write ctx.host.wait([\"program\", \"argument\"])")
	}
	if err == nil {
		cmd.Env, err = c.environment(env)
	}
	if err == nil {
		err = c.open(k.sig, "says", says)
	}
	if err != nil {
		return k, renamed(k.sig, err)
	}
	if c.anySecret(argv) {
		c.say(t, spec.LevelWarn, t.CallFrame(1).Pos.String()+": "+SecretArgument)
	}
	k.what = fmt.Sprintf("%s ends with %d", show(cmd.Argv), code)
	if says != "" {
		k.what += " and says " + strconv.Quote(says)
	}
	if k.timeout, err = seconds(k.sig, timeout); err != nil {
		return k, err
	}
	k.try = func(ctx context.Context) (string, error) { return c.tryCommand(ctx, cmd, code, says, k.timeout) }
	return k, nil
}

// tryCommand runs it once. What it prints is not logged, since it may be run many times.
func (c *call) tryCommand(ctx context.Context, cmd spec.Command, code int, says string, timeout time.Duration) (string, error) {
	cmd.Timeout = timeout
	if end, ok := ctx.Deadline(); ok {
		cmd.Timeout = max(time.Until(end), time.Millisecond)
	}
	res, err := c.by.Machine.Run(ctx, cmd, &c.redactor, func(string) {})
	switch spec.KindOf(err) {
	case spec.NotFound, spec.Invalid:
		return "", err
	}
	switch {
	case err != nil:
		return spec.AsError(err).Msg, nil
	case res.Code == code && strings.Contains(res.Stdout, says):
		return "", nil
	case res.Code == code:
		return "without that text" + lastOf(res), nil
	}
	return fmt.Sprintf("it ended with code %d%s", res.Code, lastOf(res)), nil
}

// lastOf is the last that a command printed.
func lastOf(res spec.CommandResult) string {
	for i := len(res.Last) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(res.Last[i]); line != "" {
			return ": " + line
		}
	}
	return ""
}
