package plan

import (
	"cmp"
	"strings"

	"github.com/armonic/armonic/tui/widget"
)

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	none, empty := "", ""
	if m.res == nil || m.res.Plan == nil {
		none = "there is no plan: an answer is missing or wrong; e goes back to them"
	} else if len(m.res.Plan.Tasks) == 0 {
		empty = "nothing is left to be done"
	}
	return append([]widget.Binding{
		widget.Key(runIt, "R", "RUN", "run the plan; you are asked once more, with the hosts named").Unless(cmp.Or(none, empty)),
		widget.Key(edit, "e", "edit answers", "back to the answers"),
		widget.Key(byOrder, "v", "by order/host", "show the plan by host, or in the order in which it is done").Unless(none),
		widget.Key(widget.NextPane, "tab", "pane", "to the other pane"),
		widget.Key(widget.Open, "enter right l", "", "to the details"),
		widget.Key(writeFile, "w", "write file", "write all answers to a file that can be replayed"),
		widget.Key(widget.Copy, "y", "", "copy the details").Unless(none),
		widget.Key(widget.Zoom, "z", "", "show the pane alone, without borders"),
		widget.Key(widget.Back, "esc left h", "back", "back to the answers"),
	}, widget.Moves()...)
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	switch a {
	case runIt:
		return Run{}
	case writeFile:
		return Save{}
	case edit:
		return Edit{}
	case byOrder:
		m.ordered = !m.ordered
		m.table.List, m.detail = widget.List{}, widget.List{}
		m.layout()
	case widget.NextPane, widget.PrevPane:
		m.inDetail = !m.inDetail
	case widget.Open:
		m.inDetail = true
	case widget.Zoom:
		m.zoom = !m.zoom
	case widget.Copy:
		var b strings.Builder
		for _, x := range m.lines {
			b.WriteString(widget.Clean(x.text) + "\n")
		}
		return widget.CopyText{Text: b.String(), What: "the details"}
	case widget.Back:
		switch {
		case m.zoom:
			m.zoom = false
		case m.inDetail:
			m.inDetail = false
		default:
			return Edit{}
		}
	default:
		if m.inDetail {
			m.detail.Do(a)
		} else if m.table.Do(a) {
			m.detail = widget.List{}
			m.detailLines()
		}
	}
	return nil
}
