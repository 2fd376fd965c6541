package editor

import (
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// options is a list of options, however many there are. What is typed narrows it.
type options struct {
	look   widget.Look
	all    []resolver.Option
	places Places           // of options that are hosts
	mark   func(int) string // before each, nil for none
	table  widget.Table
	filter widget.Field
	note   string // what the last key could not do
}

func (o *options) set(all []resolver.Option) {
	o.all = all
	o.table.Columns = []widget.Column{{Most: 8, Sign: true}, {Most: 60}, {Grow: true}}
	if o.places != nil {
		o.table.Columns = []widget.Column{{Most: 8, Sign: true}, {Sign: true}, {Title: "HOST"}, {Title: "NOW", Priority: 2}, {Title: "BECOMES", Priority: 1}, {Title: "NOTE", Grow: true, Priority: 3}}
	}
	o.narrow()
}

func (o *options) restyle(l widget.Look) { o.look = l }

// narrow shows the options that have each of the words that were typed.
func (o *options) narrow() {
	words := strings.Fields(strings.ToLower(o.filter.Text()))
	var lines []widget.Line
	for i := range o.all {
		text := strings.ToLower(format.Value(o.all[i].Value) + " " + o.all[i].Note)
		if o.places != nil {
			at := o.places(o.host(i))
			text += " " + strings.ToLower(at.Now+" "+at.Note)
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			lines = append(lines, widget.Line{ID: strconv.Itoa(i), Make: func() []widget.Cell { return o.cells(i) }})
		}
	}
	o.table.Set(lines)
}

// shown are the options that are shown, from one of them to another.
func (o *options) shown(from, to int) (out []int) {
	for _, id := range o.table.IDs(from, to) {
		i, _ := strconv.Atoi(id)
		out = append(out, i)
	}
	return out
}

func (o *options) here() (int, bool) {
	i, err := strconv.Atoi(o.table.ID())
	return i, err == nil
}

// host is an option that is one.
func (o *options) host(i int) spec.Host {
	if h, ok := o.all[i].Value.(spec.Host); ok {
		return h
	}
	return spec.Host(format.Value(o.all[i].Value))
}

// cells are the row of an option.
func (o *options) cells(i int) []widget.Cell {
	l, opt := o.look, o.all[i]
	style, mark := widget.Style(""), ""
	if opt.Disabled {
		style = l.Dim
	}
	if o.mark != nil {
		mark = o.mark(i)
	}
	if o.places == nil {
		return []widget.Cell{{Text: mark}, {Text: format.Value(opt.Value), Style: style}, {Text: opt.Note, Style: l.Dim}}
	}
	at := o.places(o.host(i))
	becomes := ""
	if here, _ := o.here(); !opt.Disabled && at.Becomes != "" && (here == i || strings.ContainsAny(mark, "123456789")) {
		becomes = l.Arrow + " " + at.Becomes
	}
	note := widget.Cell{Text: at.Note, Style: at.Style}
	if opt.Note != "" {
		note = widget.Cell{Text: opt.Note, Style: l.Dim}
	}
	return []widget.Cell{{Text: mark}, {Text: at.Sign, Style: at.Style}, {Text: string(o.host(i)), Style: style}, {Text: at.Now, Style: style}, {Text: becomes, Style: l.Good}, note}
}

// moves moves the cursor, with the keys that are no letters.
func (o *options) moves(name string) bool {
	a, ok := widget.Find(listKeys(), name)
	return ok && o.table.Do(a)
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
	o.table.Do(widget.First)
	return true
}

// pick asks for one of many.
type pick struct {
	options
	q resolver.Question
}

func newPick(l widget.Look, q resolver.Question, opts []resolver.Option, places Places) *pick {
	p := &pick{options: options{look: l, places: places}, q: q}
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
	p.table.To(strconv.Itoa(at))
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
	if p.table.Do(a) || a != Keep {
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

func (p *pick) draw(w, h int) ([]string, widget.Point) { return p.rows(w, h, p.note) }

// rows draws the options, under what was typed.
func (o *options) rows(w, h int, note string) ([]string, widget.Point) {
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
	body, y := o.table.Body(l, true, w, max(h-len(out)-foot, 1))
	if !narrowed {
		at.Y = y
	}
	out = append(out, body...)
	if o.table.List.Len() == 0 {
		out = append(out, l.Dim.Paint("nothing matches"))
	}
	if note != "" {
		out = append(out, l.Warn.Paint(l.Cut(l.Wrong+" "+widget.Clean(note), w)))
	}
	return out, at
}
