package query

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// step is one element of a plain location path: a name or "*", below the element
// before (/) or anywhere below it (//).
type step struct {
	deep bool
	name string
}

func (s step) any() bool { return s.name == "*" }

// parsePlain reads a path of names, "*", "/" and "//" only, which needs no XPath:
// names there may be what XPath calls no name (10.0.0.1, conf[1]), may be compared
// without case, and may be guessed. It is nil for other patterns; indexed says
// that a name carries an index, which XPath would read as a position.
func parsePlain(s string) (steps []step, indexed bool) {
	deep, rest := false, s
	switch {
	case strings.HasPrefix(s, "//"):
		deep, rest = true, s[2:]
	case strings.HasPrefix(s, "/"):
		rest = s[1:]
	}
	for {
		name, after, more := strings.Cut(rest, "/")
		bare, index := spec.SplitIndex(name)
		if !plainName(bare) {
			return nil, false
		}
		indexed = indexed || index > 0
		steps = append(steps, step{deep, name})
		if !more {
			return steps, indexed
		}
		deep = strings.HasPrefix(after, "/")
		rest = strings.TrimPrefix(after, "/")
	}
}

func plainName(s string) bool {
	if s == "*" {
		return true
	}
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, "*[]()@|'\"=<>!,:$+ \t\r\n")
}

// render writes steps as a pattern again.
func render(steps []step, absolute bool) spec.Pattern {
	var b strings.Builder
	for i, s := range steps {
		switch {
		case s.deep:
			b.WriteString("//")
		case i > 0 || absolute:
			b.WriteString("/")
		}
		b.WriteString(s.name)
	}
	return spec.Pattern(b.String())
}

// comparison says how much a node's name differs from the one asked for: 0 for
// not at all; ok is false if it is another name.
type comparison func(asked, name string) (cost int, ok bool)

func exactly(asked, name string) (int, bool) { return 0, asked == name }

func folded(asked, name string) (int, bool) { return 0, strings.EqualFold(asked, name) }

// reached says how a node was found: the names that the steps met, and how much
// they differed from what was asked.
type reached struct {
	names []string
	cost  int
}

// better orders the ways to one node, so that the same one is always kept.
func (r reached) better(than reached) bool {
	if r.cost != than.cost {
		return r.cost < than.cost
	}
	return slices.Compare(r.names, than.names) < 0
}

// walk finds the nodes that a path leads to, each by its cheapest way.
func walk(from []*Node, steps []step, compare comparison) map[*Node]reached {
	now := map[*Node]reached{}
	for _, n := range from {
		now[n] = reached{}
	}
	for _, s := range steps {
		next := map[*Node]reached{}
		for n, how := range now {
			descend(n, s, how, compare, next)
		}
		now = next
	}
	return now
}

func descend(n *Node, s step, how reached, compare comparison, into map[*Node]reached) {
	for _, c := range n.children {
		cost, ok, name := 0, true, "*"
		if !s.any() {
			cost, ok = compare(s.name, c.name)
			name = c.name
		}
		if ok {
			old, met := into[c]
			new := reached{append(how.names[:len(how.names):len(how.names)], name), how.cost + cost}
			if !met || new.better(old) {
				into[c] = new
			}
		}
		if s.deep {
			descend(c, s, how, compare, into)
		}
	}
}
