package testbench

import (
	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// What a test says of commands, and asks about what was done.

func onHost() interp.Parameter {
	return interp.Param("host", "str", "", "On one host; on all, if it is not given.")
}

func fakeSignature() *interp.Signature {
	return &interp.Signature{Name: "fake", Positional: 1, Required: 1, Returns: "None",
		Doc: "Says what a command gives from now on, on simulated hosts: those that there are, so after fleet. Otherwise it is not known, and a function that reads it fails.",
		Params: []interp.Parameter{interp.Param("argv", "list[str]", "", "The program and its arguments, all of them."),
			interp.Param("stdout", "str", "\"\"", "What it prints."), interp.Param("stderr", "str", "\"\"", "What it prints as errors."),
			interp.Param("code", "int", "0", "The code that it ends with."), onHost()}}
}

func ranSignature() *interp.Signature {
	return &interp.Signature{Name: "ran", Positional: 1, Returns: "list[str]", Params: []interp.Parameter{onHost()},
		Doc: "The commands that ctx.host.run would have run so far, as one would type them."}
}

func changesSignature() *interp.Signature {
	return &interp.Signature{Name: "changes", Positional: 1, Returns: "list[str]", Params: []interp.Parameter{onHost()},
		Doc: "What the operations of ctx.host changed so far, as the log says it: \"+ /etc/motd (0644 root:root)\"."}
}

func fileSignature() *interp.Signature {
	return &interp.Signature{Name: "file", Positional: 2, Required: 1, Returns: "str | None",
		Doc: "The content of a file of a simulated host, None if there is no such file.",
		Params: []interp.Parameter{interp.Param("path", "str", "", "Where it is."),
			interp.Param("host", "str", "", "The host; the first of the fleet, if it is not given.")}}
}

func (r *test) fake(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var words *starlark.List
	var host string
	var gives spec.CommandResult
	if err := sig.Unpack(args, kwargs, &words, &gives.Stdout, &gives.Stderr, &gives.Code, &host); err != nil {
		return nil, err
	}
	var argv []string
	for v := range starlark.Elements(words) {
		word, ok := starlark.AsString(v)
		if !ok {
			return nil, spec.Errorf(spec.Failed, "fake: argv must hold texts, not %s", interp.TypeName(v)).WithHint("str(x) makes a text")
		}
		argv = append(argv, word)
	}
	return starlark.None, r.bench.Fake(host, argv, gives)
}

func (r *test) ran(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return texts(sig, args, kwargs, r.bench.Ran)
}

func (r *test) changes(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return texts(sig, args, kwargs, r.bench.Changes)
}

// texts gives what there is of a host, or of all.
func texts(sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple, of func(host string) ([]string, error)) (starlark.Value, error) {
	var host string
	if err := sig.Unpack(args, kwargs, &host); err != nil {
		return nil, err
	}
	all, err := of(host)
	return list(all), err
}

func (r *test) file(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path, host string
	if err := sig.Unpack(args, kwargs, &path, &host); err != nil {
		return nil, err
	}
	text, ok, err := r.bench.File(host, path)
	if err != nil || !ok {
		return starlark.None, err
	}
	return starlark.String(text), nil
}
