package lifecycle

import (
	"iter"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Move is one step of a path: a state that is entered or left.
type Move struct {
	Action spec.Action // Enter or Leave
	State  string
}

// Path is a way from a stack to a state.
type Path []Move

// Leaves names the states that the path leaves, in that order.
func (p Path) Leaves() []string {
	var out []string
	for _, m := range p {
		if m.Action == spec.Leave {
			out = append(out, m.State)
		}
	}
	return out
}

// Further reports whether the path leaves states to reach another branch.
func (p Path) Further() bool {
	return len(p) > 0 && p[0].Action == spec.Leave && p[len(p)-1].Action == spec.Enter
}

// String writes "enter B, enter C", "leaves C, B: enter D" for one that leaves
// states first, "" for one without moves.
func (p Path) String() string {
	var names []string
	for _, m := range p {
		if m.Action == spec.Enter || !p.Further() {
			names = append(names, string(m.Action)+" "+m.State)
		}
	}
	if p.Further() {
		return "leaves " + strings.Join(p.Leaves(), ", ") + ": " + strings.Join(names, ", ")
	}
	return strings.Join(names, ", ")
}

// paths lists the ways from a stack to a state, lazily: the leaving of the states
// above it if it is applied (no move at all if it is the top), else the forward
// paths, depth first in the order of the transitions, and after them those that go
// down the stack to a fork first, the nearest fork first. No path enters a state
// twice or one that is applied. Backwards lists the same from the last.
func (m *machine) paths(stack []int, target int, backwards bool) iter.Seq[Path] {
	return m.after(stack, target, backwards, 0)
}

// after lists the same without the first ones, which it counts and does not walk
// where no way runs in circles.
func (m *machine) after(stack []int, target int, backwards bool, skip int) iter.Seq[Path] {
	return func(yield func(Path) bool) {
		if at := slices.Index(stack, target); at >= 0 {
			if skip == 0 {
				yield(m.leave(stack, at+1))
			}
			return
		}
		skip := skip
		forks := make([]int, len(stack)) // how many states stay applied
		for i := range forks {
			forks[i] = len(stack) - i
		}
		if backwards {
			slices.Reverse(forks)
		}
		for _, keep := range forks {
			w := newWalker(m, stack, keep, target, backwards)
			if skip > 0 && !w.cyclic {
				w.count = newCounter(w)
			}
			w.skip = &skip
			if !w.walk(stack[keep-1], yield) {
				return
			}
		}
	}
}

func (m *machine) leave(stack []int, keep int) Path {
	moves := Path{}
	for i := len(stack) - 1; i >= keep; i-- {
		moves = append(moves, Move{spec.Leave, m.states[stack[i]].Name})
	}
	return moves
}

// walker searches depth first for simple paths to a target. It only steps where
// the target can still be reached, so that the first path costs no more than a
// look at every transition, and no branch is searched in vain.
type walker struct {
	m         *machine
	target    int
	backwards bool
	start     int
	notFirst  int // leaving it only to enter it again is no other way
	prefix    Path
	blocked   []bool // applied, or on the path so far
	path      []int
	useful    []bool   // from where the target can be reached
	skip      *int     // how many paths are still to be left out
	count     *counter // to leave out many at once; may be nil
	cyclic    bool     // then what is useful depends on the path so far
}

// newWalker makes one that keeps the lowest states of a stack.
func newWalker(m *machine, stack []int, keep, target int, backwards bool) *walker {
	w := &walker{m: m, target: target, backwards: backwards, start: stack[keep-1], notFirst: -1,
		prefix: m.leave(stack, keep), blocked: make([]bool, len(m.states))}
	for _, s := range stack[:keep] {
		w.blocked[s] = true
	}
	if keep < len(stack) {
		w.notFirst = stack[keep]
	}
	w.useful = w.reaching()
	groups := w.groups()
	seen := make([]bool, len(m.states))
	for s, useful := range w.useful {
		if useful {
			w.cyclic = w.cyclic || seen[groups[s]]
			seen[groups[s]] = true
		}
	}
	return w
}

func (w *walker) walk(from int, yield func(Path) bool) bool {
	if from == w.target {
		if *w.skip > 0 {
			*w.skip--
			return true
		}
		moves := slices.Clone(w.prefix)
		for _, s := range w.path {
			moves = append(moves, Move{spec.Enter, w.m.states[s].Name})
		}
		return yield(moves)
	}
	useful := w.useful // without cycles, whatever the path so far
	if w.cyclic && len(w.path) > 0 {
		useful = w.reaching()
	}
	next := w.m.next[from]
	for i := range next {
		s := next[i]
		if w.backwards {
			s = next[len(next)-1-i]
		}
		if !useful[s] || w.blocked[s] || (from == w.start && s == w.notFirst) {
			continue
		}
		if w.count != nil && *w.skip > 0 {
			if n := w.count.from(s); n <= *w.skip {
				*w.skip -= n
				continue
			}
		}
		w.blocked[s] = true
		w.path = append(w.path, s)
		more := w.walk(s, yield)
		w.path = w.path[:len(w.path)-1]
		w.blocked[s] = false
		if !more {
			return false
		}
	}
	return true
}

// reaching finds the states from which the target can be reached without passing
// a blocked one, the target included.
func (w *walker) reaching() []bool {
	out := make([]bool, len(w.m.states))
	out[w.target] = true
	for todo := []int{w.target}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, p := range w.m.prev[s] {
			if !out[p] && !w.blocked[p] {
				out[p] = true
				todo = append(todo, p)
			}
		}
	}
	return out
}
