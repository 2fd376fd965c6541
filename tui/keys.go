package tui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// The actions that every screen knows.
const (
	toFleet     widget.Action = "fleet"
	toCatalogue widget.Action = "catalogue"
	toDeploy    widget.Action = "deploy"
	toRuns      widget.Action = "runs"
	toLogs      widget.Action = "logs"
	palette     widget.Action = "commands"
	help        widget.Action = "help"
	quit        widget.Action = "quit"
	nextDep     widget.Action = "next deployment"
	prevDep     widget.Action = "previous deployment"
	suspend     widget.Action = "suspend"
	redraw      widget.Action = "redraw"
	connect     widget.Action = "connect"
)

// global are the keys that every screen has.
func (m *Model) global() []widget.Binding {
	out := []widget.Binding{
		widget.Key(palette, ":", "commands", "commands: go to something, deploy something, change how it looks"),
		widget.Key(help, "? f1", "help", "all keys, searchable; enter on a row does it"),
		widget.Key(quit, "q ctrl+c", "quit", "leave; if something runs you are asked what is to become of it"),
	}
	for _, p := range m.pages.all() {
		if p.tab != "" {
			out = append(out, widget.Key(p.goes, p.key, "", p.help))
		}
	}
	out = append(out,
		widget.Key(suspend, "ctrl+z", "", "back to the shell for a while; fg returns"),
		widget.Key(redraw, "ctrl+l", "", "draw the screen again"))
	if _, ok := m.cfg.Fleet.(deploy.Connected); ok {
		b := m.retryKey()
		b.Label = "" // the footer has it where it belongs
		out = append(out, b)
	}
	if len(m.deps) > 1 {
		out = append(out, widget.Key(nextDep, "]", "", "the next deployment"), widget.Key(prevDep, "[", "", "the deployment before"))
	}
	return out
}

// screens is what is behind a view.
type keyed interface {
	Bindings() []widget.Binding
	Do(a widget.Action) widget.Request
}

type drawn interface {
	Draw(w, h int) ([]string, widget.Point)
	Hint() string
}

type typist interface {
	Typing() bool
	Type(k tea.KeyMsg) widget.Request
}

type screen interface {
	keyed
	drawn
}

// current is the screen shown, nil where there is nothing to show.
func (m *Model) current() screen { return m.page().screen() }

func (m *Model) typing() bool {
	t, ok := m.current().(typist)
	return ok && t.Typing()
}

// tabsWork reports whether the keys of the header do what it says: they are text where
// letters are typed, but in the catalogue only once something has been.
func (m *Model) tabsWork() bool {
	return !m.typing() || m.page() == m.pages.catalogue && m.catalogue.Untouched()
}

// bindings are the keys that work now: the screen's and those of all screens.
func (m *Model) bindings() []widget.Binding {
	var out []widget.Binding
	if s := m.current(); s != nil {
		out = s.Bindings()
	} else {
		out = []widget.Binding{widget.Key(widget.Back, "esc", "back", "go back")}
	}
	return widget.Remap(append(out, m.global()...), m.cfg.Keys)
}

// keysUnique reports a key that would mean two things on a page.
func (m *Model) keysUnique() error {
	for _, p := range m.pages.all() {
		screens := []screen{p.screen()}
		if p.checks != nil {
			screens = p.checks()
		}
		for _, s := range screens {
			if s == nil {
				continue
			}
			if err := widget.CheckUnique(widget.Remap(append(s.Bindings(), m.global()...), m.cfg.Keys)); err != nil {
				return fmt.Errorf("%w; name other keys for one of them", err)
			}
		}
	}
	return nil
}

// key handles one key.
func (m *Model) key(k tea.KeyMsg) tea.Cmd {
	name := widget.Name(k)
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
		return m.request(chosen)
	}
	m.message = ""
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
		if a, ok := widget.Find(widget.Remap(m.global(), m.cfg.Keys), name); ok && m.tabsWork() && !k.Paste && (a == help || m.pages.of(a) != nil) {
			return m.do(a)
		}
		return m.request(m.current().(typist).Type(k))
	}
	if a, ok := widget.Find(m.bindings(), name); ok {
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
func (m *Model) do(a widget.Action) tea.Cmd {
	if p := m.pages.of(a); p != nil {
		return m.goTo(p)
	}
	switch a {
	case palette:
		m.openPalette()
	case help:
		m.openHelp()
	case quit:
		return m.askQuit()
	case suspend:
		return func() tea.Msg { return term.Stop{} }
	case redraw:
		return func() tea.Msg { return term.Repaint{} }
	case connect:
		return m.retryConnection()
	case nextDep:
		m.cur = (m.cur + 1) % max(len(m.deps), 1)
	case prevDep:
		m.cur = (m.cur + len(m.deps) - 1) % max(len(m.deps), 1)
	default:
		if s := m.current(); s != nil {
			return m.request(s.Do(a))
		}
		if a == widget.Back {
			return m.back()
		}
	}
	return nil
}
