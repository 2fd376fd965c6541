package questions

import (
	"fmt"

	"github.com/armonic/armonic/tui/widget"
)

// count is what is open at and below a row of the tree.
type count struct{ missing, wrong, checking int }

// countOpen adds up what is open, from the leaves to the root.
func (m *Model) countOpen() {
	items := m.tree.Tree.Items
	m.counts = make([]count, len(items))
	for i := len(items) - 1; i >= 0; i-- {
		c := &m.counts[i]
		if n := items[i].Node; !items[i].Group {
			c.missing += n.Missing
			c.wrong += n.Wrong
			c.checking += n.Checking
			if n.Pending {
				c.checking++
			}
		}
		if p := items[i].Parent; p >= 0 {
			m.counts[p].missing += c.missing
			m.counts[p].wrong += c.wrong
			m.counts[p].checking += c.checking
		}
	}
}

// status gives sign, style and words of a row of the tree.
func (m *Model) status(i int) (string, widget.Style, string) {
	l := m.look
	it := &m.tree.Tree.Items[i]
	c := m.counts[i]
	switch {
	case c.wrong > 0:
		return l.Wrong, l.Bad, c.String()
	case c.missing > 0:
		return l.Missing, l.Warn, c.String()
	case c.checking > 0:
		return l.Checking, l.Unsure, c.String()
	case it.Group:
		return l.OK, l.Good, ""
	}
	n := it.Node
	switch {
	case n.Unmanaged:
		return l.Same, l.Dim, "not managed"
	case n.CalledAs != nil:
		return l.Same, l.Dim, "see " + string(n.CalledAs.Host) + " " + n.CalledAs.Provide.Path.Lifecycle()
	case len(n.Route.Steps) == 0:
		return l.Wait, l.Dim, ""
	}
	return l.OK, l.Good, ""
}

func (c count) String() string {
	s := ""
	add := func(n int, what string) {
		if n == 0 {
			return
		}
		if s != "" {
			s += " "
		}
		s += fmt.Sprintf("%d %s", n, what)
	}
	add(c.missing, "missing")
	add(c.wrong, "wrong")
	add(c.checking, "checking")
	return s
}
