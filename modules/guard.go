package modules

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// The names by which a rewritten file reaches the guards; nobody can write them.
func guarded() map[syntax.Token]string {
	return map[syntax.Token]string{syntax.STAR: "·*", syntax.PLUS: "·+", syntax.PERCENT: "·%"}
}

// In place: x += y, which for a list is not x = x + y.
const guardedAdd = "·+="

// guards are the operators that rewrite puts in place of Starlark's, and the
// builtins that could make a value of any size in one step.
func guards() starlark.StringDict {
	d := starlark.StringDict{}
	for op, name := range guarded() {
		d[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return bounded(t, op, args[0], args[1])
		})
	}
	d[guardedAdd] = starlark.NewBuiltin(guardedAdd, addTo)
	for _, name := range []string{"list", "tuple", "set", "sorted", "reversed", "enumerate", "zip", "dict"} {
		d[name] = charging(name, size)
	}
	for _, name := range []string{"str", "repr"} {
		d[name] = charging(name, func(v starlark.Value) int { return printedSize(v, maxAlloc) })
	}
	d["range"] = starlark.NewBuiltin("range", boundedRange)
	return d
}

// charging is a builtin of Starlark that pays for its arguments.
func charging(name string, cost func(starlark.Value) int) *starlark.Builtin {
	real := starlark.Universe[name].(*starlark.Builtin)
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		for _, x := range args {
			if err := spend(t, cost(x)); err != nil {
				return nil, err
			}
		}
		return real.CallInternal(t, args, kwargs)
	})
}

func boundedRange(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := starlark.Universe["range"].(*starlark.Builtin).CallInternal(t, args, kwargs)
	if err == nil && starlark.Len(v) > maxRange {
		return nil, fmt.Errorf("range of %d elements, at most %d are allowed", starlark.Len(v), maxRange)
	}
	return v, err
}

// addTo is x += y.
func addTo(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x, y := args[0], args[1]
	l, ok := x.(*starlark.List)
	if _, iterable := y.(starlark.Iterable); !ok || !iterable {
		return bounded(t, syntax.PLUS, x, y)
	}
	if err := spend(t, size(y)); err != nil {
		return nil, err
	}
	extend, err := l.Attr("extend")
	if err != nil {
		return nil, err
	}
	_, err = extend.(*starlark.Builtin).CallInternal(t, starlark.Tuple{y}, nil)
	return l, err
}
