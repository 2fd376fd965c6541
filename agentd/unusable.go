package agentd

import (
	"slices"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// unusable is a lifecycle that cannot be worked with: the store cannot tell what is
// applied of it, or what is applied does not fit its definition, or nothing defines
// it. It is shown with the reason, and the others are not concerned.
type unusable struct {
	def     *lifecycle.Lifecycle
	applied []spec.Applied // as far as the store can tell
	err     error
}

func (u unusable) stack(h spec.Host, at time.Time) spec.Stack {
	out := spec.Stack{Path: spec.MakePath(h, u.def.Name), Doc: u.def.Doc, Applied: u.applied, Simulated: u.def.Simulated,
		Fault: &spec.Fault{At: at, Err: spec.AsError(u.err)}}
	for _, s := range u.def.States {
		out.States = append(out.States, s.Name)
	}
	return out
}

// addUnusable adds a lifecycle that cannot be worked with to a catalogue.
func (s *Service) addUnusable(c *catalogue, l *lifecycle.Lifecycle, applied []spec.Applied, why error) {
	s.config.Logger.Error("cannot use a lifecycle", "lifecycle", l.Name, "error", why)
	c.unusable = append(c.unusable, unusable{l, slices.Clone(applied), why})
}

// addMismatched adds a lifecycle of which states are applied that its definition does not
// have.
func (s *Service) addMismatched(c *catalogue, l *lifecycle.Lifecycle, why error) {
	known, err := s.config.Store.Load(l.Name)
	if err != nil {
		why = err
	}
	if start := l.InitialState(); len(known.Applied) > 0 && known.Applied[0].State != start {
		known.Applied = slices.Insert(known.Applied, 0, spec.Applied{State: start}) // a store need not have it
	}
	s.addUnusable(c, l, known.Applied, why)
}

// addUndeclared adds what is applied of lifecycles that no module declares.
func (s *Service) addUndeclared(c *catalogue) error {
	lister, ok := s.config.Store.(lifecycle.Lister)
	if !ok {
		return nil
	}
	names, err := lister.Lifecycles()
	if err != nil {
		return err
	}
	for _, name := range names {
		if c.has(name) {
			continue
		}
		known, err := s.config.Store.Load(name)
		bare := &lifecycle.Lifecycle{Name: name}
		var states []string
		for _, a := range known.Applied {
			states = append(states, a.State)
			bare.States = append(bare.States, &lifecycle.State{Name: a.State})
		}
		switch {
		case err != nil:
			s.addUnusable(c, bare, nil, err)
		case len(known.Applied) > 0:
			s.addUnusable(c, bare, known.Applied, undeclaredError(name, states))
		}
	}
	return nil
}

func undeclaredError(name string, applied []string) *spec.Error {
	err := spec.Errorf(spec.Conflict, "%s is applied, but no module declares it any more", stackText(applied)).
		WithHint("bring back its module, leave the states, and remove the module then")
	err.Op = "work with " + name
	return err
}
