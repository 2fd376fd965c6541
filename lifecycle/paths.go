package lifecycle

import (
	"context"
	"iter"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Paths lists the paths from a stack to a state, as many as were asked for, in order:
// depth first as the transitions are declared. After the paths that only enter states
// come those that first leave states to reach another branch. The path to a state that
// is applied leaves those above it.
//
// The error is NotFound for what does not exist, Invalid for a stack that cannot be,
// and ctx's.
func (e *Engine) Paths(ctx context.Context, q spec.PathsQuery) (spec.Paths, error) {
	s, _, err := e.target(q.State.Cut(3))
	if err != nil {
		return spec.Paths{}, err
	}
	at, bad := e.from(q.From, e.status())
	if bad != nil {
		return spec.Paths{}, bad
	}
	limit := min(max(q.Most, 1), spec.MostPaths)
	out := spec.Paths{Paths: [][]spec.Step{}}
	for path := range e.graph.paths(at.stack, e.graph.index[s.Name], false) {
		if err := ctx.Err(); err != nil {
			return spec.Paths{}, err
		}
		if out.More = len(out.Paths) == limit; out.More {
			break
		}
		out.Paths = append(out.Paths, path)
	}
	return out, nil
}

// Reachable reports whether a state is applied or a path leads to it.
func (e *Engine) Reachable(state string) bool {
	target, ok := e.graph.index[state]
	return ok && e.graph.reachable(e.status().stack, target)
}

// reachable reports whether a state is in a stack or a path leads to it from there.
func (g *graph) reachable(stack []int, target int) bool {
	for range g.paths(stack, target, false) {
		return true
	}
	return false
}

// paths lists the paths from a stack to a state, lazily: the leaving of the states
// above it if it is applied (no step at all if it is the top), else the forward
// paths, depth first in the order of the transitions, and after them those that go
// down the stack to a fork first, the nearest fork first. No path enters a state
// twice or one that is applied. Backwards lists the same from the last.
func (g *graph) paths(stack []int, target int, backwards bool) iter.Seq[[]spec.Step] {
	return func(yield func([]spec.Step) bool) {
		if at := slices.Index(stack, target); at >= 0 {
			yield(g.leaving(stack, at+1))
			return
		}
		forks := make([]int, len(stack)) // how many states stay applied
		for i := range forks {
			forks[i] = len(stack) - i
		}
		if backwards {
			slices.Reverse(forks)
		}
		for _, keep := range forks {
			if !newPathSearch(g, stack, keep, target, backwards).from(stack[keep-1], yield) {
				return
			}
		}
	}
}

// leaving gives the steps that leave all but the lowest states of a stack.
func (g *graph) leaving(stack []int, keep int) []spec.Step {
	steps := []spec.Step{}
	for i := len(stack) - 1; i >= keep; i-- {
		steps = append(steps, spec.Step{Action: spec.Leave, State: g.states[stack[i]].Name})
	}
	return steps
}

// pathSearch searches depth first for simple paths to a target. It only steps where
// the target can still be reached, so that no branch is searched in vain.
type pathSearch struct {
	graph     *graph
	target    int
	backwards bool
	start     int
	notFirst  int // the state left last: to enter it again at once is no other path
	prefix    []spec.Step
	blocked   []bool // applied, or on the path so far
	path      []int
}

// newPathSearch makes one that keeps the lowest states of a stack.
func newPathSearch(g *graph, stack []int, keep, target int, backwards bool) *pathSearch {
	s := &pathSearch{graph: g, target: target, backwards: backwards, start: stack[keep-1], notFirst: -1,
		prefix: g.leaving(stack, keep), blocked: make([]bool, len(g.states))}
	for _, state := range stack[:keep] {
		s.blocked[state] = true
	}
	if keep < len(stack) {
		s.notFirst = stack[keep]
	}
	return s
}

// from yields the paths that go on from a state; false if no more are wanted.
func (s *pathSearch) from(state int, yield func([]spec.Step) bool) bool {
	if state == s.target {
		steps := append(make([]spec.Step, 0, len(s.prefix)+len(s.path)), s.prefix...)
		for _, on := range s.path {
			steps = append(steps, spec.Step{Action: spec.Enter, State: s.graph.states[on].Name})
		}
		return yield(steps)
	}
	useful := s.reaching()
	next := slices.Clone(s.graph.next[state])
	if s.backwards {
		slices.Reverse(next)
	}
	for _, to := range next {
		if !useful[to] || s.blocked[to] || (state == s.start && to == s.notFirst) {
			continue
		}
		s.blocked[to] = true
		s.path = append(s.path, to)
		more := s.from(to, yield)
		s.path = s.path[:len(s.path)-1]
		s.blocked[to] = false
		if !more {
			return false
		}
	}
	return true
}

// reaching finds the states from which the target can be reached without passing
// a blocked one, the target included.
func (s *pathSearch) reaching() []bool {
	out := make([]bool, len(s.graph.states))
	out[s.target] = true
	for todo := []int{s.target}; len(todo) > 0; {
		state := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, p := range s.graph.prev[state] {
			if !out[p] && !s.blocked[p] {
				out[p] = true
				todo = append(todo, p)
			}
		}
	}
	return out
}
