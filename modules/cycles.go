package modules

import (
	"slices"
	"strings"
)

// node is something that needs others first: a state that is entered, a provide
// that is called.
type node struct {
	name  string
	needs []edge
	color int // 0 not seen, 1 on the way, 2 done
}

// edge is one thing that a node cannot do without.
type edge struct {
	to  *node
	via *requireValue // nil: the state below, or the provide's own
}

// findCycles reports requirements that lead back to themselves. Only what is certain
// counts: a require that must be given and that one provide alone can meet, and the
// states that every way to a state passes, as far as each has one before it.
func findCycles(r *report, all []*lifecycleValue, met map[*requireValue][]*owner) {
	nodes := map[string]*node{}
	at := func(name string) *node {
		if nodes[name] == nil {
			nodes[name] = &node{name: name}
		}
		return nodes[name]
	}
	var order []*node
	for _, v := range all {
		before := v.before()
		for _, o := range v.owners() {
			s := at(o.String())
			order = append(order, s)
			if o.provide != "enter" {
				s.needs = append(s.needs, edge{to: at(v.name + "/" + o.state + "/enter")})
			} else if b, ok := before[o.state]; ok {
				s.needs = append(s.needs, edge{to: at(v.name + "/" + b + "/enter")})
			}
			for _, q := range o.requires {
				if by := met[q]; len(by) == 1 && q.r.Nargs.Norm().Min > 0 {
					s.needs = append(s.needs, edge{to: at(by[0].String()), via: q})
				}
			}
		}
	}
	for _, s := range order {
		if s.color == 0 {
			s.visit(r, nil)
		}
	}
}

// visit searches depth first; trail holds the needs that led here.
func (s *node) visit(r *report, trail []edge) {
	s.color = 1
	for _, n := range s.needs {
		way := slices.Concat(trail, []edge{n})
		switch n.to.color {
		case 0:
			n.to.visit(r, way)
		case 1:
			reportCycle(r, way)
		}
	}
	s.color = 2
}

// reportCycle reports the end of a way that returns to a node it passed.
func reportCycle(r *report, way []edge) {
	last := way[len(way)-1]
	begin := 0
	for i, n := range way[:len(way)-1] {
		if n.to == last.to {
			begin = i + 1
		}
	}
	var names []string
	var via *requireValue
	for _, n := range way[begin:] {
		if n.via != nil {
			names = append(names, n.to.name)
			via = n.via
		}
	}
	if via == nil {
		return // states that only lead to each other: they cannot be reached, which is said elsewhere
	}
	names = append(names, names[0])
	r.errorf(via.args.place("pattern"), "take one of these requires away, or give it nargs = \"?\"",
		"the requirements go round in a circle: %s", strings.Join(names, " -> "))
}

// before gives for a state the one that every way to it passes last, where only one
// transition leads there.
func (v *lifecycleValue) before() map[string]string {
	from := map[string][]string{}
	for _, t := range v.lc.Edges() {
		from[t[1]] = append(from[t[1]], t[0])
	}
	out := map[string]string{}
	for _, s := range v.lc.States {
		if f := from[s.Name]; len(f) == 1 && s.Name != v.lc.InitialState() {
			out[s.Name] = f[0]
			for _, impl := range s.Implementations {
				out[s.Name+"."+impl.Name] = f[0]
			}
			if len(s.Implementations) == 1 {
				out[s.Name] = s.Name + "." + s.Implementations[0].Name
			}
		}
	}
	return out
}
