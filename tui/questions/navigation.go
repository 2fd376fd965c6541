package questions

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/editor"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// arrange finds the rows of the list of questions.
func (m *Model) arrange() {
	want := m.table.Filter.Want()
	m.rows = m.rows[:0]
	if m.res == nil {
		return
	}
	for i := range m.res.Problems {
		p := &m.res.Problems[i]
		if q := m.res.Question(p.Key); q == nil || q.Problem == "" {
			if want == "" || strings.Contains(strings.ToLower(p.Msg), want) {
				m.rows = append(m.rows, -1-i)
			}
		}
	}
	for i := range m.res.Questions {
		q := &m.res.Questions[i]
		if (m.all || shownToAll(q)) && (want == "" || strings.Contains(strings.ToLower(searchText(q)), want)) {
			m.rows = append(m.rows, i)
		}
	}
	slices.SortStableFunc(m.rows, func(a, b int) int { return m.order(a) - m.order(b) })
	m.setLines()
}

// order is the place of a row: what is about the whole comes first, then the order of the tree.
func (m *Model) order(row int) int {
	if row < 0 || m.tree.Tree == nil {
		return -1
	}
	return m.tree.Tree.Index(m.res.Questions[row].Key.Node)
}

// shownToAll reports whether a question is of interest to everyone.
func shownToAll(q *resolver.Question) bool {
	switch {
	case q.Required():
		return true
	case q.Source == resolver.You || q.Source == resolver.Replayed || q.Source == resolver.Generated:
		return true
	case q.Key.Kind == resolver.AskManage || q.Var.Expert:
		return false
	case q.Fixed && q.Source == resolver.FromHost:
		return false
	}
	return true
}

func searchText(q *resolver.Question) string {
	return string(q.Host) + " " + string(q.Path) + " " + format.Asked(q) + " " + format.QuestionValue(q) + " " + string(q.Status)
}

// question is the one under the cursor, nil if there is none.
func (m *Model) question() *resolver.Question {
	if m.table.List.Cursor < len(m.rows) && m.rows[m.table.List.Cursor] >= 0 {
		return &m.res.Questions[m.rows[m.table.List.Cursor]]
	}
	return nil
}

// problem is the one under the cursor, nil if there is none.
func (m *Model) problem() *resolver.Problem {
	if m.table.List.Cursor < len(m.rows) && m.rows[m.table.List.Cursor] < 0 {
		return &m.res.Problems[-1-m.rows[m.table.List.Cursor]]
	}
	return nil
}

func (m *Model) selectKey(k resolver.Key) bool {
	for r, i := range m.rows {
		if i >= 0 && m.res.Questions[i].Key == k {
			m.table.List.To(r)
			m.follow()
			return true
		}
	}
	return false
}

// follow puts the tree's cursor on the node of the question under the cursor.
func (m *Model) follow() {
	if q := m.question(); q != nil && m.tree.Tree != nil {
		if i := m.tree.Tree.Index(q.Key.Node); i >= 0 && i != m.tree.Selected() {
			m.tree.Select(i)
		}
	}
}

func (m *Model) move(a widget.Action) {
	if m.pane == nodes {
		if m.tree.Do(a) {
			m.toNode()
		}
		return
	}
	if m.table.Do(a) {
		m.follow()
	}
}

// toNode puts the cursor of the questions on the first of the tree's node.
func (m *Model) toNode() {
	i := m.tree.Selected()
	if i < 0 || m.tree.Tree.Items[i].Group {
		return
	}
	id := m.tree.Tree.Items[i].Node.ID
	for r, k := range m.rows {
		if k >= 0 && m.res.Questions[k].Key.Node == id {
			m.table.List.To(r)
			return
		}
	}
}

// toNext moves to the next question for which want holds, from the cursor round.
func (m *Model) toNext(want func(*resolver.Question) bool) bool {
	n := len(m.rows)
	for d := 1; d <= n; d++ {
		r := (m.table.List.Cursor + d) % n
		if i := m.rows[r]; i >= 0 && want(&m.res.Questions[i]) {
			m.table.List.To(r)
			m.follow()
			return true
		}
	}
	return false
}

// openNext opens the next question of which a good answer is missing: the editor stays closed
// where nothing is. The one under the cursor counts if it is itself open.
func (m *Model) openNext() bool {
	if m.openOne((*resolver.Question).Required) {
		m.through = false
		return true
	}
	return m.through && m.goThrough()
}

// goThrough opens the next question whose value nobody chose.
func (m *Model) goThrough() bool {
	m.through = m.openOne((*resolver.Question).Undecided)
	return m.through
}

func (m *Model) openOne(which func(*resolver.Question) bool) bool {
	want := func(q *resolver.Question) bool { return q.Open() && which(q) }
	if q := m.question(); (q == nil || !want(q)) && !m.toNext(want) {
		return false
	}
	m.pane, m.treeTop = questions, false
	m.open()
	return true
}

func (m *Model) undecided() int {
	n := 0
	for i := range m.res.Questions {
		if m.res.Questions[i].Undecided() {
			n++
		}
	}
	return n
}

// open opens the editor for the question under the cursor.
func (m *Model) open() {
	q := m.question()
	if p := m.problem(); p != nil {
		if m.all = m.all || m.hidden(p.Key); m.res.Question(p.Key) != nil {
			m.arrange()
			m.selectKey(p.Key)
			q = m.question()
		}
	}
	if q == nil || q.Fixed {
		return
	}
	m.pane, m.treeTop, m.zoom = questions, false, false
	m.edit = editor.Open(m.look, m.offer(*q), m.places(q))
}

func (m *Model) hidden(k resolver.Key) bool {
	q := m.res.Question(k)
	return q != nil && !shownToAll(q)
}

// changeNode opens the questions on the shape of the tree at the node under the
// cursor, one after the other.
func (m *Model) changeNode() {
	i := m.tree.Selected()
	if i < 0 {
		return
	}
	n := m.tree.Tree.Items[i].Node
	ids := map[resolver.NodeID]bool{n.ID: true}
	if m.tree.Tree.Items[i].Group || len(m.shape(ids)) < 2 {
		if n.Parent != nil {
			ids[n.Parent.ID] = true
		}
	}
	keys := m.shape(ids)
	if len(keys) == 0 {
		return
	}
	next := 0
	if n.Parent != nil && ids[n.Parent.ID] { // where the node is comes before what its parent is
		next = max(slices.IndexFunc(keys, func(k resolver.Key) bool {
			return k.Node == n.Parent.ID && k.Kind == resolver.AskHosts && k.Name == n.Via.Name()
		}), 0)
	}
	for k, key := range keys {
		if key == m.Key() {
			next = (k + 1) % len(keys)
		}
	}
	if !m.selectKey(keys[next]) {
		m.all = true
		m.arrange()
		m.selectKey(keys[next])
	}
	m.open()
}

func (m *Model) shape(ids map[resolver.NodeID]bool) []resolver.Key {
	var out []resolver.Key
	for i := range m.res.Questions {
		q := &m.res.Questions[i]
		if !ids[q.Key.Node] || q.Fixed {
			continue
		}
		switch q.Key.Kind {
		case resolver.AskHost, resolver.AskHosts, resolver.AskChoose, resolver.AskCount, resolver.AskManage, resolver.AskPath, resolver.AskCall, resolver.AskRoll:
			out = append(out, q.Key)
		case resolver.AskValue, resolver.AskReturn:
		}
	}
	return out
}
