package modules

import (
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// signature is what a builtin takes.
type signature struct {
	name     string
	params   []string          // all names, the positional ones first
	npos     int               // how many may be given by position
	required int               // how many of the first must be given
	rest     bool              // further positional arguments are taken too
	renamed  map[string]string // what the Python original called them, and what to write
}

// site is where in a file something was declared.
type site struct {
	pos  syntax.Position
	call *syntax.CallExpr // nil if the call was not found in the file
}

// String is "file:line:column" of the declaration.
func (s site) String() string {
	if s.call != nil {
		start, _ := s.call.Span()
		return start.String()
	}
	return s.pos.String()
}

// at is the place of a named argument's value, or of the declaration.
func (s site) at(name string) string {
	if s.call != nil {
		for _, arg := range s.call.Args {
			if b, ok := arg.(*syntax.BinaryExpr); ok && b.Op == syntax.EQ {
				if id, ok := b.X.(*syntax.Ident); ok && id.Name == name {
					return syntax.Start(b.Y).String()
				}
			}
		}
	}
	return s.String()
}

// keyword is the place of an argument's name.
func (s site) keyword(name string) string {
	if s.call != nil {
		for _, arg := range s.call.Args {
			if b, ok := arg.(*syntax.BinaryExpr); ok && b.Op == syntax.EQ {
				if id, ok := b.X.(*syntax.Ident); ok && id.Name == name {
					return id.NamePos.String()
				}
			}
		}
	}
	return s.String()
}

// nth is the place of a positional argument.
func (s site) nth(i int) string {
	if s.call != nil && i < len(s.call.Args) {
		for _, arg := range s.call.Args[:i+1] {
			if u, ok := arg.(*syntax.UnaryExpr); ok && u.Op == syntax.STAR {
				return s.String()
			}
		}
		return syntax.Start(s.call.Args[i]).String()
	}
	return s.String()
}

// args are the arguments of one call of a builtin. What is wrong with them is
// reported and left out, so that the rest of the file is checked too.
type args struct {
	*report
	site
	sig    *signature
	values map[string]starlark.Value
	places map[string]string
	rest   []starlark.Value
	broken bool // something required is missing or wrong
}

func (d *defining) bind(sig *signature, pos []starlark.Value, kwargs []starlark.Tuple, at site) *args {
	a := &args{report: d.report, site: at, sig: sig, values: map[string]starlark.Value{}, places: map[string]string{}}
	for i, v := range pos {
		switch {
		case i < sig.npos:
			a.values[sig.params[i]], a.places[sig.params[i]] = v, at.nth(i)
		case sig.rest:
			a.rest = append(a.rest, v)
		default:
			a.errorf(at.nth(i), "name the arguments: "+strings.Join(named(sig), ", "),
				"%s takes %s by position, this is number %d", sig.name, plural(sig.npos, "argument"), i+1)
		}
	}
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		_, twice := a.values[name]
		switch {
		case !sig.has(name):
			hint := didYouMean(name, sig.params)
			if to, ok := sig.renamed[name]; ok {
				hint = "write " + to
			}
			a.errorf(at.keyword(name), hint, "%s has no argument '%s'", sig.name, name)
		case twice:
			a.errorf(at.keyword(name), "give it once", "%s is given '%s' twice", sig.name, name)
		default:
			a.values[name], a.places[name] = kv[1], at.at(name)
		}
	}
	for _, name := range sig.params[:sig.required] {
		if _, ok := a.values[name]; !ok {
			a.broken = true
			a.errorf(at.String(), "write "+sig.usage(), "%s needs '%s'", sig.name, name)
		}
	}
	return a
}

func named(sig *signature) []string {
	var out []string
	for _, p := range sig.params[sig.npos:] {
		out = append(out, p+" = …")
	}
	return out
}

func (s *signature) has(name string) bool {
	for _, p := range s.params {
		if p == name {
			return true
		}
	}
	return false
}

func (s *signature) usage() string {
	out := s.name + "(" + strings.Join(s.params[:s.required], ", ")
	return out + ", …)"
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return itoa(n) + " " + what + "s"
}

// get is an argument's value; None counts as not given.
func (a *args) get(name string) (starlark.Value, bool) {
	v, ok := a.values[name]
	return v, ok && v != starlark.None
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
	a.errorf(a.place(name), hint, "%s of %s must be %s, is %s", name, a.sig.name, want, typeName(got))
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

// word is a name as paths have it.
func (a *args) word(name string) string {
	s := a.str(name)
	if v, given := a.values[name]; given && !isWord(s) {
		if _, isText := v.(starlark.String); isText {
			a.broken = true
			a.errorf(a.place(name), "letters, digits, '_' and '-', beginning with a letter: it becomes part of paths", "%q cannot be the name of a %s", s, a.sig.name)
		} else if v == starlark.None {
			a.wrong(name, "a text", "write it in \"quotes\"", v)
		}
	}
	return s
}

func isWord(s string) bool {
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
		hint := "write it in [brackets]"
		a.wrong(name, "a list of "+want, hint, v)
		return
	}
	i := 0
	for x := range starlark.Elements(v.(starlark.Iterable)) {
		if !take(x) {
			a.broken = true
			a.errorf(a.place(name), "", "%s of %s must be a list of %s; element %d is %s", name, a.sig.name, want, i+1, typeName(x))
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
	n := len(params)
	required := 0
	for i := range f.NumParams() - f.NumKwonlyParams() - flag(f.HasVarargs()) - flag(f.HasKwargs()) {
		if f.ParamDefault(i) == nil {
			required++
		}
	}
	most := f.NumParams() - f.NumKwonlyParams() - flag(f.HasVarargs()) - flag(f.HasKwargs())
	if required > n || most < n && !f.HasVarargs() {
		a.broken = true
		a.errorf(f.Position().String(), "write def "+f.Name()+"("+strings.Join(params, ", ")+"):",
			"%s is the %s function of a %s and is called with (%s), but takes %s", f.Name(), name, a.sig.name, strings.Join(params, ", "), plural(most, "parameter"))
		return nil
	}
	return f
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// typeName says what a value is, in words.
func typeName(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.NoneType:
		return "None"
	case starlark.String:
		return "the text " + short(v.String())
	case starlark.Int, starlark.Float, starlark.Bool:
		return v.String()
	case *starlark.List:
		return "a list"
	case *starlark.Dict:
		return "a dict"
	case starlark.Tuple:
		return "a tuple"
	case *starlark.Function:
		return "the function " + v.Name()
	case *starlark.Builtin:
		return "the builtin " + v.Name()
	}
	return "a " + v.Type()
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}
