package plan

import (
	"fmt"
	"github.com/armonic/armonic/tui/show"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/ui"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, ui.Point) {
	switch {
	case m.res == nil || m.res.Plan == nil:
		return m.look.Box(ui.Box{Title: "Plan"}, w, h, []string{" no plan yet"}), ui.Point{}
	case (m.zoom || h < ui.Low) && m.right:
		return m.drawRight(w, h)
	case m.zoom || h < ui.Low:
		return m.drawLeft(w, h)
	case w >= ui.Wide:
		return ui.Beside(w, h, w/2, m.right, m.drawLeft, m.drawRight)
	}
	return ui.Stacked(w, h, h/2, m.right, m.drawLeft, m.drawRight)
}

func (m *Model) drawLeft(w, h int) ([]string, ui.Point) {
	l := m.look
	p := m.res.Plan
	box := ui.Box{Title: "What will happen, by host", Foot: "v: in order", Focus: !m.right, Bare: m.zoom,
		Right: show.Count(p.Steps(), "step", "steps") + " on " + show.Count(len(p.Hosts), "host", "hosts")}
	iw, ih := box.Inner(w, h)
	widths := ui.Flex(iw-2, -3, -5, 10)
	head := []string{"HOST", "NOW -> AFTER", ""}
	if m.ordered {
		box.Title, box.Foot = "What will happen, in order", "v: by host"
		widths = ui.Flex(iw-2, 3, 10, -3, -1)
		head = []string{"", "HOST", "STEPS", "WHEN"}
	}
	cells := func(r entry) []ui.Cell {
		out := make([]ui.Cell, len(r.cells))
		for i, c := range r.cells {
			out[i] = ui.T(c)
			if r.host {
				out[i].Style = l.Head
			}
		}
		return out
	}
	body := []string{l.Head.Paint("  " + l.Row(widths, cells(entry{cells: head})...))}
	foot := m.checks()
	room := max(ih-1-len(foot), 1)
	m.list.Set(len(m.rows), room)
	from, to := m.list.Window()
	at := ui.Point{X: 1}
	for r := from; r < to; r++ {
		if r == m.list.Cursor {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(l.Row(widths, cells(m.rows[r])...), iw, r == m.list.Cursor, !m.right))
	}
	for len(body) < ih-len(foot) {
		body = append(body, "")
	}
	return l.Box(box, w, h, append(body, foot...)), at
}

// checks says what was looked at before.
func (m *Model) checks() []string {
	l := m.look
	late := 0
	for i := range m.res.Questions {
		if m.res.Questions[i].Status == resolver.AtRun {
			late++
		}
	}
	out := []string{"  " + l.Good.Paint(l.OK) + " " + show.Count(len(m.res.Questions)-late, "value is", "values are") + " known and valid"}
	if late > 0 {
		out = append(out, "  "+l.Dim.Paint(l.AtRun)+" "+show.Count(late, "is", "are")+" known at run time: other calls return them")
	}
	for i := range m.res.Problems {
		if len(out) < 4 {
			out = append(out, "  "+l.Warn.Paint(l.Wrong+" "+ui.Clean(m.res.Problems[i].Msg)))
		}
	}
	return out
}

func (m *Model) drawRight(w, h int) ([]string, ui.Point) {
	l := m.look
	box := ui.Box{Title: "Steps, and what they are given", Focus: m.right, Bare: m.zoom}
	iw, ih := box.Inner(w, h)
	m.detail.Set(len(m.lines), ih)
	from, to := m.detail.Window()
	if to < len(m.lines) {
		box.Foot = fmt.Sprintf("%d more below", len(m.lines)-to)
	}
	widths := ui.Flex(iw-2, -1, 9)
	at := ui.Point{X: 1}
	body := make([]string, 0, ih)
	for i := from; i < to; i++ {
		x := m.lines[i]
		style := ui.Style("")
		if x.style != nil {
			style = x.style(l)
		}
		here := m.right && i == m.detail.Cursor
		if here {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(l.Row(widths, ui.Cell{Text: x.text, Style: style}, ui.Cell{Text: x.from, Style: l.Dim}), iw, here, true))
	}
	return l.Box(box, w, h, body), at
}
