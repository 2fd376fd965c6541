package catalogue

import "github.com/armonic/armonic/tui/widget"

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding { return m.keys(m.typing) }

// KeySets are those while letters are keys.
func (m *Model) KeySets() [][]widget.Binding { return [][]widget.Binding{m.keys(false)} }

func (m *Model) keys(typing bool) []widget.Binding {
	out := []widget.Binding{
		widget.Key(widget.Open, "enter", "deploy / open", "deploy the operation, or open the run or host"),
		widget.Key(widget.Down, "down", "", "one row down"),
		widget.Key(widget.Up, "up", "", "one row up"),
	}
	if typing {
		out = append(out, widget.Key(widget.NextPane, "tab", "stop typing", "stop typing: letters are keys then"),
			widget.Key(widget.Back, "esc", "clear / back", "clear what was typed, or go back"))
	} else {
		out = append(widget.Moves(), out[0],
			widget.Key(widget.Search, "/ tab i", "type", "type to search"),
			widget.Key(widget.Copy, "y", "copy", "copy the pattern"),
			widget.Key(widget.Back, "esc", "back", "go back"))
	}
	out = append(out, widget.Key(onHosts, "ctrl+g", "on hosts", "deploy the operation on several hosts: names, a pattern, a group"))
	if len(m.on) > 0 {
		out = append(out, widget.Key(anyHost, "ctrl+o", "any host", "show what every host offers, not only "+names(m.on)))
	}
	return out
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	switch a {
	case widget.Search, widget.NextPane:
		m.typing = !m.typing
	case anyHost:
		m.on = nil
		m.search()
	case onHosts:
		if e := m.here(); e != nil && e.offer != nil {
			return DeployOn{e.offer.Pattern}
		}
	case widget.Back:
		return widget.GoBack{}
	case widget.Copy:
		if e := m.here(); e != nil && e.offer != nil {
			return widget.CopyText{Text: string(e.offer.Pattern), What: string(e.offer.Pattern)}
		}
	case widget.Open:
		return m.open()
	default:
		m.table.Do(a)
	}
	return nil
}
