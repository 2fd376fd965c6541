package editor

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/huh"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
	"github.com/armonic/armonic/value"
)

// choice asks for one of a few values, or for yes or no.
type choice struct {
	q       resolver.Question
	sel     *huh.Select[int] // nil for yes or no
	at      int
	confirm *huh.Confirm
	yes     bool
}

func newChoice(q resolver.Question) *choice {
	c := &choice{q: q}
	opts := make([]huh.Option[int], len(q.Var.OneOf))
	for i, v := range q.Var.OneOf {
		opts[i] = huh.NewOption(widget.Clean(format.Value(v)), i)
		if q.Value != nil && format.Value(v) == format.Value(q.Value) {
			c.at = i
		}
	}
	c.sel = huh.NewSelect[int]().Options(opts...).Value(&c.at)
	c.sel.WithTheme(theme())
	c.sel.WithKeyMap(fieldKeys())
	c.sel.Focus()
	return c
}

func newYesNo(q resolver.Question) *choice {
	c := &choice{q: q}
	c.yes, _ = q.Value.(bool)
	c.confirm = huh.NewConfirm().Affirmative("Yes").Negative("No").Value(&c.yes)
	c.confirm.WithTheme(theme())
	c.confirm.WithKeyMap(fieldKeys())
	c.confirm.Focus()
	return c
}

func (c *choice) bindings() []widget.Binding {
	move := widget.Binding{Action: widget.Down, Keys: "down up", Label: "move", Help: "choose another value"}
	if c.sel == nil {
		move = widget.Binding{Action: widget.Left, Keys: "left right", Label: "yes/no", Help: "y, n or the arrows choose"}
	}
	return []widget.Binding{
		widget.Key(Keep, "enter", "keep, next", "keep the value and go to the next question"),
		move,
		widget.Key(widget.Back, "esc", "leave", "close without a change"),
	}
}

func (c *choice) typing() bool { return true }

func (c *choice) do(widget.Action) Outcome { return Outcome{} }

func (c *choice) typed(k tea.KeyMsg) Outcome {
	name := widget.Name(k)
	if c.sel != nil {
		if name == "esc" && !c.sel.GetFiltering() {
			return Outcome{Done: true}
		}
		c.sel.Update(k)
		if name == "enter" && !c.sel.GetFiltering() && c.at < len(c.q.Var.OneOf) {
			v, err := parse(&c.q, value.Input(c.q.Var.OneOf[c.at]))
			return Outcome{Done: err == nil, Keep: err == nil, Next: err == nil, Value: v}
		}
		return Outcome{}
	}
	if name == "esc" {
		return Outcome{Done: true}
	}
	c.confirm.Update(k)
	switch name {
	case "enter", "y", "Y", "n", "N":
		return Outcome{Done: true, Keep: true, Next: true, Value: c.yes}
	}
	return Outcome{}
}

func (c *choice) draw(w, h int) ([]string, widget.Point) {
	var view string
	if c.sel != nil {
		c.sel.Height(max(min(h, len(c.q.Var.OneOf)+1), 2))
		c.sel.WithWidth(max(w, 4))
		view = c.sel.View()
	} else {
		c.confirm.WithWidth(max(w, 4))
		view = c.confirm.View()
	}
	lines := strings.Split(view, "\n")
	at := widget.Point{}
	for y, s := range lines {
		if i := strings.Index(s, "\x1b[7m"); i >= 0 {
			at = widget.Point{X: widget.Width(s[:i]), Y: y}
		}
	}
	return lines, at
}

func (c *choice) refresh(q resolver.Question) { c.q = q }

// restyle has nothing to do: a field of the form library is alike in every look.
func (c *choice) restyle(widget.Look) {}
