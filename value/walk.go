package value

import (
	"maps"
	"reflect"
)

// Walk calls fn for every value in x that holds no others. x may also be made of
// pointers, structs, and maps and slices of any type, as those of package spec are:
// their exported fields and elements are walked. The order is not said.
func Walk(x any, fn func(leaf any)) {
	switch x.(type) {
	case nil, Deferred:
		fn(x)
		return
	}
	v := reflect.ValueOf(x)
	switch v.Kind() {
	case reflect.Pointer:
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
		fn(x)
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
	out, _ := Map(x, func(leaf any) (any, error) { return leaf, nil })
	return out
}

// CloneTable copies a table with all it holds; nil stays nil.
func CloneTable(t map[string]any) map[string]any {
	out := maps.Clone(t)
	for k, v := range out {
		out[k] = Clone(v)
	}
	return out
}
