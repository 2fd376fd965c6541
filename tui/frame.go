package tui

import (
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/term"
	"github.com/armonic/armonic/tui/widget"
)

// The smallest window in which anything can be shown.
const (
	minW = 40
	minH = 10
)

// frameTime is the least time between two frames that nobody asked for by a key.
const frameTime = 16 * time.Millisecond

// frameDue says that a frame is owed no longer.
type frameDue struct{}

// present draws what a message has changed: at once after a key, else so that hundreds of
// hosts that answer in a moment are a few frames, and keys need not wait behind them.
func (m *Model) present(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case frameDue:
		if !m.late { // a key was faster
			return nil
		}
	case tea.KeyMsg, tea.WindowSizeMsg:
	default:
		if m.screen == nil || m.now.Sub(m.drawn) >= frameTime {
			break
		}
		if m.late {
			return nil
		}
		m.late = true
		ctx := m.ctx
		return func() tea.Msg {
			pause(ctx, frameTime)
			return frameDue{}
		}
	}
	m.drawn, m.late = m.now, false
	m.draw()
	return nil
}

// draw makes the frame, exactly h lines, none wider than w, and shows it.
func (m *Model) draw() {
	if m.w <= 0 || m.h <= 0 {
		m.frame = nil
		return
	}
	m.frame, m.at = m.lines()
	for i := range m.frame {
		m.frame[i] = m.look.Showable(m.frame[i])
	}
	if m.screen != nil {
		m.screen.Show(m.frame, term.Cursor{
			X: max(min(m.at.X, m.w-1), 0), Y: max(min(m.at.Y, m.h-1), 0),
			Visible: m.over() != nil && m.over().typing() || m.over() == nil && m.typing(),
		})
	}
}

func (m *Model) lines() ([]string, widget.Point) {
	l := m.look
	if m.small() {
		return m.tooSmall(), widget.Point{}
	}
	top := append(m.header(), m.tourLines()...)
	if text := m.banner(); text != "" {
		top = append(top, text)
	} else if bad := m.unreachable(); len(bad) > 0 {
		text := fmt.Sprintf(" %s %s cannot be reached: %s", l.Wrong, spec.CountOf(len(bad), len(m.hosts), "host", "hosts"), strings.Join(bad, ", "))
		top = append(top, l.Bad.Paint(l.Fit(widget.Clean(text), m.w)))
	}
	low := m.status()
	h := m.h - len(top) - len(low)
	var body []string
	var at widget.Point
	if s := m.current(); s != nil {
		body, at = s.Draw(m.w, h)
	} else {
		body = l.Pane(widget.Rule{Title: m.page().name}, m.w, h, []string{"", "  " + m.page().empty})
	}
	at.Y += len(top)
	return m.drawOver(append(append(top, body...), low...), at)
}

// small reports whether the window is too small to show anything.
func (m *Model) small() bool { return m.w < minW || m.h < minH }

func (m *Model) tooSmall() []string {
	out := make([]string, m.h)
	text := widget.Wrap(fmt.Sprintf("make the window larger (%dx%d, needs %dx%d)", m.w, m.h, minW, minH), m.w)
	for i := range out {
		if i < len(text) {
			out[i] = m.look.Fit(text[i], m.w)
		} else {
			out[i] = m.look.Fit("", m.w)
		}
	}
	return out
}
