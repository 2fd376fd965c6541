package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Cell is one column of a row.
type Cell struct {
	Text  string
	Style Style
	Right bool   // at the right end of its column
	Short string // stands there instead where there is no room for the text
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
		if short := cells[i].Short; short != "" && Width(text) > w {
			text = Clean(short)
		}
		text = l.Cut(text, w)
		pad := blanks(w - Width(text))
		text = cells[i].Style.Paint(text)
		if cells[i].Right {
			b.WriteString(pad + text)
		} else {
			b.WriteString(text + pad)
		}
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
	return l.pick(row, w, here, focus, false)
}

// Marked is Pick of a pane with the keys, for a row that may be marked.
func (l Look) Marked(row string, w int, here, marked bool) string {
	return l.pick(row, w, here, true, marked)
}

func (l Look) pick(row string, w int, here, focus, marked bool) string {
	mark := " "
	if marked {
		mark = l.Key.Paint("*")
	}
	if !here {
		return l.Fit(" "+mark+row, w)
	}
	style := l.Rest
	if focus {
		style = l.Cursor
	}
	return l.Over(style, ">"+mark+row, w)
}

// Over puts a row of w columns in a style. What is coloured in it stays so, under the style;
// what is dim does not, as it could not be read.
func (l Look) Over(style Style, row string, w int) string {
	row = l.Fit(row, w)
	if style == "" || !strings.Contains(row, "\x1b[") {
		return style.Paint(ansi.Strip(row))
	}
	var b strings.Builder
	for row != "" {
		before, rest, _ := strings.Cut(row, "\x1b[")
		b.WriteString(style.Paint(before))
		params, rest, _ := strings.Cut(rest, "m")
		inside, rest, _ := strings.Cut(rest, "\x1b[0m")
		if p := Style(params); p != "" && p != l.Dim {
			b.WriteString(Style(string(style) + ";" + params).Paint(inside))
		} else {
			b.WriteString(style.Paint(inside))
		}
		row = rest
	}
	return b.String()
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
