package plan

import (
	"fmt"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	if split := w >= widget.Roomy && !m.zoom; split != m.split && m.res != nil && m.res.Plan != nil {
		m.split = split
		m.detailLines()
	}
	switch {
	case m.res == nil || m.res.Plan == nil:
		return m.look.Pane(widget.Rule{Title: "Plan"}, w, h, []string{" no plan yet"}), widget.Point{}
	case (m.zoom || h < widget.Low) && m.inDetail:
		return m.drawDetail(w, h)
	case m.zoom || h < widget.Low:
		return m.drawTasks(w, h)
	case m.split:
		return m.look.Split(w, h, w*62/100, false, func(w, h int) ([]string, widget.Point) {
			return m.look.Split(w, h, w/2, m.inDetail, m.drawTasks, m.drawDetail)
		}, m.drawDiffs)
	case w >= widget.Wide:
		return m.look.Split(w, h, w/2, m.inDetail, m.drawTasks, m.drawDetail)
	}
	return widget.Stacked(w, h, h/2, m.inDetail, m.drawTasks, m.drawDetail)
}

// Where says what is planned, and how much that is.
func (m *Model) Where() widget.Where {
	x := widget.Where{Path: []string{"plan"}}
	if m.res == nil || m.res.Plan == nil {
		return x
	}
	p := m.res.Plan
	if r := m.res.Root; r != nil && r.Provide.Path != "" {
		name := r.Provide.Path.Lifecycle() + "." + r.Provide.Path.Provide()
		if r.Host != "" {
			name += " @" + string(r.Host)
		}
		x.Path = []string{name, "plan"}
	}
	x.Right = spec.Count(p.Steps(), "step", "steps") + " on " + spec.Count(len(p.Hosts), "host", "hosts")
	if m.takes >= time.Second {
		x.Right += ", usually " + format.Took(m.takes)
	}
	return x
}

func (m *Model) drawTasks(w, h int) ([]string, widget.Point) {
	rule := widget.Rule{Title: "What will happen, by host", More: "v: in order", Focus: !m.inDetail}
	if m.ordered {
		rule.Title, rule.More = "What will happen, in order", "v: by host"
	}
	m.table.Foot = append(m.checks(), m.busyHosts(w, h/4)...)
	return m.table.Draw(m.look, rule, w, h)
}

// cells are a row of the list.
func (m *Model) cells(r *entry) []widget.Cell {
	l := m.look
	var out []widget.Cell
	if !m.ordered {
		out = append(out, map[sign]widget.Cell{added: {Text: "+", Style: l.Good}, changed: {Text: l.Changed, Style: l.Warn}, same: {Text: l.Same, Style: l.Dim}}[r.sign])
	}
	for i, c := range r.cells {
		cell := widget.T(c)
		switch last := i == len(r.cells)-1; {
		case r.sign == ofHost && !last:
			cell.Style = widget.Strong
		case last && !m.ordered:
			cell.Style = l.Dim
		}
		out = append(out, cell)
	}
	return out
}

// busyHosts says what is done now on hosts of the plan, in at most h lines.
func (m *Model) busyHosts(w, h int) []string {
	var out []string
	for _, s := range m.busy {
		for i, x := range widget.Wrap(widget.Clean(s), w-6) {
			sign := " "
			if i == 0 {
				sign = m.look.Glyphs.Run
			}
			out = append(out, "  "+m.look.Warn.Paint(sign+" "+x))
		}
	}
	if len(out) > max(h, 1) {
		out = append(out[:max(h-1, 0)], "  "+m.look.Dim.Paint(spec.Count(len(m.busy), "host is", "hosts are")+" busy; the plan waits there"))
	}
	return out
}

// checks says what was looked at before.
func (m *Model) checks() []string {
	l := m.look
	var out []string
	if n := len(m.res.Questions) - m.late; n > 0 {
		out = append(out, "  "+l.Good.Paint(l.OK)+" "+spec.Count(n, "value is", "values are")+" known and valid")
	}
	if m.late > 0 {
		out = append(out, "  "+l.Dim.Paint(l.AtRun)+" "+spec.Count(m.late, "is", "are")+" known at run time: other calls return them")
	}
	if m.pretends != "" {
		out = append(out, "  "+l.Warn.Paint(l.Same+" "+m.pretends)+": nothing is changed by what pretends")
	}
	for i := range m.res.Problems {
		if len(out) < 5 {
			out = append(out, "  "+l.Warn.Paint(l.Wrong+" "+widget.Clean(m.res.Problems[i].Msg)))
		}
	}
	return out
}

func (m *Model) drawDetail(w, h int) ([]string, widget.Point) {
	l := m.look
	box := widget.Rule{Title: "Steps and their values", Focus: m.inDetail}
	iw, ih := w, max(h-1, 0)
	m.detail.Set(len(m.lines), ih)
	from, to := m.detail.Window()
	if to < len(m.lines) {
		box.More = fmt.Sprintf("%d more below", len(m.lines)-to)
	}
	widths := widget.Flex(iw-2, -1, 9)
	at := widget.Point{}
	body := make([]string, 0, ih)
	for i := from; i < to; i++ {
		x := m.lines[i]
		style := widget.Style("")
		if x.style != nil {
			style = x.style(l)
		}
		here := m.inDetail && i == m.detail.Cursor
		if here {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(l.Row(widths, widget.Cell{Text: x.text, Style: style}, widget.Cell{Text: x.from, Style: l.Dim}), iw, here, true))
	}
	return l.Pane(box, w, h, body), at
}

// drawDiffs is what the steps change, from the one under the cursor on.
func (m *Model) drawDiffs(w, h int) ([]string, widget.Point) {
	l := m.look
	from := 0
	if m.inDetail && m.detail.Cursor < len(m.diffOf) {
		from = min(m.diffOf[m.detail.Cursor], max(len(m.diffs)-h+1, 0))
	}
	var body []string
	for _, x := range m.diffs[from:] {
		style := widget.Style("")
		if x.style != nil {
			style = x.style(l)
		}
		body = append(body, "  "+style.Paint(l.Cut(x.text, w-3)))
	}
	if len(m.diffs) == 0 {
		body = []string{"", "  " + l.Dim.Paint("nothing that is known before it runs")}
	}
	return l.Pane(widget.Rule{Title: "What they change"}, w, h, body[:min(len(body), max(h-1, 0))]), widget.Point{}
}
