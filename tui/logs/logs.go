package logs

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/rollout/lines"
	"github.com/armonic/armonic/tui/widget"
)

// Model is the screen of all lines of a run.
type Model struct {
	look widget.Look
	name string
	pane *Pane
	zoom bool
}

// New makes the screen, without a run.
func New(l widget.Look) *Model { return &Model{look: l} }

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) {
	m.look = l
	if m.pane != nil {
		m.pane.Restyle(l)
	}
}

// Show puts a run's lines on the screen.
func (m *Model) Show(name string, b *lines.Buffer) {
	if m.pane == nil || m.pane.buf != b {
		m.pane = NewPane(m.look, b)
	}
	m.name = name
	m.pane.CatchUp()
}

// Typing reports whether letters are text.
func (m *Model) Typing() bool { return m.pane != nil && m.pane.Typing() }

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) widget.Request {
	m.pane.Type(k)
	return nil
}

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	box := widget.Rule{Title: "Logs", Focus: true}
	if m.pane == nil {
		return m.look.Pane(box, w, h, []string{"", "  nothing has run yet"}), widget.Point{Y: 1}
	}
	box.Title = "Logs of " + m.name
	box.Note = fmt.Sprintf("%s  dropped %d", m.pane.Note(), m.pane.buf.Dropped())
	iw, ih := w, max(h-1, 0)
	lines, y := m.pane.Draw(iw, ih, true)
	return m.look.Pane(box, w, h, lines), widget.Point{Y: 1 + y}
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
