package editor

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/widget"
)

// yesNo asks for yes or no.
type yesNo struct{ pick }

func newYesNo(l widget.Look, q resolver.Question) *yesNo {
	c := &yesNo{pick{options: options{look: l}, q: q}}
	c.set([]resolver.Option{{Value: true}, {Value: false}})
	if yes, _ := q.Value.(bool); !yes {
		c.table.List.To(1)
	}
	return c
}

func (c *yesNo) bindings() []widget.Binding {
	return []widget.Binding{
		widget.Key(Keep, "enter", "keep, next", "keep the value and go to the next question"),
		{Action: widget.Left, Keys: "left right", Label: "yes/no", Help: "y, n or the arrows choose"},
		widget.Key(widget.Back, "esc", "leave", "close without a change"),
	}
}

func (c *yesNo) typed(k tea.KeyMsg) Outcome {
	switch widget.Name(k) {
	case "esc":
		return Outcome{Done: true}
	case "enter":
		return c.do(Keep)
	case "y", "Y":
		return Outcome{Done: true, Keep: true, Next: true, Value: true}
	case "n", "N":
		return Outcome{Done: true, Keep: true, Next: true, Value: false}
	case "left", "right", "up", "down", "h", "j", "k", "l", "tab", "space":
		c.table.List.To(1 - c.table.List.Cursor)
	}
	return Outcome{}
}

func (c *yesNo) refresh(q resolver.Question) { c.q = q }

func (c *yesNo) draw(w, h int) ([]string, widget.Point) {
	return c.rows(w, h, "")
}
