package logs

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/tui/ui"
)

// Model is the screen of all lines of a run.
type Model struct {
	look ui.Look
	name string
	pane *Pane
	zoom bool
}

// New makes the screen, without a run.
func New(l ui.Look) *Model { return &Model{look: l} }

// Restyle changes how the screen looks.
func (m *Model) Restyle(l ui.Look) {
	m.look = l
	if m.pane != nil {
		m.pane.Restyle(l)
	}
}

// Show puts a run's lines on the screen.
func (m *Model) Show(name string, b *Buffer) {
	if m.pane == nil || m.pane.buf != b {
		m.pane = NewPane(m.look, b)
	}
	m.name = name
	m.pane.Catch()
}

// Bindings are the keys that work now.
func (m *Model) Bindings() []ui.Binding {
	back := ui.Key(ui.Back, "esc", "back", "take the filter away, or go back")
	switch {
	case m.pane == nil:
		return []ui.Binding{back}
	case m.pane.Typing():
		return m.pane.Bindings()
	}
	return append(m.pane.Bindings(), ui.Key(ui.Zoom, "z", "without borders", "show the lines without borders"), back)
}

// Typing reports whether letters are text.
func (m *Model) Typing() bool { return m.pane != nil && m.pane.Typing() }

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) ui.Out {
	m.pane.Type(k)
	return ui.Out{}
}

// Do carries an action out.
func (m *Model) Do(a ui.Action) ui.Out {
	switch {
	case m.pane != nil && m.pane.Do(a):
	case a == ui.Zoom:
		m.zoom = !m.zoom
	case a == ui.Copy && m.pane != nil && m.pane.Line() != nil:
		x := m.pane.Line()
		return ui.Ask(ui.CopyText{Text: x.At.Format("15:04:05.000") + " " + string(x.Host) + " " + x.Text, What: "the line"})
	case a == ui.Back:
		if m.zoom {
			m.zoom = false
			return ui.Out{}
		}
		if m.pane == nil || !m.pane.Filtered() {
			return ui.Ask(ui.GoBack{})
		}
	}
	return ui.Out{}
}

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, ui.Point) {
	box := ui.Box{Title: "Logs", Focus: true, Bare: m.zoom}
	if m.pane == nil {
		return m.look.Box(box, w, h, []string{"", "  nothing has run yet"}), ui.Point{X: 1, Y: 1}
	}
	box.Title = "Logs of " + m.name
	box.Right = fmt.Sprintf("%s  dropped %d", m.pane.Note(), m.pane.buf.Lost())
	iw, ih := box.Inner(w, h)
	lines, y := m.pane.Draw(iw, ih, true)
	return m.look.Box(box, w, h, lines), ui.Point{X: 1, Y: 1 + y}
}

// Hint says what can be done.
func (m *Model) Hint() string {
	if m.pane == nil {
		return "Log lines arrive here while something runs."
	}
	if x := m.pane.Line(); x != nil {
		return x.Step + " on " + string(x.Host)
	}
	return "No line matches."
}
