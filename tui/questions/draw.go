package questions

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
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
	l := m.look
	box := widget.Rule{Title: "Questions", Focus: m.pane == questions && m.edit == nil}
	at := widget.Point{}
	box.Title = m.filter.Title(l, box.Title)
	if m.filter.Typing {
		at.X = 1 + widget.Width(box.Title)
	}
	if m.res == nil {
		return l.Pane(box, w, h, nil), at
	}
	missing, wrong, checking := m.res.Counts()
	box.Note = count{missing, wrong, checking}.String()
	if n := len(m.res.Questions); len(m.rows) < n {
		box.More = fmt.Sprintf("%d of %d shown; x shows all", len(m.rows), n)
	}
	iw, ih := w, max(h-1, 0)
	m.list.Set(len(m.rows), max(ih-1, 1))
	widths := m.columns(iw)
	head := l.Head.Paint("  " + l.Row(widths, widget.T(""), widget.T("WHERE"), widget.T("NAME"), widget.T("VALUE"), widget.T("FROM")))
	body := []string{head}
	from, to := m.list.Window()
	for r := from; r < to; r++ {
		here := r == m.list.Cursor
		if here && !m.filter.Typing {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(m.questionRow(r, widths), iw, here, m.pane == questions && m.edit == nil))
	}
	if len(m.rows) == 0 {
		body = append(body, l.Dim.Paint("  nothing is asked"))
	}
	return l.Pane(box, w, h, body), at
}

// columns are as wide as what is in view needs; the value has the rest.
func (m *Model) columns(w int) []int {
	from, to := m.list.Window()
	where, name, value, word := 5, 4, 5, 7
	for r := from; r < to; r++ {
		if i := m.rows[r]; i >= 0 {
			q := &m.res.Questions[i]
			_, _, from := format.Question(m.look, q)
			where = max(where, widget.Width(m.place(q)))
			name = max(name, widget.Width(format.Asked(q)))
			value = max(value, widget.Width(shownValue(q)))
			word = max(word, widget.Width(from))
		}
	}
	where, word = min(where, w/3), min(word, 9)
	name = min(name, max(w*3/10, w-2-6-where-value-word)) // it is not cut where there is room
	return widget.Flex(w-2, 2, where, name, -1, word)
}

// place says where what is asked is: of a question that names neither, where its node is.
func (m *Model) place(q *resolver.Question) string {
	host, service := q.Host, format.Service(q)
	if n := m.res.Node(q.Key.Node); n != nil && q.Key.Kind == resolver.AskManage {
		host, service = n.Host, cmp.Or(n.Provide.Path.Lifecycle(), strings.Trim(string(n.Pattern), "/"))
	}
	return strings.TrimSpace(string(host) + " " + service)
}

func (m *Model) questionRow(r int, widths []int) string {
	l := m.look
	if i := m.rows[r]; i < 0 {
		p := &m.res.Problems[-1-i]
		style, word := l.Bad, "problem"
		if p.Warning {
			style, word = l.Warn, "note"
		}
		where := string(p.Path.Host()) + " " + p.Path.Lifecycle()
		return l.Row(widths, widget.Cell{Text: l.Wrong, Style: style}, widget.T(where), widget.T(""), widget.Cell{Text: p.Msg, Style: style}, widget.T(word))
	}
	q := &m.res.Questions[m.rows[r]]
	sign, style, word := format.Question(l, q)
	value := shownValue(q)
	if m.edit != nil && m.edit.Key == q.Key {
		word = "editing"
	}
	if q.Status == resolver.Wrong {
		value += "  " + q.Problem
	}
	where := m.place(q)
	return l.Row(widths, widget.Cell{Text: sign, Style: style}, widget.T(where), widget.T(format.Asked(q)), widget.Cell{Text: value, Style: valueStyle(l, q)}, widget.Cell{Text: word, Style: style})
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
