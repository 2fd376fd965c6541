package value

import (
	"maps"
	"reflect"
)

// Walk calls fn for every value in x that holds no others. x may also be made of
// pointers, structs, and maps and slices of any type, as those of package spec are:
// their exported fields and elements are walked. The order is not said.
func Walk(x any, fn func(leaf any)) {
	switch y := x.(type) {
	case nil, bool, int, int64, uint64, float64, string, Secret, Deferred:
		fn(x)
	case []any:
		for _, z := range y {
			Walk(z, fn)
		}
	case map[string]any:
		for _, z := range y {
			Walk(z, fn)
		}
	default:
		walk(reflect.ValueOf(x), fn)
	}
}

func walk(v reflect.Value, fn func(leaf any)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			Walk(v.Elem().Interface(), fn)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			Walk(v.Index(i).Interface(), fn)
		}
	case reflect.Map:
		for _, z := range v.Seq2() {
			Walk(z.Interface(), fn)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				Walk(v.Field(i).Interface(), fn)
			}
		}
	default:
		fn(v.Interface())
	}
}

// Map gives x with every value that holds no others replaced by what fn makes of it.
// Lists and tables come new. The error is fn's first one.
func Map(x any, fn func(leaf any) (any, error)) (any, error) {
	switch y := x.(type) {
	case []any:
		out := make([]any, len(y))
		for i, z := range y {
			var err error
			if out[i], err = Map(z, fn); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(y))
		for k, z := range y {
			var err error
			if out[k], err = Map(z, fn); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return fn(x)
}

// Clone copies a value: lists and tables with all they hold. Other values cannot be
// changed, and are given as they are.
func Clone(x any) any {
	switch y := x.(type) {
	case []any:
		out := make([]any, len(y))
		for i, v := range y {
			out[i] = Clone(v)
		}
		return out
	case map[string]any:
		return CloneTable(y)
	}
	return x
}

// CloneTable copies a table with all it holds; nil stays nil.
func CloneTable(t map[string]any) map[string]any {
	out := maps.Clone(t)
	for k, v := range out {
		out[k] = Clone(v)
	}
	return out
}
