package modules

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// position is where in a file something was declared.
type position struct {
	pos  syntax.Position
	call *syntax.CallExpr // nil if the call was not found in the file

	stack starlark.CallStack // what led to it
}

// String is "file:line:column" of the declaration.
func (p position) String() string {
	if p.call != nil {
		start, _ := p.call.Span()
		return start.String()
	}
	return p.pos.String()
}

// at is the place of a named argument's value, or of the declaration.
func (p position) at(name string) string {
	if b := p.named(name); b != nil {
		return syntax.Start(b.Y).String()
	}
	return p.String()
}

// keyword is the place of an argument's name, or of the declaration.
func (p position) keyword(name string) string {
	if b := p.named(name); b != nil {
		return syntax.Start(b.X).String()
	}
	return p.String()
}

// named is the argument "name = value", nil if there is none.
func (p position) named(name string) *syntax.BinaryExpr {
	if p.call != nil {
		for _, arg := range p.call.Args {
			if b, ok := arg.(*syntax.BinaryExpr); ok && b.Op == syntax.EQ {
				if id, ok := b.X.(*syntax.Ident); ok && id.Name == name {
					return b
				}
			}
		}
	}
	return nil
}

// nth is the place of a positional argument.
func (p position) nth(i int) string {
	if p.call != nil && i < len(p.call.Args) {
		for _, arg := range p.call.Args[:i+1] {
			if u, ok := arg.(*syntax.UnaryExpr); ok && u.Op == syntax.STAR {
				return p.String()
			}
		}
		return syntax.Start(p.call.Args[i]).String()
	}
	return p.String()
}
