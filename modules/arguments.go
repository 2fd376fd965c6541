package modules

import (
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// get is an argument's value; None counts as not given.
func (a *args) get(name string) (starlark.Value, bool) {
	v, ok := a.values[name]
	return v, ok && v != starlark.None
}

// errorf reports what is wrong, and which file called the library that it is in.
func (a *args) errorf(at, hint, format string, args ...any) {
	a.report.errorf(at, interp.WithCaller(hint, a.stack, at), format, args...)
}

// place is where an argument is written.
func (a *args) place(name string) string {
	if p, ok := a.places[name]; ok {
		return p
	}
	return a.String()
}

// wrong reports an argument of the wrong type.
func (a *args) wrong(name, want, hint string, got starlark.Value) {
	a.broken = true
	a.errorf(a.place(name), hint, "%s of %s must be %s, is %s", name, a.sig.Name, want, interp.TypeName(got))
}

func (a *args) str(name string) string {
	v, ok := a.get(name)
	if !ok {
		return ""
	}
	s, ok := starlark.AsString(v)
	if !ok {
		a.wrong(name, "a text", "write it in \"quotes\"", v)
	}
	return s
}

// identifier is a name as paths have it.
func (a *args) identifier(name string) string {
	s := a.str(name)
	if v, given := a.values[name]; given && !IsName(s) {
		if _, isText := v.(starlark.String); isText {
			a.broken = true
			a.errorf(a.place(name), "letters, digits, '_' and '-', beginning with a letter: it becomes part of paths", "%q cannot be the name of a %s", s, a.sig.Name)
		} else if v == starlark.None {
			a.wrong(name, "a text", "write it in \"quotes\"", v)
		}
	}
	return s
}

// IsName reports whether a text can be the name of a lifecycle, a state or the like.
func IsName(s string) bool {
	for i, c := range s {
		isLetter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !isLetter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

func (a *args) boolean(name string, otherwise bool) bool {
	v, ok := a.get(name)
	if !ok {
		return otherwise
	}
	b, ok := v.(starlark.Bool)
	if !ok {
		a.wrong(name, "True or False", "", v)
		return otherwise
	}
	return bool(b)
}

func (a *args) number(name string) *float64 {
	v, ok := a.get(name)
	if !ok {
		return nil
	}
	f, ok := starlark.AsFloat(v)
	if !ok {
		a.wrong(name, "a number", "", v)
		return nil
	}
	return &f
}

// list walks a list or tuple and reports elements that take refuses.
func (a *args) list(name, want string, take func(starlark.Value) bool) {
	v, ok := a.get(name)
	if !ok {
		return
	}
	switch v.(type) {
	case *starlark.List, starlark.Tuple:
	default:
		a.wrong(name, "a list of "+want, "write it in [brackets]", v)
		return
	}
	i := 0
	for x := range starlark.Elements(v.(starlark.Iterable)) {
		if !take(x) {
			a.broken = true
			a.errorf(a.place(name), "", "%s of %s must be a list of %s; element %d is %s", name, a.sig.Name, want, i+1, interp.TypeName(x))
		}
		i++
	}
}

func (a *args) strs(name string) []string {
	var out []string
	a.list(name, "texts", func(v starlark.Value) bool {
		s, ok := starlark.AsString(v)
		out = append(out, s)
		return ok
	})
	return out
}

// fn is a function that will be called with params.
func (a *args) fn(name string, params ...string) *starlark.Function {
	v, ok := a.get(name)
	if !ok {
		return nil
	}
	f, ok := v.(*starlark.Function)
	if !ok {
		a.wrong(name, "a function", "give the function's name, without brackets after it: "+name+" = _"+name, v)
		return nil
	}
	most := f.NumParams() - f.NumKwonlyParams()
	for _, also := range []bool{f.HasVarargs(), f.HasKwargs()} {
		if also {
			most--
		}
	}
	required := 0
	for i := range most {
		if f.ParamDefault(i) == nil {
			required++
		}
	}
	if n := len(params); required > n || most < n && !f.HasVarargs() {
		a.broken = true
		a.errorf(f.Position().String(), "write def "+f.Name()+"("+strings.Join(params, ", ")+"):",
			"%s is the %s function of a %s and is called with (%s), but takes %s", f.Name(), name, a.sig.Name, strings.Join(params, ", "), spec.Count(most, "parameter", "parameters"))
		return nil
	}
	*a.functions = append(*a.functions, f)
	return f
}
