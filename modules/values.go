package modules

import (
	"fmt"
	"math"
	"strconv"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/spec"
)

func itoa(n int) string { return strconv.Itoa(n) }

// toGo gives a module's value as plain Go: string, int, float64, bool, []any,
// map[string]any, spec.Secret or nil.
func toGo(v starlark.Value) (any, error) {
	left := maxElements
	return convert(v, maxDepth, &left)
}

func convert(v starlark.Value, depth int, left *int) (any, error) {
	if *left--; *left < 0 {
		return nil, fmt.Errorf("the value is too large: more than %d elements", maxElements)
	}
	if depth == 0 {
		return nil, fmt.Errorf("the value is nested more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.String:
		return string(v), nil
	case starlark.Int:
		n, ok := v.Int64()
		if !ok {
			return nil, fmt.Errorf("the number %s is too large", short(v.String()))
		}
		return int(n), nil
	case starlark.Float:
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%v is not a number that can be kept", f)
		}
		return float64(v), nil
	case secret:
		return v.text, nil
	case *starlark.List:
		return elements(v, depth, left)
	case starlark.Tuple:
		return elements(v, depth, left)
	case *starlark.Dict:
		out := make(map[string]any, v.Len())
		for _, item := range v.Items() {
			key, ok := starlark.AsString(item[0])
			if !ok {
				return nil, fmt.Errorf("the keys of a dict must be texts, one is %s", typeName(item[0]))
			}
			x, err := convert(item[1], depth-1, left)
			if err != nil {
				return nil, err
			}
			out[key] = x
		}
		return out, nil
	case *record:
		out := map[string]any{}
		for name, x := range v.fields {
			y, err := convert(x, depth-1, left)
			if err != nil {
				return nil, err
			}
			out[name] = y
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s is not a value that can be kept: text, number, True, False, None, list or dict", typeName(v))
}

func elements(xs starlark.Iterable, depth int, left *int) (any, error) {
	out := []any{}
	for x := range starlark.Elements(xs) {
		y, err := convert(x, depth-1, left)
		if err != nil {
			return nil, err
		}
		out = append(out, y)
	}
	return out, nil
}

// fromGo gives a value to a module; lists and dicts come frozen.
func fromGo(x any) (starlark.Value, error) {
	switch x := x.(type) {
	case nil:
		return starlark.None, nil
	case string:
		return starlark.String(x), nil
	case spec.Secret:
		return secret{x}, nil
	case bool:
		return starlark.Bool(x), nil
	case int:
		return starlark.MakeInt(x), nil
	case int64:
		return starlark.MakeInt64(x), nil
	case uint64:
		return starlark.MakeUint64(x), nil
	case float64:
		return starlark.Float(x), nil
	case []any:
		out := make([]starlark.Value, len(x))
		for i, y := range x {
			v, err := fromGo(y)
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		l := starlark.NewList(out)
		l.Freeze()
		return l, nil
	case map[string]any:
		d := starlark.NewDict(len(x))
		for _, key := range sortedKeys(x) {
			v, err := fromGo(x[key])
			if err != nil {
				return nil, err
			}
			if err := d.SetKey(starlark.String(key), v); err != nil {
				return nil, err
			}
		}
		d.Freeze()
		return d, nil
	case spec.Deferred:
		return nil, fmt.Errorf("the value is not known yet: it is %s", x)
	}
	return nil, fmt.Errorf("a value of Go type %T cannot be given to a module", x)
}

// secret is a text that cannot print itself. Modules see it as •••, and get the
// text by reveal().
type secret struct{ text spec.Secret }

func (s secret) String() string        { return s.text.String() }
func (s secret) Type() string          { return "secret" }
func (s secret) Freeze()               {}
func (s secret) Truth() starlark.Bool  { return s.text != "" }
func (s secret) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: secret") }
func (s secret) AttrNames() []string   { return []string{"reveal"} }

func (s secret) Attr(name string) (starlark.Value, error) {
	if name != "reveal" {
		return nil, nil
	}
	return starlark.NewBuiltin("reveal", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := revealSignature().unpack(args, kwargs); err != nil {
			return nil, err
		}
		return starlark.String(s.text.Reveal()), nil
	}), nil
}

// CompareSameType lets a module ask whether two secrets are equal.
func (s secret) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	switch op {
	case syntax.EQL:
		return s.text == y.(secret).text, nil
	case syntax.NEQ:
		return s.text != y.(secret).text, nil
	}
	return false, fmt.Errorf("secrets have no order")
}
