package modules

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// attribute is x.name, with methods that pay for what they do.
func attribute(_ *starlark.Thread, x starlark.Value, name string) (starlark.Value, error) {
	has, ok := x.(starlark.HasAttrs)
	if !ok {
		return nil, fmt.Errorf("%s has no .%s field or method", x.Type(), name)
	}
	v, err := has.Attr(name)
	switch {
	case err != nil:
		return nil, err
	case v == nil:
		return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("%s has no .%s field or method", x.Type(), name), Hint: nearest(name, has.AttrNames())}
	}
	return method(x, v), nil
}

func nearest(name string, candidates []string) string {
	if n := near(name, candidates); n != "" {
		return "did you mean '." + n + "'?"
	}
	return ""
}

// method wraps a method of one of Starlark's own types.
func method(x, v starlark.Value) starlark.Value {
	real, ok := v.(*starlark.Builtin)
	if !ok {
		return v
	}
	var pay func(t *starlark.Thread, name string, args starlark.Tuple, kwargs []starlark.Tuple) error
	switch x := x.(type) {
	case starlark.String:
		pay = func(t *starlark.Thread, name string, args starlark.Tuple, kwargs []starlark.Tuple) error {
			return payString(t, string(x), name, args, kwargs)
		}
	case starlark.Bytes:
		pay = func(t *starlark.Thread, _ string, _ starlark.Tuple, _ []starlark.Tuple) error {
			return work(t, len(x)/256)
		}
	case *starlark.List, *starlark.Dict, *starlark.Set:
		pay = func(t *starlark.Thread, name string, args starlark.Tuple, kwargs []starlark.Tuple) error {
			return payCollection(t, x, name, args, kwargs)
		}
	default:
		return v
	}
	return starlark.NewBuiltin(real.Name(), func(t *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := pay(t, b.Name(), args, kwargs); err != nil {
			return nil, err
		}
		return real.CallInternal(t, args, kwargs)
	}).BindReceiver(x)
}

// payString pays for a method of a text.
func payString(t *starlark.Thread, s, name string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	if err := work(t, len(s)/256); err != nil {
		return err
	}
	switch name {
	case "format":
		return payFormat(t, s, args, kwargs)
	case "join":
		return payJoin(t, s, args)
	case "replace":
		if len(args) < 2 {
			return nil
		}
		from, _ := starlark.AsString(args[0])
		to, _ := starlark.AsString(args[1])
		return spend(t, len(s)+mul(strings.Count(s, from), len(to)))
	case "split", "rsplit":
		n := len(s)/2 + 1
		if len(args) > 0 {
			if sep, ok := starlark.AsString(args[0]); ok && sep != "" {
				n = strings.Count(s, sep) + 1
			}
		}
		return spend(t, mul(n, 2*wordSize))
	case "splitlines":
		return spend(t, mul(strings.Count(s, "\n")+strings.Count(s, "\r")+1, 2*wordSize))
	case "upper", "lower", "title", "capitalize":
		return spend(t, mul(len(s), 3))
	}
	return nil
}

// payFormat counts each field as if it held the longest of the values.
func payFormat(t *starlark.Thread, s string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	longest := 0
	add := func(v starlark.Value) error {
		text, err := weigh(t, v, maxParts)
		longest = max(longest, text)
		return err
	}
	for _, v := range args {
		if err := add(v); err != nil {
			return err
		}
	}
	for _, kv := range kwargs {
		if err := add(kv[1]); err != nil {
			return err
		}
	}
	return spend(t, len(s)+mul(strings.Count(s, "{"), longest))
}

func payJoin(t *starlark.Thread, sep string, args starlark.Tuple) error {
	if len(args) == 0 {
		return nil
	}
	xs, ok := args[0].(starlark.Iterable)
	if !ok {
		return nil
	}
	n, bytes := 0, 0
	for x := range starlark.Elements(xs) {
		s, _ := starlark.AsString(x)
		bytes = min(bytes+len(sep)+len(s), maxAlloc+1)
		n++
	}
	if err := work(t, n/8); err != nil {
		return err
	}
	return spend(t, bytes)
}

// payCollection pays for a method of a list, a dict or a set.
func payCollection(t *starlark.Thread, x starlark.Value, name string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	for _, v := range args {
		if err := hashable(t, v); err != nil {
			return err
		}
	}
	switch name {
	case "append":
		return spend(t, 2*wordSize)
	case "insert":
		if err := work(t, size(x)/4096); err != nil {
			return err
		}
		return spend(t, 2*wordSize)
	case "extend":
		return each(elements1(2*wordSize))(t, args)
	case "index", "remove":
		if _, isList := x.(*starlark.List); isList {
			return payComparison(t, append(starlark.Tuple{x}, args...)...)
		}
	case "items":
		return spend(t, mul(starlark.Len(x), pairSize))
	case "keys", "values":
		return spend(t, mul(starlark.Len(x), wordSize))
	case "setdefault", "add":
		return spend(t, entrySize)
	case "update", "union", "difference", "intersection", "symmetric_difference", "issubset", "issuperset":
		if err := spend(t, size(x)+mul(len(kwargs), entrySize)); err != nil {
			return err
		}
		_, isDict := x.(*starlark.Dict)
		return each(keyed(isDict))(t, args)
	case "pop":
		if len(args) > 0 {
			return work(t, size(x)/4096)
		}
	}
	return nil
}
