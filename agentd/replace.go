package agentd

import (
	"context"
	"errors"
	"slices"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// Replace gives the agent other definitions, between two runs: it waits for the run
// that is executed, or for ctx to end. What is applied stays applied.
//
// A lifecycle whose stack does not fit its new definition, because a state of it is
// gone, keeps the old one, and has that as its fault; so does one that is gone and of
// which states are applied. The error joins these, each a spec.Error of kind
// Conflict. A definition that is wrong or given twice is Invalid, and nothing is
// replaced.
func (s *Service) Replace(ctx context.Context, lifecycles []*lifecycle.Lifecycle) error {
	select {
	case s.exclusive <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.exclusive }()
	old := s.catalogue()
	c := &catalogue{host: s.config.Info.Host, outdated: map[string]*spec.Fault{}}
	var kept []error
	keep := func(e *lifecycle.Engine, why *spec.Error) {
		c.engines = append(c.engines, e)
		c.outdated[e.Name()] = &spec.Fault{At: s.config.Clock(), Err: why}
		kept = append(kept, why)
		s.config.Logger.Warn("a lifecycle keeps its old definition", "lifecycle", e.Name(), "error", why)
	}
	for _, l := range lifecycles {
		before, _ := old.engine(l.Name)
		if before != nil && before.Definition() == l {
			c.engines = append(c.engines, before)
			continue
		}
		err := s.open(c, l)
		switch {
		case err == nil:
		case before != nil && spec.KindOf(err) == spec.Conflict:
			keep(before, &spec.Error{Kind: spec.Conflict, Op: "replace " + l.Name, At: l.Source, Hint: spec.HintOf(err), Msg: spec.AsError(err).Msg})
		case spec.KindOf(err) == spec.Conflict:
			s.addMismatched(c, l, err)
			kept = append(kept, err)
		default:
			return err
		}
	}
	for _, e := range old.engines {
		gone := !slices.ContainsFunc(lifecycles, func(l *lifecycle.Lifecycle) bool { return l.Name == e.Name() })
		if now := e.Applied(); gone && len(now) > 1 {
			keep(e, undeclaredError(e.Name(), now))
		}
	}
	if err := s.addUndeclared(c); err != nil {
		return err
	}
	c.buildTree()
	s.mu.Lock()
	s.now = c
	s.mu.Unlock()
	return errors.Join(kept...)
}

// open adds the engine of a lifecycle to a catalogue.
func (s *Service) open(c *catalogue, l *lifecycle.Lifecycle) error {
	if c.has(l.Name) {
		return &spec.Error{Kind: spec.Invalid, At: l.Source, Msg: "there are two lifecycles " + l.Name}
	}
	if _, err := s.config.Store.Load(l.Name); err != nil {
		s.addUnusable(c, l, nil, err)
		return nil
	}
	e, err := lifecycle.New(l, lifecycle.Deps{Store: s.config.Store, Me: s.config.Info, Clock: s.config.Clock, Later: s.later, Limit: s.config.Limit, Logger: s.config.Logger, Kept: &s.kept})
	if err != nil {
		return err
	}
	c.engines = append(c.engines, e)
	return nil
}

// catalogue is what the host offers now.
func (s *Service) catalogue() *catalogue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *Service) engine(name string) (*lifecycle.Engine, error) { return s.catalogue().engine(name) }
