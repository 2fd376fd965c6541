package lifecycle

import (
	"math"
	"slices"
)

// Count says how many ways there are to a state.
type Count struct {
	Forward int  // that only enter states, or the one back through the stack
	Further int  // that leave states to a fork first
	AtLeast bool // there may be more: too many to count them
}

// most is how many paths there can be in a count, and tries how many steps are
// taken inside cycles before a count gives up.
const (
	most  = math.MaxInt
	tries = 20000
)

// Count counts what Paths lists without listing it. Where the ways do not run in
// circles the number is exact, however large; states that lie on a cycle together
// are searched, exactly up to a bound on the work, beyond which the number is what
// was found until then, and says so.
func (e *Engine) Count(from []string, state string) Count {
	if from == nil {
		from = e.Applied()
	}
	stack, err := e.m.numbers(from)
	target, ok := e.m.index[state]
	if err != nil || !ok || len(stack) == 0 {
		return Count{}
	}
	return e.m.count(stack, target)
}

func (m *machine) count(stack []int, target int) Count {
	if slices.Contains(stack, target) {
		return Count{Forward: 1}
	}
	var out Count
	for keep := len(stack); keep > 0; keep-- {
		c := newCounter(newWalker(m, stack, keep, target, false))
		n := c.from(stack[keep-1])
		if keep == len(stack) {
			out.Forward = n
		} else {
			out.Further = add(out.Further, n)
		}
		out.AtLeast = out.AtLeast || c.gaveUp || n == most
	}
	out.AtLeast = out.AtLeast || out.Further == most
	return out
}

// counter counts the simple paths from states to the target of a walker. A path
// that leaves a group of states which lie on cycles together never comes back to
// it: so the number of paths from a state is the sum, over the ways through its
// group, of the numbers from where they leave it.
type counter struct {
	w      *walker
	group  []int // of each useful state
	paths  map[int]int
	tries  int
	gaveUp bool
}

func newCounter(w *walker) *counter {
	return &counter{w: w, group: w.groups(), paths: map[int]int{w.target: 1}, tries: tries}
}

// from counts the paths from a state, outside of any group if that is where the
// walk starts.
func (c *counter) from(s int) int {
	if n, known := c.paths[s]; known {
		return n
	}
	n := c.through(s, c.group[s], map[int]bool{s: true})
	c.paths[s] = n
	return n
}

// through counts the paths from a state whose beginning lies in a group and passes
// no state of it twice.
func (c *counter) through(s, group int, seen map[int]bool) int {
	n := 0
	for _, next := range c.w.m.next[s] {
		switch {
		case !c.w.useful[next] || c.w.blocked[next] || s == c.w.start && next == c.w.notFirst:
		case c.group[next] != group:
			n = add(n, c.from(next))
		case seen[next]:
		case c.tries <= 0:
			c.gaveUp = true
		default:
			c.tries--
			seen[next] = true
			n = add(n, c.through(next, group, seen))
			delete(seen, next)
		}
	}
	return n
}

func add(a, b int) int {
	if a > most-b {
		return most
	}
	return a + b
}
