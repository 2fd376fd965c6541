package lifecycle

import "github.com/armonic/armonic/spec"

// Provides describes everything that can be called, by state, as declared.
func (e *Engine) Provides() []spec.Provide {
	var out []spec.Provide
	for _, s := range e.graph.states {
		for _, p := range s.Provides {
			out = append(out, e.describe(s, p))
		}
	}
	return out
}

func (e *Engine) describe(s *State, p *Provide) spec.Provide {
	out := p.Provide
	out.Path = e.path(s.Name, p.Name)
	out.Simulated = e.Simulated()
	return out
}

// Declared describes a provide as its state declares it, "enter" included; nil if
// there is none.
func (e *Engine) Declared(path spec.Path) *spec.Provide {
	s, ok := e.graph.state(path.State())
	if !ok {
		return nil
	}
	if path.Provide() == string(spec.Enter) {
		return &spec.Provide{Path: e.path(s.Name, path.Provide()), Requires: s.Requires, Simulated: e.Simulated()}
	}
	p, ok := s.provide(path.Provide())
	if !ok {
		return nil
	}
	out := e.describe(s, p)
	return &out
}
