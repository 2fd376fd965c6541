package widget

import "strings"

// Box is a pane: a border with a title, something at its right, and a foot.
type Box struct {
	Title, Right, Foot string
	Focus              bool // it has the keys
	Bare               bool // without border, so that a terminal's selection takes the text alone
}

// Inner is the room inside a box of w columns and h rows.
func (b Box) Inner(w, h int) (int, int) {
	if b.Bare {
		return max(w, 0), max(h-1, 0)
	}
	return max(w-2, 0), max(h-2, 0)
}

// Box draws a pane of exactly w columns and h rows around the body.
func (l Look) Box(b Box, w, h int, body []string) []string {
	if w <= 0 || h <= 0 {
		return make([]string, max(h, 0))
	}
	out := make([]string, 0, h)
	iw, ih := b.Inner(w, h)
	line := func(i int) string {
		if i < len(body) {
			return l.Fit(body[i], iw)
		}
		return blanks(iw)
	}
	if b.Bare {
		out = append(out, l.Title.Paint(l.Fit(Clean(b.Title+"  "+b.Right), w)))
		for i := range ih {
			out = append(out, line(i))
		}
		return out
	}
	if w < 2 || h < 2 {
		for range h {
			out = append(out, blanks(w))
		}
		return out
	}
	edge := l.Frame
	if b.Focus {
		edge = l.Focus
	}
	side := edge.Paint(l.Vertical)
	out = append(out, l.border(edge, l.TopLeft, l.TopRight, b.Title, b.Right, w, b.Focus))
	for i := range ih {
		out = append(out, side+line(i)+side)
	}
	return append(out, l.border(edge, l.LowLeft, l.LowRight, b.Foot, "", w, false))
}

func (l Look) border(edge Style, left, right, title, note string, w int, strong bool) string {
	room := w - 2
	title, note = Clean(title), Clean(note)
	if title != "" {
		title = " " + l.Cut(title, max(room-4, 0)) + " "
	}
	if note != "" {
		note = " " + note + " "
	}
	if Width(title)+Width(note)+2 > room {
		note = ""
	}
	if room < 3 || Width(title)+1 > room {
		title = ""
	}
	fill := room - Width(title) - Width(note)
	head, tail := 0, 0
	if title != "" {
		head = 1
	}
	if note != "" {
		tail = 1
	}
	style := Style("")
	if strong {
		style = l.Title
	}
	mid := max(fill-head-tail, 0)
	return edge.Paint(left+strings.Repeat(l.Horizontal, head)) + style.Paint(title) +
		edge.Paint(strings.Repeat(l.Horizontal, mid)) + note +
		edge.Paint(strings.Repeat(l.Horizontal, tail)+right)
}
