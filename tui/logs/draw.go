package logs

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Note says what the pane shows: how many lines, which, whether it follows.
func (p *Pane) Note() string {
	s := spec.Count(len(p.shown), "line", "lines")
	s = p.filter.Title(p.look, s)
	s += [...]string{"", "  warnings", "  errors"}[p.level]
	if p.Paused {
		return s + "  follow off"
	}
	return s + "  follow on"
}

// Draw gives h lines of w columns; focus says whether the cursor is shown.
func (p *Pane) Draw(w, h int, focus bool) ([]string, int) {
	l := p.look
	widths := widget.Flex(w, 10, 8, 1, -1)
	if w < 50 {
		widths = widget.Flex(w, 8, 0, 1, -1)
	}
	if !p.Paused {
		p.list.Do(widget.Last)
	}
	whole := p.wholeLine(w, h/3, widths[3], focus)
	h -= len(whole)
	p.list.Set(len(p.shown), max(h, 1))
	out := make([]string, 0, max(h, 0))
	at := 0
	from, to := p.list.Window()
	to = min(to, from+max(h, 0))
	var last spec.Host
	for r := from; r < to; r++ {
		x := p.buf.At(p.shown[r])
		letter, style := format.Level(l, x.Level)
		if x.Level == spec.LevelInfo {
			letter = ""
		}
		host := l.Dim // it repeats
		if x.Host != last {
			host, last = widget.Strong, x.Host
		}
		text := widget.Clean(x.Text)
		if p.x > 0 {
			text = ansi.TruncateLeft(text, p.x, "")
		}
		stamp := "15:04:05.0"
		if w < 50 {
			stamp = "15:04:05"
		}
		row := l.Row(widths, widget.Cell{Text: x.At.Local().Format(stamp), Style: l.Dim}, widget.Cell{Text: string(x.Host), Style: host},
			widget.Cell{Text: letter, Style: style}, widget.Cell{Text: text, Style: style})
		if focus && r == p.list.Cursor {
			at = len(out)
			row = l.Over(l.Cursor, row, w)
		}
		out = append(out, row)
	}
	if len(whole) > 0 {
		for len(out) < h {
			out = append(out, "")
		}
	}
	return append(out, whole...), at
}

// wholeLine is all of the line under the cursor, if its column is too narrow for it,
// in at most h lines.
func (p *Pane) wholeLine(w, h, column int, focus bool) []string {
	x := p.Line()
	if !focus || x == nil || h < 2 {
		return nil
	}
	text := widget.Clean(x.Text)
	if widget.Width(text) <= column {
		return nil
	}
	l := p.look
	lines := widget.Wrap(text, w-2)
	if len(lines) > h-1 {
		lines = append(lines[:h-2:h-2], l.Cut(lines[h-2]+l.Ellipsis+l.Ellipsis, w-2))
	}
	out := []string{l.Frame.Paint(strings.Repeat(l.Horizontal, w))}
	for _, s := range lines {
		out = append(out, " "+s)
	}
	return out
}
