package modules

import (
	"strings"

	"go.starlark.net/starlark"
)

// signature is what a builtin takes. The loader binds arguments by it, and the
// reference and the stubs for editors are written from it.
type signature struct {
	name     string
	doc      string            // what it is for, in a sentence or two
	params   []param           // the positional ones first
	npos     int               // how many may be given by position
	required int               // how many of the first must be given
	rest     param             // further positional arguments, if it has a name
	renamed  map[string]string // what the Python original called them, and what to write
	returns  string            // the type of what it gives, as a stub writes it
}

// param is one parameter.
type param struct {
	name string
	typ  string // as a stub writes it
	std  string // what it is if not given, "" for None
	doc  string
}

func (s *signature) names() []string {
	out := make([]string, len(s.params))
	for i, p := range s.params {
		out[i] = p.name
	}
	return out
}

func (s *signature) named() []string {
	var out []string
	for _, name := range s.names()[s.npos:] {
		out = append(out, name+" = …")
	}
	return out
}

func (s *signature) usage() string {
	return s.name + "(" + strings.Join(s.names()[:s.required], ", ") + ", …)"
}

// line writes the signature for a person.
func (s *signature) line() string {
	var parts []string
	for i, p := range s.params {
		switch {
		case i < s.required:
			parts = append(parts, p.name)
		case p.std == "":
			parts = append(parts, p.name+" = None")
		default:
			parts = append(parts, p.name+" = "+p.std)
		}
		if i == s.npos-1 && s.rest.name != "" {
			parts = append(parts, "*"+s.rest.name)
		}
	}
	return s.name + "(" + strings.Join(parts, ", ") + ")"
}

// unpack binds the arguments of a function of ctx; to has a place for each parameter.
func (s *signature) unpack(args starlark.Tuple, kwargs []starlark.Tuple, to ...any) error {
	pairs := make([]any, 0, 2*len(to))
	for i, p := range s.params {
		name := p.name
		if i >= s.required {
			name += "??" // None is the same as not given
		}
		pairs = append(pairs, name, to[i])
	}
	return starlark.UnpackArgs(s.name, args, kwargs, pairs...)
}
