package modules

import "go.starlark.net/syntax"

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
