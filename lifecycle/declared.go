package lifecycle

import "github.com/armonic/armonic/spec"

// Declared describes a provide as its state declares it, "enter" included; nil if
// there is none.
func (e *Engine) Declared(path spec.Path) *spec.Provide {
	s, ok := e.graph.state(path.State())
	if !ok {
		return nil
	}
	if path.Provide() == string(spec.Enter) {
		return &spec.Provide{Path: e.path(s.Name, path.Provide()), Requires: s.Requires}
	}
	p, ok := s.provide(path.Provide())
	if !ok {
		return nil
	}
	out := e.describe(s, p)
	return &out
}
