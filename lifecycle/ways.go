package lifecycle

import (
	"context"

	"github.com/armonic/armonic/spec"
)

// Ways lists the ways to a state, as many as were asked for. The error is NotFound
// for what does not exist, Invalid for a stack that cannot be, and ctx's.
func (e *Engine) Ways(ctx context.Context, q spec.PathsQuery) (spec.Paths, error) {
	s, _, err := e.target(q.State.Cut(3))
	if err != nil {
		return spec.Paths{}, err
	}
	at, bad := e.from(q.From, e.now())
	if bad != nil {
		return spec.Paths{}, bad
	}
	limit := min(max(q.Most, 1), spec.MostPaths)
	count := e.m.count(at.stack, e.m.index[s.Name])
	out := spec.Paths{Paths: [][]spec.Step{}, Total: add(count.Forward, count.Further), AtLeast: count.AtLeast}
	for moves := range e.m.paths(at.stack, e.m.index[s.Name], false) {
		if err := ctx.Err(); err != nil {
			return spec.Paths{}, err
		}
		if len(out.Paths) == limit {
			break
		}
		steps := make([]spec.Step, len(moves))
		for i, m := range moves {
			steps[i] = spec.Step{Action: m.Action, State: m.State}
		}
		out.Paths = append(out.Paths, steps)
	}
	return out, nil
}

// Declared describes a provide as its state declares it, "enter" included; nil if
// there is none.
func (e *Engine) Declared(path spec.Path) *spec.Provide {
	s, ok := e.m.state(path.State())
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
