package logs

import "github.com/armonic/armonic/tui/widget"

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	back := widget.Key(widget.Back, "esc", "back", "take the filter away, or go back")
	switch {
	case m.pane == nil:
		return []widget.Binding{back}
	case m.pane.Typing():
		return m.pane.Bindings()
	}
	return append(m.pane.Bindings(), widget.Key(widget.Zoom, "z", "without borders", "show the lines without borders"), back)
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	switch {
	case m.pane != nil && m.pane.Do(a):
	case a == widget.Zoom:
		m.zoom = !m.zoom
	case a == widget.Copy && m.pane != nil && m.pane.Line() != nil:
		x := m.pane.Line()
		return widget.CopyText{Text: x.At.Local().Format("15:04:05.000") + " " + string(x.Host) + " " + x.Text, What: "the line"}
	case a == widget.Back:
		if m.zoom {
			m.zoom = false
			return nil
		}
		if m.pane == nil || !m.pane.ClearFilter() {
			return widget.GoBack{}
		}
	}
	return nil
}
