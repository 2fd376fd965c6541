package widget

import "strings"

// Rule is the line over a pane that has no box: its title, and what stands at its right end,
// which may have styles.
type Rule struct {
	Title      string
	Right      string // may have styles
	Note, More string // plain, dim, before it
	Focus      bool   // the pane has the keys
}

// Rule draws a rule of w columns. What is at the right gives way to the title.
func (l Look) Rule(r Rule, w int) string {
	edge, strong := l.Frame, Style("1")
	if r.Focus {
		edge, strong = l.Focus, l.Title
	}
	if w < 4 {
		return edge.Paint(strings.Repeat(l.Horizontal, max(w, 0)))
	}
	title := l.Cut(Clean(r.Title), w-4)
	right := ""
	for _, s := range []string{r.More, r.Note, r.Right} { // what comes first gives way first
		if s == "" {
			continue
		}
		if s != r.Right {
			s = l.Dim.Paint(Clean(s))
		}
		if n := Width(s) + Width(right); Width(title)+n+8 <= w {
			if right != "" {
				right += edge.Paint(l.Horizontal)
			}
			right += " " + s + " "
		}
	}
	if right != "" {
		right += edge.Paint(l.Horizontal)
	}
	head := edge.Paint(l.Horizontal)
	if title != "" {
		head += " " + strong.Paint(title) + " "
	}
	return head + edge.Paint(strings.Repeat(l.Horizontal, max(w-Width(head)-Width(right), 0))) + right
}

// Split draws two panes side by side, the first one left columns wide, with a line between
// them. Each begins with its rule. The cursor is that of the second or of the first.
func (l Look) Split(w, h, left int, second bool, a, b Pane) ([]string, Point) {
	x, at := a(left, h)
	y, at2 := b(w-left-1, h)
	if second {
		at = Point{X: at2.X + left + 1, Y: at2.Y}
	}
	line := make([]string, h)
	for i := range line {
		line[i] = l.Frame.Paint(l.Vertical)
	}
	if h > 0 {
		line[0] = l.Frame.Paint(l.Down)
	}
	return Columns(x, line, y), at
}

// Pane fills the lines of a pane: exactly h of w columns, the first is its rule.
func (l Look) Pane(r Rule, w, h int, body []string) []string {
	out := make([]string, 0, max(h, 0))
	if h > 0 {
		out = append(out, l.Rule(r, w))
	}
	for i := 0; len(out) < h; i++ {
		if i < len(body) {
			out = append(out, l.Fit(body[i], w))
		} else {
			out = append(out, blanks(w))
		}
	}
	return out
}

// Widest is the width of the widest of some texts, at least low and at most high.
func Widest(low, high int, texts ...string) int {
	n := low
	for _, s := range texts {
		n = max(n, Width(Clean(s)))
	}
	return max(min(n, high), low)
}
