package editor

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// options is a list of options, however many there are. What is typed narrows it.
type options struct {
	look   widget.Look
	all    []resolver.Option
	shown  []int
	list   widget.List
	filter widget.Field
	note   string // what the last key could not do
}

func (o *options) set(all []resolver.Option) {
	o.all = all
	o.narrow()
}

func (o *options) restyle(l widget.Look) { o.look = l }

// narrow shows the options that have each of the words that were typed.
func (o *options) narrow() {
	words := strings.Fields(strings.ToLower(o.filter.Text()))
	o.shown = o.shown[:0]
	for i := range o.all {
		text := strings.ToLower(format.Value(o.all[i].Value) + " " + o.all[i].Note)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
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

// moves moves the cursor, with the keys that are no letters.
func (o *options) moves(name string) bool {
	a, ok := widget.Find(listKeys(), name)
	return ok && o.list.Do(a)
}

// listKeys are the keys of a list in which letters narrow it.
func listKeys() []widget.Binding {
	return []widget.Binding{
		widget.Key(widget.Up, "up", "", "one row up"),
		widget.Key(widget.Down, "down", "", "one row down"),
		widget.Key(widget.PageUp, "pgup", "", "one page up"),
		widget.Key(widget.PageDown, "pgdown", "", "one page down"),
		widget.Key(widget.First, "home", "", "to the first row"),
		widget.Key(widget.Last, "end", "", "to the last row"),
	}
}

// narrowing narrows the list by a key that is text, or takes the text away; false means that
// the key is none of that.
func (o *options) narrowing(k tea.KeyMsg) bool {
	if widget.Name(k) == "esc" {
		if o.filter.Text() == "" {
			return false
		}
		o.filter.Set("")
	} else if !o.filter.Type(k) {
		return true
	}
	o.narrow()
	o.list.To(0)
	return true
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
	return append([]widget.Binding{
		widget.Key(Keep, "enter", "choose", "take the row under the cursor"),
		widget.Key(widget.Back, "esc", "leave", "take the filter away, or close without a change"),
	}, listKeys()...)
}

func (p *pick) do(a widget.Action) Outcome {
	p.note = ""
	if p.list.Do(a) || a != Keep {
		return Outcome{}
	}
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

func (p *pick) typing() bool { return true }

func (p *pick) typed(k tea.KeyMsg) Outcome {
	p.note = ""
	switch name := widget.Name(k); {
	case name == "enter":
		return p.do(Keep)
	case p.moves(name):
	case !p.narrowing(k):
		return Outcome{Done: true}
	}
	return Outcome{}
}

func (p *pick) refresh(q resolver.Question) {
	p.q = q
	if q.Key.Kind != resolver.AskValue && q.Key.Kind != resolver.AskReturn {
		p.set(q.Options)
	}
}

func (p *pick) draw(w, h int) ([]string, widget.Point) {
	return p.rows(w, h, nil, p.note)
}

// rows draws the options, with a mark before each if there are marks, under what was typed.
func (o *options) rows(w, h int, mark func(i int) string, note string) ([]string, widget.Point) {
	l := o.look
	out := make([]string, 0, h)
	var at widget.Point
	narrowed := o.filter.Text() != ""
	if narrowed {
		s, x := o.filter.Draw(l, max(w-10, 1))
		out, at.X = append(out, "showing: "+s), x+9
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
		if mark != nil {
			marks = max(marks, widget.Width(mark(i)))
		}
	}
	widths := widget.Flex(w-2, marks, min(name, max(w/2, 8)), -1)
	for r := from; r < to; r++ {
		i := o.shown[r]
		opt := o.all[i]
		style, sign := widget.Style(""), ""
		if opt.Disabled {
			style = l.Dim
		}
		if mark != nil {
			sign = mark(i)
		}
		row := l.Row(widths, widget.T(sign), widget.Cell{Text: format.Value(opt.Value), Style: style}, widget.Cell{Text: opt.Note, Style: l.Dim})
		if r == o.list.Cursor && !narrowed {
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
