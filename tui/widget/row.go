package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Cell is one column of a row.
type Cell struct {
	Text  string
	Style Style
	Right bool // at the right end of its column
}

// T is a plain cell.
func T(text string) Cell { return Cell{Text: text} }

// Row sets cells in columns of the given widths, with a blank between them.
// Columns of width 0 are left out. The text is cleaned.
func (l Look) Row(widths []int, cells ...Cell) string {
	var b strings.Builder
	first := true
	for i, w := range widths {
		if w <= 0 || i >= len(cells) {
			continue
		}
		if !first {
			b.WriteByte(' ')
		}
		first = false
		text := Clean(cells[i].Text)
		if cells[i].Right {
			text = l.FitRight(text, w)
		} else {
			text = l.Fit(text, w)
		}
		b.WriteString(cells[i].Style.Paint(text))
	}
	return b.String()
}

// Flex gives what is left of a width after the fixed columns and the blanks
// between all of them to the columns of negative width, in proportion.
func Flex(total int, widths ...int) []int {
	out := make([]int, len(widths))
	left, share, n := total, 0, 0
	for i, w := range widths {
		if w == 0 {
			continue
		}
		n++
		if w < 0 {
			share -= w
			continue
		}
		out[i] = w
		left -= w
	}
	left -= max(n-1, 0)
	for i, w := range widths {
		if w < 0 && share > 0 {
			part := max(left*-w/share, 0)
			out[i] = part
			left -= part
			share += w
		}
	}
	return out
}

// Pick marks a row as the one under the cursor: a sign before it and reverse
// video over it, fainter where the pane has not the keys.
func (l Look) Pick(row string, w int, here, focus bool) string {
	if !here {
		return l.Fit("  "+row, w)
	}
	style := l.Rest
	if focus {
		style = l.Cursor
	}
	return l.over(style, "> "+row, w)
}

// over puts a row in a style, in which what is bad stays seen.
func (l Look) over(style Style, row string, w int) string {
	begin := "\x1b[" + string(l.Bad) + "m"
	before, rest, ok := strings.Cut(row, begin)
	bad, after, _ := strings.Cut(rest, "\x1b[0m")
	before, bad, after = ansi.Strip(before), ansi.Strip(bad), ansi.Strip(after)
	n := Width(before)
	if !ok || l.Bad == "" || style == "" || n+Width(bad) > w {
		return style.Paint(l.Fit(ansi.Strip(row), w))
	}
	return style.Paint(before) + Style(string(style)+";"+string(l.Bad)).Paint(bad) + style.Paint(l.Fit(after, w-n-Width(bad)))
}

// Columns puts blocks of lines side by side; all must have the same height.
func Columns(blocks ...[]string) []string {
	if len(blocks) == 0 {
		return nil
	}
	out := make([]string, len(blocks[0]))
	for i := range out {
		n := 0
		for _, b := range blocks {
			n += len(b[i])
		}
		var s strings.Builder
		s.Grow(n)
		for _, b := range blocks {
			s.WriteString(b[i])
		}
		out[i] = s.String()
	}
	return out
}
