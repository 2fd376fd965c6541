package fleet

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	switch {
	case m.table.Filter.Typing:
		return m.table.Filter.Bindings()
	case m.wall:
		return m.wallKeys()
	}
	return m.listKeys()
}

// KeySets are those of the list and of the wall.
func (m *Model) KeySets() [][]widget.Binding { return [][]widget.Binding{m.listKeys(), m.wallKeys()} }

func (m *Model) wallKeys() []widget.Binding {
	return []widget.Binding{
		widget.Key(widget.Open, "enter", "open", "show the host, and what is applied there"),
		widget.Key(trouble, "!", "next trouble", "to the next host that is not fine"),
		widget.Key(deployHere, "d", "deploy", "deploy something on this host"),
		widget.Key(widget.Search, "/", "filter", "show only hosts that contain a text"),
		widget.Key(wallOrList, "v", "view", "show the hosts as a list, by group, by service, by state"),
		widget.Key(refresh, "r", "refresh", "read all hosts again"),
		widget.Key(widget.Back, "esc", "", "back to the list"),
		widget.Key(widget.Up, "up k", "", "one line up"), widget.Key(widget.Down, "down j", "", "one line down"),
		widget.Key(widget.Left, "left h", "", "one host back"), widget.Key(widget.Right, "right l", "", "one host on"),
		widget.Key(widget.First, "g home", "", "to the first host"), widget.Key(widget.Last, "G end", "", "to the last host"),
	}
}

func (m *Model) listKeys() []widget.Binding {
	open := widget.Key(widget.Open, "enter", "open", "show the host's details; on an offer: deploy it")
	return append(widget.Moves(), open,
		widget.Key(deployHere, "d", "deploy", "deploy something on this host"),
		widget.Key(stateHere, "t", "states", "the lifecycle under the cursor: its states, the way to another one, who uses it"),
		widget.Key(driftHere, "D", "drift", "what is not as it was left, on this host or of the lifecycle under the cursor"),
		widget.Key(pastHere, "H", "history", "what was done, on this host or with the lifecycle under the cursor"),
		widget.Key(widget.NextPane, "tab", "pane", "to the other pane"),
		widget.Key(widget.Search, "/", "filter", "show only hosts that contain a text: name, system, service, state"),
		widget.Key(widget.NextHit, "n", "", "next host"),
		widget.Key(widget.PrevHit, "N", "", "previous host"),
		widget.Key(wallOrList, "v", "view", "show the wall, a cell a host; then the list by group, by service, by state"),
		widget.Key(mark, "space", "mark", "mark the host, or take the mark away: d deploys on all that are marked"),
		widget.Key(markAll, "*", "", "mark all that are shown, or none"),
		widget.Key(trouble, "!", "", "to the next host that is not fine"),
		widget.Key(refresh, "r", "refresh", "read all hosts again"),
		widget.Key(sortBy, "s", "", "sort by name, or those that need a look first"),
		widget.Key(widget.Copy, "y", "copy", "copy the row"),
		widget.Key(widget.Zoom, "z", "", "show the pane alone"),
		widget.Key(widget.Back, "esc left h", "", "back to the hosts"),
		widget.Key(widget.Right, "right l", "", "to the details"))
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	if m.wall {
		return m.doOnWall(a)
	}
	return m.doInList(a)
}

func (m *Model) doOnWall(a widget.Action) widget.Request {
	switch a {
	case wallOrList:
		m.vary()
	case widget.Back:
		if m.table.Filter.Text() == "" {
			m.turn(false)
			return nil
		}
		m.table.Filter.Set("")
		m.arrange()
	case widget.Open:
		m.turn(false)
		m.inDetail = m.view() != nil
	case trouble:
		m.nextTrouble()
	case widget.Left, widget.Right, widget.Up, widget.Down, widget.First, widget.Last:
		m.moveCell(a)
	default:
		return m.doInList(a)
	}
	return nil
}

// turn shows the wall or the list; the cursor stays on its host.
func (m *Model) turn(wall bool) {
	m.wall, m.inDetail = wall, false
	m.arrange()
}

// vary goes on to the next view: a plain list, the wall, by group, by service, by state.
func (m *Model) vary() {
	switch {
	case m.wall:
		m.group = byName
		m.turn(false)
	case m.group == ungrouped:
		m.turn(true)
	default:
		m.group = (m.group + 1) % (byState + 1)
		m.turn(false)
	}
}

func (m *Model) doInList(a widget.Action) widget.Request {
	switch a {
	case wallOrList:
		m.vary()
	case mark:
		m.table.Mark()
	case markAll:
		m.table.MarkAll()
	case trouble:
		m.nextTrouble()
	case widget.Search:
		m.table.Filter.Typing, m.inDetail = true, false
	case widget.NextPane, widget.PrevPane:
		m.inDetail = !m.inDetail
	case widget.Right:
		m.inDetail = true
	case widget.Zoom:
		m.zoom = !m.zoom
	case refresh:
		return Refresh{}
	case sortBy:
		m.worst = !m.worst
		m.arrange()
	case deployHere:
		if m.inDetail && m.offer() != nil {
			return m.deploy()
		}
		var on []spec.Host
		for _, h := range m.table.Marked() {
			on = append(on, spec.Host(h))
		}
		return Deploy{Host: m.Host(), On: on}
	case stateHere:
		return m.lifecycle()
	case driftHere:
		if m.view() != nil {
			return Drift{m.under()}
		}
	case pastHere:
		if m.view() != nil {
			return History{m.under()}
		}
	case widget.Copy:
		return m.copy()
	case widget.NextHit:
		return m.move(widget.Down)
	case widget.PrevHit:
		return m.move(widget.Up)
	case widget.Open:
		if m.inDetail {
			return m.deploy()
		}
		m.inDetail = m.view() != nil
	case widget.Back:
		return m.back()
	default:
		if m.inDetail {
			m.detail.Do(a)
			return nil
		}
		return m.move(a)
	}
	return nil
}
