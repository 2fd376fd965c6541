package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/tui/menu"
	"github.com/armonic/armonic/tui/widget"
)

// overlay is drawn over the screen, and has the keys until it is closed.
type overlay interface {
	// key handles a key: what is to be done, and whether the overlay is closed before.
	key(k tea.KeyMsg) (do func() tea.Cmd, closed bool)
	// draw makes its lines, at most w columns wide and h high.
	draw(l widget.Look, w, h int) ([]string, widget.Point)
	// typing reports whether letters are text.
	typing() bool
	// keys are those of the footer.
	keys() []widget.Binding
}

// open puts an overlay over what is shown.
func (m *Model) open(o overlay) { m.overlays = append(m.overlays, o) }

// over is the overlay that has the keys, nil if there is none.
func (m *Model) over() overlay {
	if n := len(m.overlays); n > 0 {
		return m.overlays[n-1]
	}
	return nil
}

func (m *Model) overlayKey(k tea.KeyMsg) tea.Cmd {
	n := len(m.overlays)
	do, closed := m.overlays[n-1].key(k)
	if closed {
		m.overlays = append(m.overlays[:n-1], m.overlays[n:]...)
	}
	if do == nil {
		return nil
	}
	return do()
}

// drawOver draws the overlays over the lines of a screen, which is dim and without colours then.
func (m *Model) drawOver(lines []string, at widget.Point) ([]string, widget.Point) {
	for i, o := range m.overlays {
		if i == 0 {
			lines = m.look.Faint(lines, m.w)
		}
		box, p := o.draw(m.look, m.w, m.h-2)
		at = widget.Point{X: p.X + (m.w-widget.Width(box[0]))/2, Y: p.Y + max((m.h-2-len(box))/2, 0)}
		lines = append(widget.Over(lines[:m.h-2:m.h-2], box, m.w), lines[m.h-2:]...)
	}
	return lines, at
}

// list is a menu: what is chosen is done.
type list struct {
	*menu.Menu
	do func(widget.Request) tea.Cmd
}

func (x list) key(k tea.KeyMsg) (func() tea.Cmd, bool) {
	if widget.Name(k) == "ctrl+c" {
		return nil, true
	}
	chosen, closed := x.Type(k)
	if chosen == nil {
		return nil, closed
	}
	return func() tea.Cmd { return x.do(chosen) }, closed
}

func (x list) draw(_ widget.Look, w, h int) ([]string, widget.Point) { return x.Draw(w, h) }
func (list) typing() bool                                            { return true }
func (list) keys() []widget.Binding {
	return []widget.Binding{widget.Key(widget.Open, "enter", "do it", ""), widget.Key(widget.Down, "down", "move", ""),
		widget.Key(widget.NextPane, "tab", "fill in", ""), widget.Key(widget.Back, "esc", "close", "")}
}
