package history

import (
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	switch {
	case m.here() == nil || h < widget.Low:
		return m.drawList(w, h)
	case m.zoom:
		return m.drawDetails(w, h)
	case w >= widget.Wide:
		return m.look.Split(w, h, w*3/5, false, m.drawList, m.drawDetails)
	}
	return widget.Stacked(w, h, h-min(8, h*2/5), false, m.drawList, m.drawDetails)
}

func (m *Model) drawList(w, h int) ([]string, widget.Point) {
	l := m.look
	rule := widget.Rule{Title: m.filter.Title(l, "History of "+m.of.String()), Focus: true, Right: l.Dim.Paint("newest first")}
	if m.filter.On() {
		rule.Right = l.Dim.Paint(spec.CountOf(len(m.shown), len(m.all), "row", "rows"))
	}
	at := widget.Point{}
	if m.filter.Typing {
		at.X = 1 + widget.Width(rule.Title)
	}
	host, service, what, by := 4, 7, 4, 2
	for _, i := range m.shown {
		e := &m.all[i]
		host, service = widget.Widest(host, w/5, string(e.host)), widget.Widest(service, w/5, e.lifecycle)
		what, by = widget.Widest(what, w*2/5, e.what()), widget.Widest(by, 16, e.Who)
	}
	if m.of.Host != "" {
		host = 0 // it is in the title
	}
	if m.of.Lifecycle != "" {
		service = 0
	}
	widths := widget.Flex(w-3, 1, host, service, what, by, -1, 6, 5)
	head := func(s string, right bool) widget.Cell { return widget.Cell{Text: s, Right: right, Style: l.Dim} }
	body := []string{"  " + l.Row(widths, head("", false), head("HOST", false), head("SERVICE", false), head("WHAT", false), head("BY", false),
		head("", false), head("TOOK", true), head("WHEN", true))}
	m.list.Set(len(m.shown), max(h-2, 1))
	from, to := m.list.Window()
	for r := from; r < to; r++ {
		e := &m.all[m.shown[r]]
		sign, style := m.sign(e)
		if r == m.list.Cursor && !m.filter.Typing {
			at = widget.Point{Y: 1 + len(body)}
		}
		body = append(body, l.Pick(l.Row(widths, widget.Cell{Text: sign, Style: style}, widget.T(string(e.host)), widget.T(e.lifecycle), widget.T(e.what()),
			widget.Cell{Text: e.Who, Style: l.Dim}, widget.Cell{Text: strings.Join(format.Inputs(e.Inputs), " "), Style: l.Dim},
			head(format.Took(e.Took), true), head(format.Ago(m.now, e.At), true)), w-1, r == m.list.Cursor, true)+" ")
	}
	switch {
	case len(m.all) == 0:
		body = []string{"", "  Nothing was done here yet."}
	case len(m.shown) == 0:
		body = []string{"", "  Nothing matches; esc clears the filter."}
	}
	return l.Pane(rule, w, h, body), at
}

func (m *Model) drawDetails(w, h int) ([]string, widget.Point) {
	l, e := m.look, m.here()
	rule := widget.Rule{Title: e.lifecycle + " on " + string(e.host), Right: l.Dim.Paint(format.Age(m.now, e.At)), Focus: m.zoom}
	var body []string
	for i, s := range m.details(e, w-2) {
		if head := !strings.HasPrefix(s, " "); head && i > 0 && h > 20 {
			body = append(body, "")
		}
		switch {
		case i == 0:
			sign, style := m.sign(e)
			s = style.Paint(sign) + " " + s
		case !strings.HasPrefix(s, " "):
			s = l.Dim.Paint(s)
		}
		body = append(body, " "+s)
	}
	if h > 14 {
		body = append([]string{""}, body...)
	}
	return l.Pane(rule, w, h, body), widget.Point{}
}

// details are all that is known of what was done, in lines of about w columns. Heads begin at
// the left, what belongs to them is indented.
func (m *Model) details(e *entry, w int) []string {
	out := []string{e.what(), "  " + e.At.Local().Format("2006-01-02 15:04:05") + ", took " + format.Took(e.Took)}
	put := func(head string, lines ...string) {
		if len(lines) == 0 {
			return
		}
		out = append(out, head)
		for _, s := range lines {
			for _, x := range widget.Wrap(widget.Clean(s), max(w-4, 16)) {
				out = append(out, "  "+x)
			}
		}
	}
	if e.Who != "" || e.By != "" {
		put("BY", strings.TrimSpace(e.Who+"  "+string(e.By)))
	}
	put("WITH", format.Inputs(e.Inputs)...)
	if t, ok := e.Returns.(map[string]any); ok {
		put("RETURNED", format.Pairs(t)...)
	} else if e.Returns != nil {
		put("RETURNED", format.Value(e.Returns))
	}
	var why []string
	for _, p := range e.For {
		why = append(why, string(p))
	}
	put("FOR", why...)
	if e.Err != nil {
		put("BUT", e.Err.Error())
	}
	return out
}
