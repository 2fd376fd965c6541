package modules

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// typeValue is a type of variable that is not a builtin of Starlark.
type typeValue struct{ is spec.Type }

func (t typeValue) String() string        { return t.is.String() }
func (t typeValue) Type() string          { return "type" }
func (t typeValue) Freeze()               {}
func (t typeValue) Truth() starlark.Bool  { return true }
func (t typeValue) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: type") }

// typeNames are the types as modules write them.
func typeNames() []string {
	return append([]string{"str", "int", "float", "bool", "list_of"}, plainTypes()...)
}

func plainTypes() []string {
	return []string{"port", "host", "hostname", "url", "path", "password", "this_host", "hosts", "first_instance"}
}

// typeOf reads a type: str and its like are Starlark's own functions.
func typeOf(v starlark.Value) (t spec.Type, hint string, ok bool) {
	switch v := v.(type) {
	case typeValue:
		return v.is, "", true
	case *starlark.Builtin:
		switch v.Name() {
		case "str", "int", "float", "bool":
			return spec.Type{Kind: spec.TypeKind(v.Name())}, "", true
		case "list", "tuple", "set":
			return t, "say what it holds: list_of(str)", false
		case "dict":
			return t, "write one var for each key, or a list_of(str)", false
		case "list_of":
			return t, "say what it holds: list_of(str)", false
		}
	case starlark.String:
		if slices.Contains(typeNames(), string(v)) {
			return t, "without quotes: " + string(v), false
		}
		return t, interp.DidYouMean(string(v), typeNames()), false
	case *starlark.List:
		return t, "write list_of(str)", false
	}
	return t, "possible: str, int, float, bool, list_of(type), port, host, hostname, url, path, password, this_host, hosts, first_instance", false
}

func listOfSignature() *interp.Signature {
	return &interp.Signature{Name: "list_of", Positional: 1, Required: 1, Returns: "type", Doc: "The type of a list.",
		Params: []interp.Parameter{interp.Param("type", "type | var", "", "The type of its elements, or a var whose type and constraints they have.")}}
}

func (d *defining) listOf(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	a := d.bind(listOfSignature(), pos, kwargs, at)
	t := spec.Type{Kind: spec.KindList, Elem: &spec.Variable{Type: spec.Type{Kind: spec.KindStr}}}
	if v, ok := a.values["type"]; ok {
		if x, isVar := v.(*varValue); isVar {
			elem := x.v
			t.Elem = &elem
		} else if elem, hint, isType := typeOf(v); isType {
			t.Elem.Type = elem
		} else {
			a.wrong("type", "a type", hint, v)
		}
	}
	return typeValue{t}
}
