package query

import (
	"cmp"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

const maxNear = 5

// near suggests paths for a pattern that matches nothing: those it would match if
// its names were spelled a little differently, else those whose own name is like
// one of its names. The same resource of several hosts is suggested once.
func near(root *Node, from []*Node, steps []step) []spec.Path {
	found := walk(from, steps, alike)
	if len(found) == 0 {
		found = map[*Node]reached{}
		for _, s := range steps {
			if s.any() {
				continue
			}
			for n, how := range walk([]*Node{root}, []step{{deep: true, name: s.name}}, alike) {
				if old, met := found[n]; !met || how.cost < old.cost {
					found[n] = how
				}
			}
		}
	}
	set := map[*Node]bool{}
	for n := range found {
		set[n] = true
	}
	nodes := inOrder(set)
	slices.SortStableFunc(nodes, func(a, b *Node) int { return cmp.Compare(found[a].cost, found[b].cost) })
	var out []spec.Path
	seen := map[string]bool{}
	for _, n := range nodes {
		p := n.Path()
		key := p.Relative()
		if key == "" {
			key = string(p)
		}
		if !seen[key] && len(out) < maxNear {
			seen[key] = true
			out = append(out, p)
		}
	}
	return out
}

// alike compares names as a person mistypes them: one letter in four may
// differ, and one more; a part of a name is like the whole.
func alike(asked, name string) (int, bool) {
	a, b := strings.ToLower(asked), strings.ToLower(name)
	most := 1 + min(len(a)/4, 2)
	d := most + 1
	if len(b)-len(a) <= most && len(a)-len(b) <= most {
		d = EditDistance(a, b)
	}
	if d > most && len(a) >= 3 && strings.Contains(b, a) {
		d = most
	}
	return d, d <= most
}
