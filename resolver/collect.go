package resolver

import (
	"iter"
	"maps"
	"slices"
)

// collect lists the questions in the order of asking (of a node: where it is, how
// often and where what it requires is, all that is asked below, then its own
// values) and counts the open ones of each node.
func (b *builder) collect(n *node) {
	for _, it := range n.items {
		if it.child != nil {
			b.collect(it.child)
			continue
		}
		if it.q == nil {
			continue
		}
		b.res.Questions = append(b.res.Questions, *it.q)
		switch owner := b.byID[it.q.Key.Node]; it.q.Status {
		case Missing:
			owner.Missing++
		case Wrong:
			owner.Wrong++
		case Checking:
			owner.Checking++
		case OK, AtRun:
		}
	}
}

// sorted ranges over the keys of a map in order.
func sorted[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}
