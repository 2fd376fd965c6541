package lifecycle

import (
	"iter"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Move is one step of a path: a state that is entered or left.
type Move struct {
	Action spec.Action // Enter or Leave
	State  string
}

// paths lists the ways from a stack to a state, lazily: the leaving of the states
// above it if it is applied (no move at all if it is the top), else the forward
// paths, depth first in the order of the transitions, and after them those that go
// down the stack to a fork first, the nearest fork first. No path enters a state
// twice or one that is applied. Backwards lists the same from the last.
func (m *machine) paths(stack []int, target int, backwards bool) iter.Seq[[]Move] {
	return func(yield func([]Move) bool) {
		if at := slices.Index(stack, target); at >= 0 {
			yield(m.leave(stack, at+1))
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
			w := newWalker(m, stack[:keep], target, backwards)
			if keep < len(stack) {
				w.notFirst = stack[keep] // leaving it only to enter it again is no other way
			}
			w.prefix = m.leave(stack, keep)
			if !w.walk(stack[keep-1], yield) {
				return
			}
		}
	}
}

func (m *machine) leave(stack []int, keep int) []Move {
	moves := []Move{}
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
	notFirst  int
	prefix    []Move
	blocked   []bool // applied, or on the path so far
	path      []int
	useful    []bool // from where the target can be reached
	cyclic    bool   // then what is useful depends on the path so far
}

func newWalker(m *machine, applied []int, target int, backwards bool) *walker {
	w := &walker{m: m, target: target, backwards: backwards, notFirst: -1, blocked: make([]bool, len(m.states))}
	for _, s := range applied {
		w.blocked[s] = true
	}
	w.useful = w.reaching()
	w.cyclic = w.hasCycle()
	return w
}

func (w *walker) walk(from int, yield func([]Move) bool) bool {
	if from == w.target {
		moves := slices.Clone(w.prefix)
		for _, s := range w.path {
			moves = append(moves, Move{spec.Enter, w.m.states[s].Name})
		}
		return yield(moves)
	}
	useful := w.useful
	if w.cyclic && len(w.path) > 0 {
		useful = w.reaching()
	}
	next := w.m.next[from]
	for i := range next {
		s := next[i]
		if w.backwards {
			s = next[len(next)-1-i]
		}
		if !useful[s] || w.blocked[s] || (len(w.path) == 0 && s == w.notFirst) {
			continue
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

// hasCycle reports a cycle among the useful states, by removing states to which
// nothing useful leads until none or a cycle is left.
func (w *walker) hasCycle() bool {
	into := make([]int, len(w.m.states))
	left := 0
	for from, next := range w.m.next {
		if !w.useful[from] {
			continue
		}
		left++
		if from == w.target {
			continue // where every path ends
		}
		for _, to := range next {
			if w.useful[to] {
				into[to]++
			}
		}
	}
	var todo []int
	for s, n := range into {
		if w.useful[s] && n == 0 {
			todo = append(todo, s)
		}
	}
	for ; len(todo) > 0; left-- {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s == w.target {
			continue
		}
		for _, to := range w.m.next[s] {
			if w.useful[to] {
				if into[to]--; into[to] == 0 {
					todo = append(todo, to)
				}
			}
		}
	}
	return left > 0
}
