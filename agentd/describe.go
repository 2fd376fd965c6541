package agentd

import (
	"context"
	"slices"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Info says what the host is, and how much there is to do.
func (s *Service) Info(context.Context) (spec.Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info := s.config.Info
	info.Notes = append(slices.Clone(s.notes), s.config.Commands.StillRunning()...)
	info.Queue = len(s.queue)
	info.Simulations = s.simulations()
	if s.config.Bundles != nil {
		info.Bundles = s.config.Bundles()
	}
	if s.config.Load != nil {
		info.Load = s.config.Load()
	}
	if s.busy != nil {
		info.Busy = s.busy.ID
	}
	return info, nil
}

// Note sets what Info says that an operator should know. It replaces what was noted
// before.
func (s *Service) Note(notes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = slices.Clone(notes)
}

// Describe lists what matches.
func (s *Service) Describe(_ context.Context, p spec.Pattern) ([]spec.Resource, error) {
	nodes, err := s.matches(p)
	if err != nil {
		return nil, err
	}
	out := make([]spec.Resource, len(nodes))
	for i, n := range nodes {
		r := spec.Resource{Path: n.Path(), Kind: string(n.Kind()), Attrs: map[string]string{}, Simulated: s.simulated(n.Path())}
		for _, a := range n.Attrs()[1:] { // the first is the kind
			r.Attrs[a.Name] = a.Value
		}
		if n.Kind() == query.Provide {
			if e, err := s.engine(r.Path.Lifecycle()); err == nil {
				r.Provide = e.Declared(r.Path)
			}
		}
		out[i] = r
	}
	return out, nil
}

func (s *Service) matches(p spec.Pattern) ([]*query.Node, error) {
	expr, err := query.Compile(p)
	if err != nil {
		return nil, err
	}
	return expr.Select(s.catalogue().tree)
}

// Provides lists what matches and can be called now or after entering states.
func (s *Service) Provides(_ context.Context, p spec.Pattern) ([]spec.Provide, error) {
	nodes, err := s.matches(p)
	if err != nil {
		return nil, err
	}
	return among(nodes, s.catalogue().callable()), nil
}

// callable are the provides of a host that can be called.
func (c *catalogue) callable() map[spec.Path]spec.Provide {
	known := map[spec.Path]spec.Provide{}
	for _, e := range c.engines {
		reachable := map[string]bool{}
		for _, p := range e.Provides() {
			state := p.Path.State()
			if _, asked := reachable[state]; !asked {
				reachable[state] = e.Reachable(state)
			}
			if reachable[state] {
				known[p.Path] = p
			}
		}
	}
	return known
}

// among are those of some nodes that are provides which can be called: enter, leave and
// cross are provides of no state.
func among(nodes []*query.Node, callable map[spec.Path]spec.Provide) []spec.Provide {
	out := []spec.Provide{}
	for _, n := range nodes {
		if p, ok := callable[n.Path()]; ok {
			out = append(out, p)
		}
	}
	return out
}

// Route says which states to cross to a provide.
func (s *Service) Route(ctx context.Context, q spec.RouteQuery) (spec.Route, error) {
	e, err := s.engine(q.Provide.Lifecycle())
	if err != nil {
		return spec.Route{}, err
	}
	r, err := e.Route(ctx, q)
	if err == nil && q.Below {
		r.Foreseen = foresee(ctx, s.catalogue(), q, r)
	}
	return r, err
}

// Paths lists the paths to a state.
func (s *Service) Paths(ctx context.Context, q spec.PathsQuery) (spec.Paths, error) {
	e, err := s.engine(q.State.Lifecycle())
	if err != nil {
		return spec.Paths{}, err
	}
	return e.Paths(ctx, q)
}

// Check lists all that is wrong with work.
func (s *Service) Check(ctx context.Context, w spec.Work) ([]spec.Problem, error) {
	e, err := s.engine(w.Lifecycle)
	if err != nil {
		return nil, err
	}
	return e.Check(ctx, w), nil
}

// Preview says what work would change, one after the other.
func (s *Service) Preview(ctx context.Context, w spec.Work, then ...spec.Work) (out []spec.StepPreview, err error) {
	var f lifecycle.Forecast
	for _, w := range append([]spec.Work{w}, then...) {
		steps, err := s.foresee(ctx, &f, w)
		if err != nil {
			return nil, err
		}
		out = append(out, steps...)
	}
	return out, nil
}

// foresee says what work would change after all that a forecast has seen.
func (s *Service) foresee(ctx context.Context, f *lifecycle.Forecast, w spec.Work) ([]spec.StepPreview, error) {
	e, err := s.engine(w.Lifecycle)
	if err != nil {
		return nil, err
	}
	return f.Preview(ctx, e, w)
}

// Drift says how the host differs from what the steps of a lifecycle left, of all with "".
func (s *Service) Drift(ctx context.Context, lifecycle string) (out spec.Drift, err error) {
	for _, e := range s.catalogue().engines {
		if lifecycle != "" && e.Name() != lifecycle {
			continue
		}
		d, err := e.Drift(ctx)
		if err != nil {
			return out, err
		}
		out.Looked += d.Looked
		out.Findings = append(out.Findings, d.Findings...)
	}
	if lifecycle != "" {
		_, err = s.engine(lifecycle)
	}
	return out, err
}

// Stacks lists every lifecycle with what is applied of it.
func (s *Service) Stacks(context.Context) ([]spec.Stack, error) {
	return s.catalogue().stacks(s.config.Info.Since), nil
}

// BriefStacks lists them with as much of their history as planning needs.
func (s *Service) BriefStacks(ctx context.Context) ([]spec.Stack, error) {
	out, err := s.Stacks(ctx)
	for i := range out {
		out[i] = out[i].Brief()
	}
	return out, err
}
