package editor

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
	"github.com/armonic/armonic/value"
)

// newValueInput asks for a variable or a number.
func newValueInput(l widget.Look, q resolver.Question) input {
	switch n := len(q.Var.OneOf); {
	case q.Key.Kind != resolver.AskCount && q.Var.Type.Kind == spec.KindBool:
		return newYesNo(l, q)
	case n > 0:
		opts := make([]resolver.Option, n)
		for i, v := range q.Var.OneOf {
			opts[i] = resolver.Option{Value: v}
		}
		return newPick(l, q, opts, nil)
	}
	return newText(l, q)
}

// text is a field for texts and numbers, with the suggestions below it.
type text struct {
	look    widget.Look
	q       resolver.Question
	field   widget.Field
	start   string
	pick    int  // suggestion that up and down are at, -1 for what was typed
	changed bool // something was typed or entered, so what is typed is checked
	fresh   bool // the field has a proposal that nobody touched: the first letter takes its place
}

func newText(l widget.Look, q resolver.Question) *text {
	t := &text{look: l, q: q, pick: -1, changed: q.Status == resolver.Wrong}
	t.field.Hidden = q.Var.Hidden()
	if q.Status != resolver.AtRun {
		t.start = value.Input(q.Value)
	}
	t.field.Set(t.start)
	if t.fresh = t.start != "" && !t.changed && q.Source != resolver.You && q.Source != resolver.Replayed; t.fresh {
		t.field.ToStart()
	}
	return t
}

func (t *text) bindings() []widget.Binding {
	out := []widget.Binding{
		widget.Key(Keep, "enter", "keep, next", "keep the value and go to the next question"),
		widget.Key(widget.Back, "esc", "discard", "close without a change"),
	}
	if len(t.q.Suggestions) > 0 {
		out = append(out, widget.Binding{Action: widget.NextPane, Keys: "tab", Label: "complete", Help: "complete from the suggestions"},
			widget.Binding{Action: widget.Down, Keys: "down up", Label: "suggestions", Help: "take one of the suggestions"})
	}
	return out
}

func (t *text) typing() bool { return true }

func (t *text) do(a widget.Action) Outcome { return Outcome{} }

func (t *text) typed(k tea.KeyMsg) Outcome {
	name := widget.Name(k)
	switch name {
	case "esc":
		return Outcome{Done: true}
	case "up":
		t.suggest(t.pick - 1)
		return Outcome{}
	case "down":
		t.suggest(t.pick + 1)
		return Outcome{}
	case "tab":
		t.complete()
		return Outcome{}
	case "enter":
		if t.unchanged() {
			return Outcome{Done: true, Next: true}
		}
		t.changed = true
		v, err := parse(&t.q, t.field.Text())
		if err != nil {
			return Outcome{}
		}
		return Outcome{Done: true, Keep: true, Next: true, Value: v}
	}
	if t.fresh {
		switch t.fresh = false; name {
		case "right", "end", "ctrl+e": // the proposal is edited at its end
			t.field.Set(t.start)
			return Outcome{}
		case "left", "home":
		default:
			t.field.Set("")
		}
	}
	if t.field.Type(k) || t.field.Text() != t.start {
		t.changed, t.pick = true, -1
	}
	return Outcome{}
}

// unchanged reports whether entering the field would change nothing: a hidden value
// that is there and was not typed over.
func (t *text) unchanged() bool {
	return t.field.Text() == t.start && t.q.Value != nil && t.q.Var.Hidden()
}

func (t *text) suggest(i int) {
	n := len(t.q.Suggestions)
	if n == 0 {
		return
	}
	t.pick = (i + n) % n
	t.put(value.Input(t.q.Suggestions[t.pick].Value))
}

// complete takes the first suggestion that begins with what was typed, or the
// next one.
func (t *text) complete() {
	if t.pick < 0 && t.field.Text() != "" && !t.fresh {
		for i, s := range t.q.Suggestions {
			if x := value.Input(s.Value); x != t.field.Text() && strings.HasPrefix(x, t.field.Text()) {
				t.suggest(i)
				return
			}
		}
	}
	t.suggest(t.pick + 1)
}

func (t *text) put(s string) {
	t.field.Set(s)
	t.changed, t.fresh = true, false
}

func (t *text) restyle(l widget.Look) { t.look = l }

func (t *text) refresh(q resolver.Question) {
	t.q = q
	t.pick = min(t.pick, len(q.Suggestions)-1)
}
