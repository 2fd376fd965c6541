package widget

import "strings"

// Box draws an overlay of exactly w columns and h rows around the body: the only thing that has a
// border on four sides.
func (l Look) Box(title, foot string, w, h int, body []string) []string {
	if w < 2 || h < 2 {
		return make([]string, max(h, 0))
	}
	edge := func(left, right, text string) string {
		if text = l.Cut(Clean(text), max(w-6, 0)); Width(text) > 0 {
			text = " " + text + " "
		}
		if Width(text) == 0 {
			text = ""
		}
		head := min(1, w-2-Width(text))
		return l.Focus.Paint(left+strings.Repeat(l.Horizontal, max(head, 0))) + l.Title.Paint(text) +
			l.Focus.Paint(strings.Repeat(l.Horizontal, max(w-2-max(head, 0)-Width(text), 0))+right)
	}
	side := l.Focus.Paint(l.Vertical)
	out := []string{edge(l.TopLeft, l.TopRight, title)}
	for i := range h - 2 {
		line := blanks(w - 2)
		if i < len(body) {
			line = l.Fit(body[i], w-2)
		}
		out = append(out, side+line+side)
	}
	return append(out, edge(l.LowLeft, l.LowRight, foot))
}
