package editor

import (
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

func (t *text) draw(w, h int) ([]string, widget.Point) {
	if t.field.Rest = ""; t.fresh {
		t.field.Rest = t.look.Dim
	}
	line, x := t.field.Draw(t.look, max(w-2, 1))
	out := []string{"> " + line, t.check(w)}
	return append(out, suggested(t.look, &t.q, t.pick, w, h-len(out))...), widget.Point{X: 2 + x}
}

func (t *text) check(w int) string {
	l := t.look
	if !t.changed {
		return ""
	}
	if _, err := parse(&t.q, t.field.Text()); err != nil {
		return l.Bad.Paint(l.Cut(l.Wrong+" "+widget.Clean(err.Error()), w))
	}
	if t.field.Text() == t.start && t.q.Status == resolver.Wrong {
		return l.Bad.Paint(l.Cut(l.Wrong+" "+widget.Clean(t.q.Problem), w))
	}
	return l.Good.Paint(l.Cut(l.OK+" "+constraints(&t.q), w))
}

func constraints(q *resolver.Question) string {
	if q.Key.Kind == resolver.AskCount {
		return "a number, " + span(q.Min, q.Max)
	}
	return format.Constraints(q.Var)
}

// suggested lists what could be taken, and why.
func suggested(l widget.Look, q *resolver.Question, pick, w, h int) []string {
	n := len(q.Suggestions)
	if n == 0 || h < 2 {
		return nil
	}
	widths := widget.Flex(w-2, -3, -4)
	out := []string{"", "  " + l.Head.Paint(l.Row(widths, widget.T("SUGGESTED"), widget.T("WHY")))}
	if h < n+2 {
		out = out[1:]
	}
	room := h - len(out)
	from := max(min(pick-room+1, n-room), 0)
	for i := from; i < n && i < from+room; i++ {
		s := q.Suggestions[i]
		v := format.ValueOf(q, s.Value)
		out = append(out, l.Pick(l.Row(widths, widget.T(v), widget.Cell{Text: s.Why, Style: l.Dim}), w, i == pick, true))
	}
	return out
}
