package interp

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/value"
)

// ToGo gives a module's value as plain Go: string, int, float64, bool, []any,
// map[string]any, value.Secret or nil.
func ToGo(v starlark.Value) (any, error) {
	left := MaxElements
	return convert(v, MaxDepth, &left)
}

func convert(v starlark.Value, depth int, left *int) (any, error) {
	if *left--; *left < 0 {
		return nil, fmt.Errorf("the value is too large: more than %d elements", MaxElements)
	}
	if depth == 0 {
		return nil, fmt.Errorf("the value is nested more than %d deep", MaxDepth)
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
			return nil, fmt.Errorf("the number %s is too large", Short(v.String()))
		}
		return int(n), nil
	case starlark.Float:
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%v is not a number that can be kept", f)
		}
		return float64(v), nil
	case Secret:
		return v.Quoted(), nil
	case *starlark.List:
		return elements(v, depth, left)
	case starlark.Tuple:
		return elements(v, depth, left)
	case *starlark.Dict:
		out := make(map[string]any, v.Len())
		for _, item := range v.Items() {
			key, ok := starlark.AsString(item[0])
			if !ok {
				return nil, fmt.Errorf("the keys of a dict must be texts, one is %s", TypeName(item[0]))
			}
			if hasStandIn(key) {
				return nil, fmt.Errorf("the keys of a dict cannot be secret, one is %s", TypeName(item[0]))
			}
			x, err := convert(item[1], depth-1, left)
			if err != nil {
				return nil, err
			}
			out[key] = x
		}
		return out, nil
	case *Struct:
		out := map[string]any{}
		for name, x := range v.Fields {
			y, err := convert(x, depth-1, left)
			if err != nil {
				return nil, err
			}
			out[name] = y
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s is not a value that can be kept: text, number, True, False, None, list or dict", TypeName(v))
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

// FromGo gives a value to a module; lists and dicts come frozen.
func FromGo(x any) (starlark.Value, error) {
	switch x := x.(type) {
	case nil:
		return starlark.None, nil
	case string:
		return starlark.String(x), nil
	case value.Secret:
		return Secret{Text: x}, nil
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
			v, err := FromGo(y)
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
		for _, key := range slices.Sorted(maps.Keys(x)) {
			v, err := FromGo(x[key])
			if err != nil {
				return nil, err
			}
			if err := d.SetKey(starlark.String(key), v); err != nil {
				return nil, err
			}
		}
		d.Freeze()
		return d, nil
	case value.Deferred:
		return nil, fmt.Errorf("the value is not known yet: it is %s", x)
	}
	return nil, fmt.Errorf("a value of Go type %T cannot be given to a module", x)
}
