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
	endTour     widget.Action = "tour"
)

// global are the keys that every screen has.
func (m *Model) global() []widget.Binding {
	out := []widget.Binding{
		widget.Key(palette, ":", "commands", "commands: go to something, deploy something, change how it looks"),
		widget.Key(help, "? f1", "help", "all keys, searchable; enter on a row does it"),
		widget.Key(quit, "q ctrl+c", "", "leave; if something runs you are asked what is to become of it"),
	}
	for _, p := range m.pages.all() {
		if p.tab != "" {
			out = append(out, widget.Key(p.goes, p.key, "", p.help))
		}
	}
	out = append(out,
		widget.Key(suspend, "ctrl+z", "", "back to the shell for a while; fg returns"),
		widget.Key(redraw, "ctrl+l", "", "draw the screen again"))
	if m.tour != nil {
		out = append(out, tourKey())
	}
	again := m.retryKey()
	again.Label = "" // the footer has it where it belongs
	if _, ok := m.cfg.Fleet.(deploy.Connected); !ok || m.links.conn.Up {
		again.Not = "the connection is there"
	}
	alone := ""
	if len(m.deps) < 2 {
		alone = "there is no other deployment in this session"
	}
	return append(out, again, widget.Key(nextDep, "]", "", "the next deployment").Unless(alone), widget.Key(prevDep, "[", "", "the deployment before").Unless(alone))
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

// moded is a screen with more than one set of keys.
type moded interface{ KeySets() [][]widget.Binding }

// keySets are all keys that a page can have, a set for each way in which it is shown.
func (m *Model) keySets(p *page) (out [][]widget.Binding) {
	screens := []screen{p.screen()}
	if p.checks != nil {
		screens = p.checks()
	}
	for _, s := range screens {
		switch x := s.(type) {
		case nil:
		case moded:
			out = append(out, x.KeySets()...)
		default:
			out = append(out, s.Bindings())
		}
	}
	return out
}

// keysUnique reports a key that would mean two things on a page.
func (m *Model) keysUnique() error {
	known := map[widget.Action]bool{}
	for _, b := range m.global() {
		known[b.Action] = true
	}
	for _, p := range m.pages.all() {
		for _, keys := range m.keySets(p) {
			for _, b := range keys {
				known[b.Action] = true
			}
			if err := widget.CheckUnique(widget.Remap(append(keys, m.global()...), m.cfg.Keys)); err != nil {
				return fmt.Errorf("%w on the page %s; name other keys for one of them", err, p.name)
			}
		}
	}
	for a := range m.cfg.Keys {
		if !known[a] {
			return fmt.Errorf("there is no action %q to give a key to%s", string(a), widget.Near(string(a), known))
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
	case m.over() != nil:
		return m.overlayKey(k)
	}
	m.message, m.pressed = "", ""
	if d := m.selected(); d != nil {
		d.planWanted = false // somebody does something else
	}
	if m.typing() {
		switch name {
		case "ctrl+c":
			return m.do(quit)
		case "f1":
			return m.do(help)
		case "ctrl+z":
			return m.do(suspend)
		case widget.Remap([]widget.Binding{tourKey()}, m.cfg.Keys)[0].Shown():
			return m.do(endTour)
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
	b, ok := widget.FindBinding(m.bindings(), name)
	switch {
	case !ok:
		return nil
	case b.Not != "":
		m.pressed, m.message = b.Action, name+"  not now: "+b.Not
		return nil
	}
	return m.do(b.Action)
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
		m.openPalette("")
	case help:
		m.openHelp()
	case quit:
		return m.askQuit()
	case suspend:
		return m.askSuspend()
	case endTour:
		m.startTour(m.tour == nil)
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
