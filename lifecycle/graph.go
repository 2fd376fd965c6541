package lifecycle

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// graph is a definition made ready for one host: metastates are replaced by their
// implementations, and states have numbers.
type graph struct {
	states  []*State // metastates follow their implementations
	index   map[string]int
	next    [][]int     // for each state where it leads, in path order
	prev    [][]int     // for each state what leads to it
	edges   [][2]string // those that count, in the order of next
	initial int         // the state that is applied from the start
}

// expandStates lists the states as they are applied: an implementation is a state
// of its own, named Meta.Impl, and comes before its metastate.
func (l *Lifecycle) expandStates() []*State {
	var out []*State
	for _, s := range l.States {
		for _, impl := range s.Implementations {
			i := *impl
			i.Name = implName(s, impl)
			i.Implementations = nil
			out = append(out, &i)
		}
		out = append(out, s)
	}
	return out
}

func implName(meta, impl *State) string { return meta.Name + "." + impl.Name }

// expandTransitions replaces each transition into a metastate by one into and one
// out of each implementation, at the end of the list, as the original orders them.
// A pair that several transitions lead to appears once.
func (l *Lifecycle) expandTransitions() [][2]string {
	pairs := slices.Clone(l.Edges())
	for _, meta := range l.States {
		if len(meta.Implementations) == 0 {
			continue
		}
		var kept, into [][2]string
		for _, p := range pairs {
			if p[1] == meta.Name {
				into = append(into, p)
			} else {
				kept = append(kept, p)
			}
		}
		for _, p := range into {
			for _, impl := range meta.Implementations {
				name := implName(meta, impl)
				for _, q := range [][2]string{{p[0], name}, {name, meta.Name}} {
					if !slices.Contains(kept, q) {
						kept = append(kept, q)
					}
				}
			}
		}
		pairs = kept
	}
	return pairs
}

// newGraph takes a valid definition. A transition counts only if both its ends support
// the host's system.
func newGraph(l *Lifecycle, os spec.OS) *graph {
	g := &graph{states: l.expandStates(), index: map[string]int{}}
	for i, s := range g.states {
		g.index[s.Name] = i
	}
	g.initial = g.index[l.InitialState()]
	g.next = make([][]int, len(g.states))
	g.prev = make([][]int, len(g.states))
	for _, p := range l.expandTransitions() {
		from, to := g.index[p[0]], g.index[p[1]]
		if supports(g.states[from].OS, os) && supports(g.states[to].OS, os) {
			g.edges = append(g.edges, p)
			g.next[from] = append(g.next[from], to)
			g.prev[to] = append(g.prev[to], from)
		}
	}
	return g
}

func (g *graph) state(name string) (*State, bool) {
	i, ok := g.index[name]
	if !ok {
		return nil, false
	}
	return g.states[i], true
}

func (g *graph) leads(from, to int) bool { return slices.Contains(g.next[from], to) }

func (g *graph) names(stack []int) []string {
	out := make([]string, len(stack))
	for i, s := range stack {
		out[i] = g.states[s].Name
	}
	return out
}

// allNames are those of all states, in their order.
func (g *graph) allNames() []string {
	out := make([]string, len(g.states))
	for i, s := range g.states {
		out[i] = s.Name
	}
	return out
}

func (s *State) provide(name string) (*Provide, bool) {
	for _, p := range s.Provides {
		if p.Name == name {
			return p, true
		}
	}
	return nil, false
}

// upward lists the states of a stack from one of them to the top.
func (g *graph) upward(stack []int, state int) []*State {
	var out []*State
	for i := max(slices.Index(stack, state), 0); i < len(stack); i++ {
		out = append(out, g.states[stack[i]])
	}
	return out
}
