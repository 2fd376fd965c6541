package interp

import (
	"strings"

	"go.starlark.net/starlark"
)

// Signature is what a builtin takes. The loader binds arguments by it, and the
// reference and the stubs for editors are written from it.
type Signature struct {
	Name       string
	Doc        string            // what it is for, in a sentence or two
	Params     []Parameter       // the positional ones first
	Positional int               // how many may be given by position
	Required   int               // how many of the first must be given
	Rest       Parameter         // further positional arguments, if it has a name
	Renamed    map[string]string // what the Python original called them, and what to write
	Returns    string            // the type of what it gives, as a stub writes it
}

// Parameter is one parameter of a signature.
type Parameter struct {
	Name    string
	Type    string // as a stub writes it
	Default string // what it is if not given, "" for None
	Doc     string
}

// Param makes a parameter.
func Param(name, typ, otherwise, doc string) Parameter { return Parameter{name, typ, otherwise, doc} }

// Names are those of the parameters.
func (s *Signature) Names() []string {
	out := make([]string, len(s.Params))
	for i, p := range s.Params {
		out[i] = p.Name
	}
	return out
}

// Named are the parameters that are given by name.
func (s *Signature) Named() []string {
	var out []string
	for _, name := range s.Names()[s.Positional:] {
		out = append(out, name+" = …")
	}
	return out
}

// Usage says what must be given.
func (s *Signature) Usage() string {
	return s.Name + "(" + strings.Join(s.Names()[:s.Required], ", ") + ", …)"
}

// Line writes the signature for a person.
func (s *Signature) Line() string {
	var parts []string
	for i, p := range s.Params {
		switch {
		case i < s.Required:
			parts = append(parts, p.Name)
		case p.Default == "":
			parts = append(parts, p.Name+" = None")
		default:
			parts = append(parts, p.Name+" = "+p.Default)
		}
		if i == s.Positional-1 && s.Rest.Name != "" {
			parts = append(parts, "*"+s.Rest.Name)
		}
	}
	return s.Name + "(" + strings.Join(parts, ", ") + ")"
}

// Unpack binds the arguments of a function of ctx; to has a place for each parameter.
func (s *Signature) Unpack(args starlark.Tuple, kwargs []starlark.Tuple, to ...any) error {
	pairs := make([]any, 0, 2*len(to))
	for i, p := range s.Params {
		name := p.Name
		if i >= s.Required {
			name += "??" // None is the same as not given
		}
		pairs = append(pairs, name, to[i])
	}
	return starlark.UnpackArgs(s.Name, args, kwargs, pairs...)
}
