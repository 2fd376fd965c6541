package modules

import (
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// position is where in a file something was declared. What it knows of the call is copied: what was
// parsed would be kept with it.
type position struct {
	pos  syntax.Position // of the call, or as near to it as is known
	args []argument      // of the call, if it was found in the file

	stack starlark.CallStack // what led to it
}

// argument is one of a call.
type argument struct {
	name   string          // "" for one without
	start  syntax.Position // of the name, or of the value of one without
	value  syntax.Position
	spread bool // of a list: then it is not known which the next ones are
}

// of is the position with what a call in the file says.
func (p position) of(call *syntax.CallExpr) position {
	p.pos, _ = call.Span()
	p.args = make([]argument, len(call.Args))
	for i, arg := range call.Args {
		a := argument{start: syntax.Start(arg)}
		a.value = a.start
		if b, ok := arg.(*syntax.BinaryExpr); ok && b.Op == syntax.EQ {
			if id, ok := b.X.(*syntax.Ident); ok {
				a.name, a.value = id.Name, syntax.Start(b.Y)
			}
		}
		if u, ok := arg.(*syntax.UnaryExpr); ok && u.Op == syntax.STAR {
			a.spread = true
		}
		p.args[i] = a
	}
	return p
}

// String is "file:line:column" of the declaration.
func (p position) String() string { return p.pos.String() }

// at is the place of a named argument's value, or of the declaration.
func (p position) at(name string) string {
	if a, ok := p.named(name); ok {
		return a.value.String()
	}
	return p.String()
}

// keyword is the place of an argument's name, or of the declaration.
func (p position) keyword(name string) string {
	if a, ok := p.named(name); ok {
		return a.start.String()
	}
	return p.String()
}

// named is the argument "name = value", if there is one.
func (p position) named(name string) (argument, bool) {
	i := slices.IndexFunc(p.args, func(a argument) bool { return a.name == name })
	if i < 0 {
		return argument{}, false
	}
	return p.args[i], true
}

// nth is the place of a positional argument.
func (p position) nth(i int) string {
	if i >= len(p.args) || slices.ContainsFunc(p.args[:i+1], func(a argument) bool { return a.spread }) {
		return p.String()
	}
	return p.args[i].start.String()
}
