package deploy

import (
	"context"
	"errors"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Learned is what a fetch brought.
type Learned struct {
	fetch int // its number
	facts map[resolver.NeedKey]resolver.Fact
	keys  []resolver.NeedKey // what was asked, also if nothing came
	err   error              // the context's
}

// Dirty reports whether there is something to fetch that is not being fetched.
func (s *Session) Dirty() bool { return len(s.wanted()) > 0 }

// Fetching reports whether a fetch is on its way.
func (s *Session) Fetching() bool { return len(s.asked) > 0 }

func (s *Session) wanted() []resolver.Need {
	var out []resolver.Need
	for _, n := range s.Result().Needs {
		if s.asked[n.Key()] == 0 {
			out = append(out, n)
		}
	}
	return out
}

// Fetch gives a function that asks the agents, in parallel, for what is needed
// now. It may run in any goroutine; its result goes to Learn.
func (s *Session) Fetch(ctx context.Context) func() Learned {
	needs, fleet := s.wanted(), s.fleet
	s.fetches++
	out := Learned{fetch: s.fetches, facts: map[resolver.NeedKey]resolver.Fact{}}
	for _, n := range needs {
		out.keys = append(out.keys, n.Key())
		s.asked[n.Key()] = out.fetch
	}
	return func() Learned {
		facts := make([]resolver.Fact, len(needs))
		each(len(needs), func(i int) { facts[i] = ask(ctx, fleet, needs[i]) })
		if out.err = ctx.Err(); out.err != nil {
			return out
		}
		for i, n := range needs {
			facts[i].TakeForeseen(n.Host, out.facts)
		}
		for i, n := range needs { // what was asked counts
			out.facts[n.Key()] = facts[i]
		}
		return out
	}
}

// Learn takes what a fetch brought, but for what Forget has forgotten since it began.
func (s *Session) Learn(l Learned) {
	fresh := false
	for _, k := range l.keys {
		if s.asked[k] != l.fetch {
			continue
		}
		delete(s.asked, k)
		if f, ok := l.facts[k]; ok {
			s.facts.Learned[k] = f
			s.result = nil
		}
		fresh = true
	}
	if !fresh {
		return
	}
	for k, f := range l.facts {
		if _, known := s.facts.Learned[k]; !known {
			s.facts.Learned[k] = f
		}
	}
}

// Settle fetches until nothing more is needed. The error is the context's.
func (s *Session) Settle(ctx context.Context) error {
	for s.Dirty() {
		l := s.Fetch(ctx)()
		s.Learn(l)
		if l.err != nil {
			return l.err
		}
	}
	return nil
}

func ask(ctx context.Context, f Fleet, n resolver.Need) resolver.Fact {
	var fact resolver.Fact
	a, err := f.Agent(n.Host)
	if err == nil {
		switch n.Kind {
		case resolver.NeedProvides:
			fact.Provides, err = a.Provides(ctx, n.Pattern)
		case resolver.NeedStacks:
			fact.Stacks, err = a.BriefStacks(ctx)
		case resolver.NeedRoute:
			fact.Route, err = a.Route(ctx, n.Route)
		case resolver.NeedPaths:
			fact.Paths, err = a.Paths(ctx, n.Paths)
		case resolver.NeedCheck:
			fact.Problems, err = a.Check(ctx, n.Work)
		default:
			err = errors.New("unknown need " + string(n.Kind))
		}
	}
	fact.Err = spec.AsError(err)
	return fact
}
