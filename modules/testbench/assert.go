package testbench

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

func (r *test) assertEq(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var got, want starlark.Value
	if err := sig.Unpack(args, kwargs, &got, &want); err != nil {
		return nil, err
	}
	got, want = orNone(got), orNone(want)
	same, err := starlark.Equal(got, want)
	if err != nil || same {
		return starlark.None, err
	}
	return nil, spec.Errorf(spec.Failed, "got %s, want %s", got, want)
}

func (r *test) assertIn(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var what, where starlark.Value
	if err := sig.Unpack(args, kwargs, &what, &where); err != nil {
		return nil, err
	}
	what, where = orNone(what), orNone(where)
	in, err := starlark.Binary(syntax.IN, what, where)
	if err != nil || in == starlark.True {
		return starlark.None, err
	}
	if piece, ok := starlark.AsString(what); ok {
		if xs, ok := where.(starlark.Iterable); ok {
			for x := range starlark.Elements(xs) {
				if line, ok := starlark.AsString(x); ok && strings.Contains(line, piece) {
					return starlark.None, nil
				}
			}
		}
	}
	return nil, spec.Errorf(spec.Failed, "%s is not in %s", what, where)
}

func orNone(v starlark.Value) starlark.Value {
	if v == nil {
		return starlark.None
	}
	return v
}
