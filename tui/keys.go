package tui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/tui/ui"
)

// The actions that every screen knows.
const (
	toFleet     ui.Action = "fleet"
	toCatalogue ui.Action = "catalogue"
	toDeploy    ui.Action = "deploy"
	toRuns      ui.Action = "runs"
	toLogs      ui.Action = "logs"
	palette     ui.Action = "commands"
	help        ui.Action = "help"
	quit        ui.Action = "quit"
	nextDep     ui.Action = "next deployment"
	prevDep     ui.Action = "previous deployment"
	suspend     ui.Action = "suspend"
	redraw      ui.Action = "redraw"
	connect     ui.Action = "connect"
)

// global are the keys that every screen has.
func (m *Model) global() []ui.Binding {
	out := []ui.Binding{
		ui.Key(palette, ":", "commands", "commands: go to something, deploy something, change how it looks"),
		ui.Key(help, "? f1", "help", "all keys, searchable; enter on a row does it"),
		ui.Key(quit, "q ctrl+c", "quit", "leave; if something runs you are asked what is to become of it"),
		ui.Key(toFleet, "1", "", "the fleet: hosts and what is applied on them"),
		ui.Key(toCatalogue, "2", "", "the catalogue: what can be deployed"),
		ui.Key(toDeploy, "3", "", "the deployment that is being planned"),
		ui.Key(toRuns, "4", "", "what runs or has run"),
		ui.Key(toLogs, "5", "", "all log lines"),
		ui.Key(suspend, "ctrl+z", "", "back to the shell for a while; fg returns"),
		ui.Key(redraw, "ctrl+l", "", "draw the screen again"),
	}
	if _, ok := m.cfg.Fleet.(deploy.Connected); ok {
		b := m.retryKey()
		b.Label = "" // the footer has it where it belongs
		out = append(out, b)
	}
	if len(m.deps) > 1 {
		out = append(out, ui.Key(nextDep, "]", "", "the next deployment"), ui.Key(prevDep, "[", "", "the deployment before"))
	}
	return out
}

// screens is what is behind a view.
type keyed interface {
	Bindings() []ui.Binding
	Do(a ui.Action) ui.Out
}

type drawn interface {
	Draw(w, h int) ([]string, ui.Point)
	Hint() string
}

type typist interface {
	Typing() bool
	Type(k tea.KeyMsg) ui.Out
}

type screen interface {
	keyed
	drawn
}

// current is the screen shown, nil where there is nothing to show.
func (m *Model) current() screen {
	switch m.view {
	case fleetView:
		return m.fleet
	case catalogueView:
		return m.catalogue
	case deployView:
		if d := m.dep(); d != nil {
			if d.planned {
				return d.plan
			}
			return d.build
		}
	case runsView:
		if d := m.watched(); d != nil {
			return d.run
		}
	case logsView:
		return m.logs
	}
	return nil
}

func (m *Model) typing() bool {
	t, ok := m.current().(typist)
	return ok && t.Typing()
}

// bindings are the keys that work now: the screen's and those of all screens.
func (m *Model) bindings() []ui.Binding {
	var out []ui.Binding
	if s := m.current(); s != nil {
		out = s.Bindings()
	} else {
		out = []ui.Binding{ui.Key(ui.Back, "esc", "back", "go back")}
	}
	return ui.Remap(append(out, m.global()...), m.cfg.Keys)
}

// keysUnique reports a key that would mean two things.
func (m *Model) keysUnique() error {
	for _, v := range []view{fleetView, catalogueView, logsView} {
		m.view = v
		if err := ui.Twice(m.bindings()); err != nil {
			return fmt.Errorf("%w; name other keys for one of them", err)
		}
	}
	m.view = fleetView
	return nil
}

// key handles one key.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	name := ui.Name(k)
	switch {
	case m.h > 0 && m.small():
		return m.smallKey(name)
	case m.popup != nil:
		return m.popupKey(k)
	case m.menu != nil:
		if name == "ctrl+c" {
			m.menu = nil
			return nil
		}
		chosen, closed := m.menu.Type(k)
		if closed {
			m.menu = nil
		}
		return m.ask(chosen)
	}
	m.say = ""
	if m.typing() {
		switch name {
		case "ctrl+c":
			return m.do(quit)
		case "f1":
			return m.do(help)
		case "ctrl+z":
			return m.do(suspend)
		case m.retryKey().Shown():
			if !m.links.conn.Up {
				return m.do(connect)
			}
		}
		return m.out(m.current().(typist).Type(k))
	}
	if a, ok := ui.Find(m.bindings(), name); ok {
		return m.do(a)
	}
	return nil
}

// smallKey handles a key where nothing can be seen: it may do no more than leave.
func (m *Model) smallKey(name string) tea.Cmd {
	switch name {
	case "q", "ctrl+c":
		return m.askQuit()
	case "ctrl+z":
		return m.do(suspend)
	}
	return nil
}

// do carries an action out, wherever it came from.
func (m *Model) do(a ui.Action) tea.Cmd {
	switch a {
	case toFleet, toCatalogue, toDeploy, toRuns, toLogs:
		return m.goTo(a)
	case palette:
		m.openPalette()
	case help:
		m.openHelp()
	case quit:
		return m.askQuit()
	case suspend:
		return tea.Suspend
	case redraw:
		return tea.ClearScreen
	case connect:
		return m.retryConnection()
	case nextDep:
		m.cur = (m.cur + 1) % max(len(m.deps), 1)
	case prevDep:
		m.cur = (m.cur + len(m.deps) - 1) % max(len(m.deps), 1)
	default:
		if s := m.current(); s != nil {
			return m.out(s.Do(a))
		}
		if a == ui.Back {
			m.back()
		}
	}
	return nil
}

func (m *Model) goTo(a ui.Action) tea.Cmd {
	switch a {
	case toFleet:
		m.show(fleetView)
		return m.survey()
	case toCatalogue:
		m.openCatalogue("")
	case toDeploy:
		m.show(deployView)
	case toRuns:
		m.show(runsView)
	case toLogs:
		m.show(logsView)
	}
	return nil
}

// show goes to a view; esc comes back from it.
func (m *Model) show(v view) {
	if v == m.view {
		return
	}
	m.past = append(m.past, m.view)
	if len(m.past) > 16 {
		m.past = m.past[1:]
	}
	m.view = v
}

func (m *Model) back() {
	if n := len(m.past); n > 0 {
		m.view = m.past[n-1]
		m.past = m.past[:n-1]
		return
	}
	if m.view != fleetView {
		m.view = fleetView
		return
	}
	m.say = "This is the first screen; q leaves."
}
