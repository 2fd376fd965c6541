package fleet

import (
	"fmt"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	if strip := m.strip(w, min(h/8, 5)); strip != nil && !m.wall && !m.zoom && h >= 2*widget.Low {
		lines, at := m.drawPanes(w, h-1-len(strip))
		at.Y += 1 + len(strip)
		return append(m.look.Pane(widget.Rule{Title: "Wall"}, w, 1+len(strip), strip), lines...), at
	}
	return m.drawPanes(w, h)
}

func (m *Model) drawPanes(w, h int) ([]string, widget.Point) {
	switch {
	case m.wall:
		return m.drawWall(w, h)
	case w >= widget.Roomy && !m.zoom:
		right := w * 3 / 10
		return m.look.Split(w, h, w-right-1, m.inDetail, func(w, h int) ([]string, widget.Point) {
			return m.look.Split(w, h, w*54/100, m.inDetail, m.drawHosts, m.drawDetail)
		}, m.drawGoing)
	case w >= widget.Wide && !m.zoom:
		return m.look.Split(w, h, w*54/100, m.inDetail, m.drawHosts, m.drawDetail)
	case m.inDetail:
		return m.drawDetail(w, h)
	case h >= 2*widget.Low && !m.zoom:
		return widget.Stacked(w, h, h-6, false, m.drawHosts, m.drawDetail)
	}
	return m.drawHosts(w, h)
}

// Where says how many hosts there are, when they were read, and how they are.
func (m *Model) Where() widget.Where {
	x := widget.Where{Right: m.legend()}
	if len(m.hosts) > 0 {
		x.Note = spec.Count(len(m.hosts), "host", "hosts")
		if !m.now.IsZero() {
			x.Note += "   read at " + m.now.Local().Format("15:04:05")
		}
	}
	if v := m.view(); m.inDetail && v != nil {
		x.Path = []string{string(v.Host)}
	}
	return x
}

// drawList is the strip of the wall, and below it the hosts.
func (m *Model) drawHosts(w, h int) ([]string, widget.Point) {
	rule := widget.Rule{Title: "Hosts", Note: m.order(), Focus: !m.inDetail}
	if n := len(m.table.Marked()); n > 0 {
		rule.More = fmt.Sprintf("%d marked", n)
	}
	if m.table.Filter.On() {
		rule.More = spec.CountOf(len(m.shown), len(m.hosts), "host", "hosts")
	}
	m.table.Empty = []string{"No host matches; esc clears the filter."}
	switch {
	case !m.ready:
		m.table.Empty = []string{"The fleet is being read " + m.look.Ellipsis}
	case len(m.hosts) == 0:
		return m.look.Pane(rule, w, h, m.noHosts(w)), widget.Point{}
	}
	return m.table.Draw(m.look, rule, w, h)
}

// order says how the list is grouped and sorted.
func (m *Model) order() string {
	sort := "by name"
	if m.worst {
		sort = "worst first"
	}
	switch m.group {
	case byName:
		return "by group, " + sort
	case byService:
		return "by service, " + sort
	case byState:
		return "by state, " + sort
	case ungrouped:
	}
	return sort
}

// widest is the width that a column of a table of the details needs, at most most.
func (m *Model) widest(table, column, most int) int {
	w := 4
	for i := range m.rows {
		if r := &m.rows[i]; r.table == table && column < len(r.cells) {
			w = max(w, widget.Width(widget.Clean(r.cells[column].Text)))
		}
	}
	return min(w, max(most, 4))
}

func (m *Model) drawDetail(w, h int) ([]string, widget.Point) {
	l := m.look
	box := widget.Rule{Title: string(m.Host()), Focus: m.inDetail}
	if v := m.view(); v != nil {
		box.Note = facts(v, w-8-widget.Width(box.Title))
	}
	if m.width != w {
		m.width = w
		m.layout()
	}
	ih := max(h-1, 0)
	m.detail.Set(len(m.rows), ih)
	tables := [][]int{
		free:     {w - 3},
		services: widget.Flex(w-3, 1, m.widest(services, 1, w/2), -1),
		levels:   widget.Flex(w-3, 1, m.widest(levels, 1, w/2), 3, -1, 5),
		offers:   widget.Flex(w-3, m.widest(offers, 0, w*2/3), m.widest(offers, 1, w/4), -1),
	}
	from, to := m.detail.Window()
	body := make([]string, 0, ih)
	at := widget.Point{}
	for i := from; i < to; i++ {
		here := m.inDetail && i == m.detail.Cursor
		if here {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(l.Row(tables[m.rows[i].table], m.rows[i].cells...), w-1, here, true)+" ")
	}
	if to < len(m.rows) {
		box.More = fmt.Sprintf("%d more below", len(m.rows)-to)
	}
	return l.Pane(box, w, h, body), at
}
