package editor

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// options is a list of options with a filter, however many there are.
type options struct {
	look   widget.Look
	all    []resolver.Option
	shown  []int
	list   widget.List
	filter widget.Filter
	note   string // what the last key could not do
}

func (o *options) set(all []resolver.Option) {
	o.all = all
	o.narrow()
}

func (o *options) restyle(l widget.Look) { o.look = l }

func (o *options) narrow() {
	want := o.filter.Want()
	o.shown = o.shown[:0]
	for i := range o.all {
		if strings.Contains(strings.ToLower(format.Value(o.all[i].Value)+" "+o.all[i].Note), want) {
			o.shown = append(o.shown, i)
		}
	}
	o.list.SetLen(len(o.shown))
}

func (o *options) here() (int, bool) {
	if o.list.Cursor < len(o.shown) {
		return o.shown[o.list.Cursor], true
	}
	return 0, false
}

// typed handles a key of the filter.
func (o *options) typed(k tea.KeyMsg) {
	if o.filter.Type(k, &o.list) {
		o.narrow()
	}
}

func (o *options) filterLine(w int) (string, int) {
	if !o.filter.On() {
		return "", 0
	}
	s, x := o.filter.Draw(o.look, max(w-8, 1))
	if !o.filter.Typing {
		s = widget.Clean(o.filter.Text())
	}
	return "filter: " + s, x + 8
}

// pick asks for one of many.
type pick struct {
	options
	q resolver.Question
}

func newPick(l widget.Look, q resolver.Question, opts []resolver.Option) *pick {
	p := &pick{options: options{look: l}, q: q}
	p.set(opts)
	at := 0
	for i, o := range opts {
		if !o.Disabled {
			at = i
			break
		}
	}
	want := q.Value
	if want == nil && len(q.Suggestions) > 0 {
		want = q.Suggestions[0].Value
	}
	for i, o := range opts {
		if want != nil && format.Value(o.Value) == format.Value(want) {
			at = i
		}
	}
	p.list.To(at)
	return p
}

func (p *pick) bindings() []widget.Binding {
	return append(widget.Moves(), []widget.Binding{
		widget.Key(Keep, "enter", "choose", "take the row under the cursor"),
		widget.Key(widget.Search, "/", "filter", "show only rows that contain a text"),
		widget.Key(widget.Back, "esc", "leave", "close without a change"),
	}...)
}

func (p *pick) do(a widget.Action) Outcome {
	p.note = ""
	switch {
	case p.list.Do(a):
	case a == widget.Search:
		p.filter.Typing = true
	case a == Keep:
		i, ok := p.here()
		if !ok {
			return Outcome{}
		}
		o := p.all[i]
		if o.Disabled {
			p.note = format.Value(o.Value) + " cannot be chosen: " + o.Note
			return Outcome{}
		}
		return Outcome{Done: true, Keep: true, Next: true, Value: o.Value}
	}
	return Outcome{}
}

func (p *pick) typing() bool { return p.filter.Typing }

func (p *pick) typed(k tea.KeyMsg) Outcome {
	if widget.Name(k) == "enter" {
		p.options.typed(k)
		return p.do(Keep)
	}
	p.options.typed(k)
	return Outcome{}
}

func (p *pick) refresh(q resolver.Question) {
	p.q = q
	if q.Key.Kind != resolver.AskValue && q.Key.Kind != resolver.AskReturn {
		p.set(q.Options)
	}
}

func (p *pick) draw(w, h int) ([]string, widget.Point) {
	return p.rows(w, h, func(int) string { return "" }, p.note)
}

// rows draws the options with a mark before each.
func (o *options) rows(w, h int, mark func(i int) string, note string) ([]string, widget.Point) {
	l := o.look
	out := make([]string, 0, h)
	filter, x := o.filterLine(w)
	if filter != "" {
		out = append(out, filter)
	}
	foot := 0
	if note != "" {
		foot = 1
	}
	o.list.Set(len(o.shown), max(h-len(out)-foot, 1))
	from, to := o.list.Window()
	name, marks := 4, 0
	for _, i := range o.shown[from:to] {
		name = max(name, widget.Width(widget.Clean(format.Value(o.all[i].Value))))
		marks = max(marks, widget.Width(mark(i)))
	}
	widths := widget.Flex(w-2, marks, min(name, max(w/2, 8)), -1)
	at := widget.Point{X: x}
	for r := from; r < to; r++ {
		opt := o.all[o.shown[r]]
		style := widget.Style("")
		if opt.Disabled {
			style = l.Dim
		}
		row := l.Row(widths, widget.T(mark(o.shown[r])), widget.Cell{Text: format.Value(opt.Value), Style: style}, widget.Cell{Text: opt.Note, Style: l.Dim})
		if r == o.list.Cursor && !o.filter.Typing {
			at = widget.Point{Y: len(out)}
		}
		out = append(out, l.Pick(row, w, r == o.list.Cursor, true))
	}
	if len(o.shown) == 0 {
		out = append(out, l.Dim.Paint("nothing matches"))
	}
	if note != "" {
		out = append(out, l.Warn.Paint(l.Cut(l.Wrong+" "+widget.Clean(note), w)))
	}
	return out, at
}
