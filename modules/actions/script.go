package actions

import (
	"context"
	"slices"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
)

func scriptSignature() *interp.Signature {
	run := runSignature()
	return &interp.Signature{
		Name: "ctx.host.script", Positional: 2, Required: 1, Returns: "result",
		Doc: "Runs a script that lies beside the module, as run does. The program that runs it is named by its first line, as in #!/bin/sh. " +
			"On the host it is a temporary file while it runs.",
		Params: append([]interp.Parameter{
			interp.Param("path", "str", "", "Its name, below files/ beside the module: \"files/setup.sh\"."),
			interp.Param("args", "list[str | secret]", "[]", "Its arguments, one element each."),
		}, run.Params[1:]...),
	}
}

// script is the function of ctx.host.
func (c *call) script(ctx context.Context) starlark.Value {
	sig := scriptSignature()
	return starlark.NewBuiltin(sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := c.inAction(sig); err != nil {
			return nil, err
		}
		given := make([]starlark.Value, len(sig.Params))
		into := make([]any, len(given))
		for i := range given {
			into[i] = &given[i]
		}
		if err := sig.Unpack(args, kwargs, into...); err != nil {
			return nil, err
		}
		content, err := c.readBeside(t, sig, given[0])
		if err != nil {
			return nil, err
		}
		argv := []starlark.Value{given[0]}
		if given[1] != nil && given[1] != starlark.None {
			list, ok := given[1].(*starlark.List)
			if !ok {
				return nil, failed(sig, "args is a list, one element for each argument", "write args = [\"one\", \"two\"]")
			}
			argv = append(argv, slices.Collect(starlark.Elements(list))...)
		}
		kwargs = slices.DeleteFunc(slices.Clone(kwargs), func(k starlark.Tuple) bool {
			return k[0] == starlark.String("path") || k[0] == starlark.String("args")
		})
		run := runSignature()
		run.Name = sig.Name
		cmd, err := c.command(t, run, starlark.Tuple{starlark.NewList(argv)}, kwargs)
		if err != nil {
			return nil, err
		}
		cmd.Script = content
		return c.runCommand(ctx, t, cmd)
	})
}
