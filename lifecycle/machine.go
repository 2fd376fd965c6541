package lifecycle

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// machine is a definition made ready: metastates replaced by their
// implementations, names resolved to numbers.
type machine struct {
	states []*State // metastates follow their implementations
	index  map[string]int
	next   [][]int // for each state where it leads, in path order
	prev   [][]int // for each state what leads to it
	pairs  [][2]string
	start  int
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

// newMachine makes a valid definition ready for a host's system: a transition
// counts only if both its ends support it.
func newMachine(l *Lifecycle, os spec.OS) *machine {
	m := &machine{states: l.expandStates(), index: map[string]int{}}
	for i, s := range m.states {
		m.index[s.Name] = i
	}
	m.start = m.index[l.InitialState()]
	m.next = make([][]int, len(m.states))
	m.prev = make([][]int, len(m.states))
	for _, p := range l.expandTransitions() {
		from, to := m.index[p[0]], m.index[p[1]]
		if supports(m.states[from].OS, os) && supports(m.states[to].OS, os) {
			m.pairs = append(m.pairs, p)
			m.next[from] = append(m.next[from], to)
			m.prev[to] = append(m.prev[to], from)
		}
	}
	return m
}

func (m *machine) state(name string) (*State, bool) {
	i, ok := m.index[name]
	if !ok {
		return nil, false
	}
	return m.states[i], true
}

func (m *machine) leads(from, to int) bool { return slices.Contains(m.next[from], to) }

func (m *machine) names(stack []int) []string {
	out := make([]string, len(stack))
	for i, s := range stack {
		out[i] = m.states[s].Name
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

// from lists the states of a stack from one of them upward.
func (m *machine) from(stack []int, state int) []*State {
	var out []*State
	for i := max(slices.Index(stack, state), 0); i < len(stack); i++ {
		out = append(out, m.states[stack[i]])
	}
	return out
}
