package logs

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Note says what the pane shows: how many lines, which, whether it follows.
func (p *Pane) Note() string {
	return spec.Count(p.hits, "line", "lines") + [...]string{"", "  warnings", "  errors"}[p.level] + "  " + p.following()
}

func (p *Pane) following() string {
	if p.Paused {
		return "follow off"
	}
	return "follow on"
}

// Draw gives h lines of w columns; focus says whether the cursor is shown. A filter has a line of
// its own.
func (p *Pane) Draw(w, h int, focus bool) ([]string, widget.Point) {
	if !p.filter.On() || h < 4 {
		return p.drawLines(w, h, focus, true)
	}
	line, x := p.filterLine(w)
	lines, at := p.drawLines(w, h-1, focus, true)
	at.Y++
	if p.filter.Typing {
		at = widget.Point{X: x}
	}
	return append([]string{line}, lines...), at
}

// filterLine is what is looked for, with how many lines have it; and where its cursor is.
func (p *Pane) filterLine(w int) (string, int) {
	l := p.look
	right := ""
	if p.filter.Text() != "" {
		right = spec.Count(p.hits, "line matches", "lines match")
		if n := p.rank(); n > 0 {
			right += fmt.Sprintf("   %d of %d", n, p.hits)
		}
	}
	room := max(w-5-widget.Width(right), 8)
	text, x := l.CutLeft(widget.Clean(p.filter.Text()), room), 3
	if p.filter.Typing {
		text, x = p.filter.Draw(l, room)
		x += 3
	} else {
		text = l.Title.Paint(text)
	}
	return l.Fit(" "+l.Key.Paint("/")+" "+l.Fit(text, room)+"  "+right, w), x
}

// rank is which of the matches the cursor is on, 0 for none.
func (p *Pane) rank() int {
	if i := p.list.Cursor; i >= len(p.shown) || p.shown[i].kind != hit {
		return 0
	}
	n := 0
	for i := range p.list.Cursor + 1 {
		if p.shown[i].kind == hit {
			n++
		}
	}
	return n
}

// drawLines are the lines themselves; whole says whether the one under the cursor is shown in
// full below them, if it is cut.
func (p *Pane) drawLines(w, h int, focus, whole bool) ([]string, widget.Point) {
	l := p.look
	var foot []string
	stamp, named := 10, 0
	if w < 50 {
		stamp = 8
	}
	if len(p.sources) > 1 {
		for _, s := range p.sources {
			named = widget.Widest(named, 14, s.Name)
		}
		if w < 100 {
			named = 0
		}
	}
	if whole {
		column := w - stamp - 14
		if w < 50 {
			column = w - stamp - 5
		}
		foot = p.wholeLine(w, h/3, column, focus)
	}
	h -= len(foot)
	p.list.Set(len(p.shown), max(h, 1))
	p.follow()
	out := make([]string, 0, max(h, 0))
	from, to := p.list.Window()
	to = min(to, from+max(h, 0))
	host := 8
	for _, e := range p.shown[from:to] {
		if w < 50 {
			host = 0
		} else if e.kind != gap {
			host = widget.Widest(host, 14, string(p.at(e).Host))
		}
	}
	widths := widget.Flex(w-2, stamp, host, named, 1, -1)
	want := p.wanted()
	at := widget.Point{}
	var last, lastOf string
	for r := from; r < to; r++ {
		e := p.shown[r]
		here := r == p.list.Cursor
		if here {
			at.Y = len(out)
		}
		if e.kind == gap {
			text := strings.Repeat(l.Dashed, 3) + " " + spec.Count(int(e.pos), "line", "lines") + " "
			out = append(out, "  "+l.Dim.Paint(text+strings.Repeat(l.Dashed, max(w-3-widget.Width(text), 0))))
			continue
		}
		row, hostNow := p.row(e, widths, want, last, lastOf, focus && here)
		last, lastOf = hostNow, p.sources[e.src].Name
		out = append(out, l.Marked(row, w, focus && here, p.marked[place{p.sources[e.src].Buf, int(e.pos)}]))
	}
	if len(foot) > 0 {
		for len(out) < h {
			out = append(out, "")
		}
	}
	return append(out, foot...), at
}

// row is one line: when, which host and deployment where these change, and the text with what is
// looked for in it marked.
func (p *Pane) row(e entry, widths []int, want []string, last, lastOf string, here bool) (string, string) {
	l := p.look
	x := p.at(e)
	letter, style := format.Level(l, x.Level)
	if x.Level == spec.LevelInfo {
		letter = ""
	}
	if e.kind == context {
		style = l.Dim
	}
	host := widget.Cell{Text: string(x.Host), Style: l.Dim} // it repeats
	if string(x.Host) != last {
		host.Style = widget.Strong
	}
	of := widget.Cell{Text: p.sources[e.src].Name, Style: l.Dim}
	if of.Text == lastOf && string(x.Host) == last {
		of.Text = ""
	}
	stamp := "15:04:05.0"
	if widths[0] < len(stamp) {
		stamp = "15:04:05"
	}
	text := widget.Clean(x.Text)
	if p.x > 0 {
		text = ansi.TruncateLeft(text, p.x, "")
	}
	n := len(widths) - 1
	head := l.Row(widths[:n], widget.Cell{Text: x.At.Local().Format(stamp), Style: l.Dim}, host, of, widget.Cell{Text: letter, Style: style})
	text = l.Cut(text, widths[n])
	mark := style.And("7")
	if here {
		mark = style.And("4") // the row is reversed
	}
	return head + " " + highlight(text, want, style, mark), string(x.Host)
}

// highlight writes text in a style, and what is looked for in another.
func highlight(text string, want []string, style, mark widget.Style) string {
	low := strings.ToLower(text)
	if len(want) == 0 || len(low) != len(text) {
		return style.Paint(text)
	}
	var b strings.Builder
	for text != "" {
		at, n := -1, 0
		for _, w := range want {
			if i := strings.Index(low, w); i >= 0 && (at < 0 || i < at || i == at && len(w) > n) {
				at, n = i, len(w)
			}
		}
		if at < 0 {
			break
		}
		b.WriteString(style.Paint(text[:at]) + mark.Paint(text[at:at+n]))
		text, low = text[at+n:], low[at+n:]
	}
	return b.String() + style.Paint(text)
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
	return append([]string{l.Frame.Paint(strings.Repeat(l.Horizontal, w))}, p.wrapped(text, w, h-1)...)
}

// wrapped is a text in at most h lines.
func (p *Pane) wrapped(text string, w, h int) []string {
	l := p.look
	lines := widget.Wrap(text, w-2)
	if len(lines) > h {
		lines = append(lines[:h-1:h-1], l.Cut(lines[h-1]+l.Ellipsis+l.Ellipsis, w-2))
	}
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = " " + s
	}
	return out
}
