package questions

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/tree"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	if m.zoom && m.edit == nil {
		return m.upper(w, h, m.pane == nodes)
	}
	if h < widget.Low && m.edit == nil {
		return m.upper(w, h, m.treeTop)
	}
	if w >= widget.Wide && h >= 2*widget.Low {
		left := func(w, h int) ([]string, widget.Point) {
			return widget.Stacked(w, h, max(h*2/5, 6), m.pane == questions, m.drawTree, m.drawQuestions)
		}
		return m.look.Split(w, h, w/2, m.edit != nil, left, m.drawDetail)
	}
	top := max(h*2/5, 4)
	if m.edit != nil {
		top = max(h/3, 3)
	}
	if h < 12 && m.edit != nil {
		top = 0
	}
	upper := func(w, h int) ([]string, widget.Point) { return m.upper(w, h, m.treeTop) }
	return widget.Stacked(w, h, top, m.edit != nil, upper, m.drawDetail)
}

func (m *Model) upper(w, h int, isTree bool) ([]string, widget.Point) {
	if isTree {
		return m.drawTree(w, h)
	}
	return m.drawQuestions(w, h)
}

// Where says what is planned, and how far that is.
func (m *Model) Where() widget.Where {
	l := m.look
	name, state, right := string(m.pattern), "BUILD ...", ""
	style := l.Busy
	if m.res != nil {
		if m.res.Root != nil && m.res.Root.Host != "" {
			name = nodeName(m.res.Root) + " @" + string(m.res.Root.Host)
		}
		missing, wrong, checking := m.res.Counts()
		todo := count{missing, wrong, checking}.String()
		switch {
		case missing+wrong > 0:
			state, style = "ANSWER "+todo, l.Warn
		case m.busy || checking > 0:
			state = "BUILD, the hosts are asked"
		case m.res.Plan == nil:
			state, style = "there are problems", l.Bad
		default:
			state, style = "READY for the plan (p)", l.Good
		}
		if p := m.res.Plan; p != nil {
			right = format.Word(m.res.Simulation()) + spec.Count(p.Steps(), "step", "steps") + " on " + spec.Count(len(p.Hosts), "host", "hosts")
		}
	}
	return widget.Where{Path: []string{name}, Note: right, Right: style.Paint(state)}
}

func (m *Model) drawTree(w, h int) ([]string, widget.Point) {
	box := widget.Rule{Title: "Deployment tree", Focus: m.pane == nodes && m.edit == nil}
	return m.tree.Draw(m.look, box, w, h, m.status)
}

func (m *Model) drawQuestions(w, h int) ([]string, widget.Point) {
	box := widget.Rule{Title: "Questions", Focus: m.pane == questions && m.edit == nil}
	if m.res == nil {
		return m.look.Pane(box, w, h, nil), widget.Point{}
	}
	missing, wrong, checking := m.res.Counts()
	box.Note = count{missing, wrong, checking}.String()
	if n := len(m.res.Questions); len(m.rows) < n {
		box.More = fmt.Sprintf("%d of %d shown; x shows all", len(m.rows), n)
	}
	return m.table.Draw(m.look, box, w, h)
}

// setLines lists the rows: the cursor stays on its question.
func (m *Model) setLines() {
	lines := make([]widget.Line, len(m.rows))
	for r, i := range m.rows {
		id := fmt.Sprint(i) // of a problem
		if i >= 0 {
			id = fmt.Sprint(m.res.Questions[i].Key)
		}
		lines[r] = widget.Line{ID: id, Make: func() []widget.Cell { return m.cells(i) }}
	}
	m.table.Set(lines)
}

// place says where what is asked is: of a question that names neither, where its node is.
func (m *Model) place(q *resolver.Question) string {
	host, service := string(q.Host), format.Service(q)
	if n := m.res.Node(q.Key.Node); n != nil && (q.Key.Kind == resolver.AskManage || n.Host == q.Host) {
		host = tree.Place(n)
		if q.Key.Kind == resolver.AskManage {
			service = cmp.Or(n.Provide.Path.Lifecycle(), strings.Trim(string(n.Pattern), "/"))
		}
	}
	return strings.TrimSpace(host + " " + service)
}

// cells are the row of a question, or below 0 of a problem.
func (m *Model) cells(i int) []widget.Cell {
	l := m.look
	if i < 0 {
		p := &m.res.Problems[-1-i]
		style, word := l.Bad, "problem"
		if p.Warning {
			style, word = l.Warn, "note"
		}
		where := strings.TrimSpace(string(p.Path.Host()) + " " + p.Path.Lifecycle())
		return []widget.Cell{{Text: l.Wrong, Style: style}, {Text: where}, {}, {Text: p.Msg, Style: style}, {Text: word}}
	}
	q := &m.res.Questions[i]
	sign, style, word := format.Question(l, q)
	value := shownValue(q)
	if m.edit != nil && m.edit.Key == q.Key {
		word = "editing"
	}
	if q.Status == resolver.Wrong {
		value += "  " + q.Problem
	}
	return []widget.Cell{{Text: sign, Style: style}, {Text: m.place(q)}, {Text: format.Asked(q)}, {Text: value, Style: valueStyle(l, q)}, {Text: word, Style: style}}
}

// shownValue is the value of a question in a row, where another column says what it is not.
func shownValue(q *resolver.Question) string {
	switch q.Status {
	case resolver.AtRun:
		return "not yet known"
	case resolver.Missing:
		return ""
	case resolver.Wrong, resolver.Checking, resolver.OK:
	}
	return format.QuestionValue(q)
}

func valueStyle(l widget.Look, q *resolver.Question) widget.Style {
	switch {
	case q.Status == resolver.Wrong:
		return l.Bad
	case q.Settled() || q.Status == resolver.Missing:
		return ""
	}
	return l.Dim
}
