package editor

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// Outcome is what a key led to.
type Outcome struct {
	Done  bool // the editor is to be closed
	Keep  bool // with Value as the answer
	Next  bool // and the next question is wanted
	Value any
}

// input is one way of asking.
type input interface {
	bindings() []widget.Binding
	do(a widget.Action) Outcome
	typing() bool
	typed(k tea.KeyMsg) Outcome // esc closes it, and what was typed is gone
	draw(w, h int) (lines []string, at widget.Point)
	refresh(q resolver.Question)
	restyle(l widget.Look)
}

// Editor asks one question.
type Editor struct {
	Key resolver.Key
	in  input
}

// Place is what is known of a host that can be chosen.
type Place struct {
	Sign    string
	Style   widget.Style
	Now     string // the state there of what is asked for
	Becomes string
	Note    string
	Work    float64 // how much it has to do: who does not care which gets those with the least
}

// Places says what is known of a host.
type Places func(h spec.Host) Place

// Keep is the action that answers and goes on.
const Keep widget.Action = "keep"

// Open makes the editor that suits the question.
func Open(l widget.Look, q resolver.Question, places Places) *Editor {
	e := &Editor{Key: q.Key}
	switch q.Key.Kind {
	case resolver.AskHosts:
		e.in = newHostList(l, q, places)
	case resolver.AskHost:
		e.in = newPick(l, q, q.Options, places)
	case resolver.AskChoose, resolver.AskPath:
		e.in = newPick(l, q, q.Options, nil)
	case resolver.AskManage, resolver.AskCall:
		e.in = newYesNo(l, q)
	case resolver.AskCount, resolver.AskValue, resolver.AskReturn, resolver.AskRoll:
		e.in = newValueInput(l, q)
	}
	return e
}

// Bindings are the keys that work now, beyond typing.
func (e *Editor) Bindings() []widget.Binding { return e.in.bindings() }

// Do carries an action out.
func (e *Editor) Do(a widget.Action) Outcome {
	if a == widget.Back {
		return Outcome{Done: true}
	}
	return e.in.do(a)
}

// Typing reports whether letters are text.
func (e *Editor) Typing() bool { return e.in.typing() }

// Text reports whether the field takes any text, rather than a choice.
func (e *Editor) Text() bool {
	_, ok := e.in.(*text)
	return ok
}

// Type handles a key while typing.
func (e *Editor) Type(k tea.KeyMsg) Outcome { return e.in.typed(k) }

// Refresh takes the question as resolved anew; what was typed stays.
func (e *Editor) Refresh(q resolver.Question) { e.in.refresh(q) }

// Restyle changes how the editor looks.
func (e *Editor) Restyle(l widget.Look) { e.in.restyle(l) }

// Draw gives the editor's lines, at most h of about w columns, and where its
// cursor is.
func (e *Editor) Draw(w, h int) ([]string, widget.Point) { return e.in.draw(w, h) }
