package lifecycle

// groups numbers the states so that useful ones have the same number exactly if
// they lie on a cycle together (Tarjan's strongly connected components). The target,
// where every path ends, is in a group of its own, as is a state that is applied.
func (w *walker) groups() []int {
	g := &grouping{w: w, order: make([]int, len(w.m.states)), low: make([]int, len(w.m.states)), group: make([]int, len(w.m.states))}
	for s := range w.m.states {
		g.group[s] = -1
	}
	for s := range w.m.states {
		if g.order[s] == 0 {
			g.visit(s)
		}
	}
	return g.group
}

type grouping struct {
	w          *walker
	count      int
	order, low []int // 0 is not visited
	group      []int // -1 is not known
	open       []int
}

func (g *grouping) visit(s int) {
	g.count++
	g.order[s], g.low[s] = g.count, g.count
	g.open = append(g.open, s)
	if s != g.w.target && g.w.useful[s] {
		for _, next := range g.w.m.next[s] {
			switch {
			case !g.w.useful[next] || g.w.blocked[next]:
			case g.order[next] == 0:
				g.visit(next)
				g.low[s] = min(g.low[s], g.low[next])
			case g.group[next] < 0:
				g.low[s] = min(g.low[s], g.order[next])
			}
		}
	}
	if g.low[s] != g.order[s] {
		return
	}
	for {
		last := g.open[len(g.open)-1]
		g.open = g.open[:len(g.open)-1]
		g.group[last] = s
		if last == s {
			return
		}
	}
}
