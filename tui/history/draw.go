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
	rule := widget.Rule{Title: "History of " + m.of.String(), Focus: true, Note: "newest first"}
	m.table.Empty = []string{"Nothing was done here yet."}
	if !m.read {
		m.table.Empty = []string{"The hosts are asked."}
	}
	if len(m.missing) > 0 {
		rule.Note = "without " + spec.Count(len(m.missing), "host that does not answer", "hosts that do not answer")
	}
	if m.table.Filter.On() {
		rule.Note = spec.CountOf(m.table.List.Len(), len(m.all), "row", "rows")
		m.table.Empty = []string{"Nothing matches; esc clears the filter."}
	}
	return m.table.Draw(m.look, rule, w, h)
}

// cells are the row of what was done. What is in the title is not said again.
func (m *Model) cells(e *entry) []widget.Cell {
	dim := func(s string) widget.Cell { return widget.Cell{Text: s, Style: m.look.Dim} }
	host, service := string(e.Host), e.Lifecycle
	if m.of.Host != "" {
		host = ""
	}
	if m.of.Lifecycle != "" {
		service = ""
	}
	sign, style := m.sign(e)
	return []widget.Cell{{Text: sign, Style: style}, {Text: host}, {Text: service}, {Text: e.what()}, dim(e.Who), dim(strings.Join(format.Inputs(e.Inputs), " ")),
		dim(format.Took(e.Took)), dim(format.Ago(m.now, e.At))}
}

func (m *Model) drawDetails(w, h int) ([]string, widget.Point) {
	l, e := m.look, m.here()
	rule := widget.Rule{Title: e.Lifecycle + " on " + string(e.Host), Right: l.Dim.Paint(format.Age(m.now, e.At)), Focus: m.zoom}
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
