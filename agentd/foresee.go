package agentd

import (
	"context"
	"slices"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// foresight follows what a route requires on this host, in the order in which a deployment
// does, and notes the questions that this raises with their answers.
type foresight struct {
	*catalogue
	engines  map[string]engine
	callable map[spec.Path]spec.Provide
	index    *query.Index
	stacks   map[string][]string // planned, by lifecycle
	matches  map[spec.Pattern][]spec.Provide
	active   map[spec.Path]bool // what is being followed
	routes   map[string]bool    // that were noted, by provide and stack
	found    []spec.Foreseen
}

// engine is what is asked of the engine of a lifecycle.
type engine interface {
	Route(ctx context.Context, q spec.RouteQuery) (spec.Route, error)
	Applied() []string
}

func foresee(ctx context.Context, c *catalogue, q spec.RouteQuery, r spec.Route) []spec.Foreseen {
	f := &foresight{catalogue: c, engines: map[string]engine{}, stacks: map[string][]string{},
		matches: map[spec.Pattern][]spec.Provide{}, active: map[spec.Path]bool{}, routes: map[string]bool{}}
	for _, e := range c.engines {
		f.engines[e.Name()] = e
	}
	for lifecycle, stack := range q.Stacks {
		f.stacks[lifecycle] = stack
	}
	f.follow(ctx, q, r)
	return f.found
}

// note keeps an answer, and reports whether there is room for more.
func (f *foresight) note(x spec.Foreseen) bool {
	if len(f.found) < spec.MostForeseen {
		f.found = append(f.found, x)
	}
	return len(f.found) < spec.MostForeseen
}

// follow goes through what the steps of a route require. Where that moves the route's own
// lifecycle, the way is another one.
func (f *foresight) follow(ctx context.Context, q spec.RouteQuery, r spec.Route) {
	f.active[q.Provide] = true
	defer delete(f.active, q.Provide)
	f.stacks[r.Lifecycle] = r.From
	seen := map[[2]string]bool{}
	for {
		for _, s := range r.Steps {
			at := [2]string{s.State, s.ProvideName()}
			if s.Action == spec.Leave || seen[at] {
				continue
			}
			seen[at] = true
			for i := range s.Requires {
				f.require(ctx, &s.Requires[i])
			}
		}
		now := f.stacks[r.Lifecycle]
		if slices.Equal(now, r.From) {
			break
		}
		var ok bool
		if r, ok = f.route(ctx, spec.RouteQuery{Provide: q.Provide, From: now}); !ok {
			return
		}
	}
	f.stacks[r.Lifecycle] = r.After
}

func (f *foresight) require(ctx context.Context, r *spec.Require) {
	if r.Kind != spec.Local {
		return
	}
	for range r.Nargs.Norm().Min {
		provides, ok := f.provides(r.Pattern)
		if !ok || len(provides) != 1 || f.active[provides[0].Path] || len(f.found) >= spec.MostForeseen {
			return // it is chosen, wrong, or asked
		}
		lifecycle := provides[0].Path.Lifecycle()
		from, planned := f.stacks[lifecycle]
		if !planned {
			from = f.engines[lifecycle].Applied()
		}
		q := spec.RouteQuery{Provide: provides[0].Path, From: from}
		route, ok := f.route(ctx, q)
		if !ok {
			return
		}
		f.follow(ctx, q, route)
	}
}

// provides are those that match a pattern.
func (f *foresight) provides(p spec.Pattern) ([]spec.Provide, bool) {
	if known, ok := f.matches[p]; ok {
		return known, true
	}
	expr, err := query.Compile(p)
	if err != nil {
		return nil, false
	}
	if f.callable == nil {
		f.callable, f.index = f.catalogue.callable(), query.NewIndex(f.tree)
	}
	nodes, err := f.index.Select(expr)
	if err != nil {
		return nil, false
	}
	f.matches[p] = among(nodes, f.callable)
	f.note(spec.Foreseen{Pattern: p, Provides: f.matches[p]})
	return f.matches[p], true
}

func (f *foresight) route(ctx context.Context, q spec.RouteQuery) (spec.Route, bool) {
	r, err := f.engines[q.Provide.Lifecycle()].Route(ctx, q)
	if err != nil {
		return r, false
	}
	key := string(q.Provide)
	for _, state := range q.From {
		key += "\x00" + state
	}
	if !f.routes[key] {
		f.routes[key] = true
		f.note(spec.Foreseen{Query: &q, Route: &r})
	}
	return r, true
}
