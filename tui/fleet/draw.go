package fleet

import (
	"fmt"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	switch {
	case m.wall:
		return m.drawWall(w, h)
	case w >= widget.Wide && !m.zoom:
		return widget.Beside(w, h, w*45/100, m.inDetail, m.drawHosts, m.drawDetail)
	case m.inDetail:
		return m.drawDetail(w, h)
	}
	return m.drawHosts(w, h)
}

func (m *Model) drawHosts(w, h int) ([]string, widget.Point) {
	l := m.look
	box := widget.Box{Title: "Hosts", Focus: !m.inDetail, Bare: m.zoom, Foot: "s sort: name"}
	if m.byLink {
		box.Foot = "s sort: needs a look first"
	}
	iw, ih := box.Inner(w, h)
	at := widget.Point{X: 1}
	if m.filter.On() {
		box.Title = m.filter.Title(l, box.Title)
		if m.filter.Typing {
			at.X = 2 + widget.Width(box.Title)
		}
		box.Right = fmt.Sprintf("%d of %d", len(m.shown), len(m.hosts))
	}
	name := 8
	for _, i := range m.shown {
		name = max(name, min(widget.Width(string(m.hosts[i].Host)), iw/3))
	}
	widths := widget.Flex(iw-2, 2, name, 4, -1)
	body := []string{l.Head.Paint("  " + l.Row(widths, widget.T(""), widget.T("HOST"), widget.T("LINK"), widget.T("SERVICES AND STATES")))}
	m.list.Set(len(m.shown), max(ih-1, 1))
	from, to := m.list.Window()
	for r := from; r < to; r++ {
		v := &m.hosts[m.shown[r]]
		sign, style, word := format.Link(l, v.Link)
		what := widget.Cell{Text: format.Services(v)}
		if !m.conn.Up { // what was seen last
			sign, style, word, what.Style = l.Checking, l.Dim, "?", l.Dim
		}
		switch {
		case !m.conn.Up && what.Text != "":
		case v.Unapproved:
			sign, style = l.Wrong, l.Bad
			what = widget.Cell{Text: "not approved: armonic approve " + v.Account, Style: l.Bad}
		case v.Like != "":
			sign, style = l.Wrong, l.Bad
			what = widget.Cell{Text: "is not " + string(v.Like) + ", which it looks like", Style: l.Bad}
		case v.Twice:
			sign, style = l.Wrong, l.Bad
			what = widget.Cell{Text: "its account is in use twice: " + v.Account, Style: l.Bad}
		case v.Link != spec.LinkOn:
			what = widget.Cell{Text: format.Away(m.now, &v.HostStatus), Style: l.Bad}
		case v.Err != nil:
			sign, style = l.Wrong, l.Bad
			what = widget.Cell{Text: v.Err.Error(), Style: l.Bad}
		case v.Info.Host == "":
			what = widget.Cell{Text: "reading ...", Style: l.Dim}
		case what.Text == "":
			what = widget.Cell{Text: "nothing applied", Style: l.Dim}
		}
		line := l.Row(widths, widget.Cell{Text: sign, Style: style}, widget.T(string(v.Host)), widget.Cell{Text: word, Style: style}, what)
		if r == m.list.Cursor && !m.filter.Typing {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(line, iw, r == m.list.Cursor, !m.inDetail))
	}
	switch {
	case !m.ready:
		body = append(body, "", "  reading the fleet ...")
	case len(m.hosts) == 0:
		body = append(body[:0], m.noHosts(iw)...)
	case len(m.shown) == 0:
		body = append(body, "", "  no host matches; esc clears the filter")
	}
	return l.Box(box, w, h, body), at
}

// widest is the width that the first column of a table needs.
func (m *Model) widest(table int) int {
	w := 11
	for i := range m.rows {
		if r := &m.rows[i]; r.table == table {
			w = max(w, widget.Width(r.cells[0]))
		}
	}
	return w
}

func (m *Model) drawDetail(w, h int) ([]string, widget.Point) {
	l := m.look
	box := widget.Box{Title: string(m.Host()), Focus: m.inDetail, Bare: m.zoom, Right: "tab"}
	iw, ih := box.Inner(w, h)
	m.detail.Set(len(m.rows), ih)
	tables := [][]int{free: {iw - 2}, stacks: widget.Flex(iw-2, 18, 3, 10, -1), offers: widget.Flex(iw-2, min(m.widest(offers), iw/2), 12, -1)}
	if iw < 60 {
		tables[stacks] = widget.Flex(iw-2, 16, 3, 0, -1)
	}
	from, to := m.detail.Window()
	body := make([]string, 0, ih)
	at := widget.Point{X: 1}
	for i := from; i < to; i++ {
		r := &m.rows[i]
		cells := make([]widget.Cell, len(r.cells))
		for k, c := range r.cells {
			cells[k] = widget.T(c)
			if r.style != nil && (k < 2 || r.table == free) {
				cells[k].Style = r.style(l)
			}
			if r.head {
				cells[k].Style = l.Head
			}
		}
		line := l.Row(tables[r.table], cells...)
		here := m.inDetail && i == m.detail.Cursor
		if here {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(line, iw, here, true))
	}
	if to < len(m.rows) {
		box.Foot = fmt.Sprintf("%d more below", len(m.rows)-to)
	}
	return l.Box(box, w, h, body), at
}
