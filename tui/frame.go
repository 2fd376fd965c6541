package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/run"
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
	if m.screen != nil {
		m.screen.Show(m.frame, term.Cursor{
			X: max(min(m.at.X, m.w-1), 0), Y: max(min(m.at.Y, m.h-1), 0),
			Visible: m.typing() || m.menu != nil || (m.popup != nil && m.popup.field != nil),
		})
	}
}

func (m *Model) lines() ([]string, widget.Point) {
	l := m.look
	if m.small() {
		return m.tooSmall(), widget.Point{}
	}
	top := []string{m.title()}
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
	switch s := m.current(); {
	case m.menu != nil:
		body, at = m.menu.Draw(m.w, h)
	case s != nil:
		body, at = s.Draw(m.w, h)
	default:
		body = l.Box(widget.Box{Title: m.page().name}, m.w, h, []string{"", "  " + m.page().empty})
	}
	at.Y += len(top)
	lines := append(append(top, body...), low...)
	if m.popup != nil {
		box, p := m.popup.draw(l, m.w, m.h)
		at = widget.Point{X: p.X + (m.w-widget.Width(box[0]))/2, Y: p.Y + max((m.h-len(box))/2, 0)}
		lines = widget.Over(lines, box, m.w)
	}
	return lines, at
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

// title is the first line: where we are, how the fleet is, what runs.
func (m *Model) title() string {
	l := m.look
	left := " " + l.Title.Paint("ARMONIC") + " " + widget.Clean(m.cfg.Fleet.Name()) + "  "
	for _, p := range m.pages.all() {
		if p.tab == "" {
			continue
		}
		text := p.key + " " + p.tab
		if !m.tabsWork() { // digits are text now
			text = p.tab
		}
		if p == m.page() || p == m.page().under {
			text = l.Cursor.Paint(" " + text + " ")
		} else {
			text = " " + text + " "
		}
		left += text
	}
	right := ""
	if len(m.hosts) > 0 {
		on := 0
		for _, v := range m.hosts {
			if v.Link == spec.LinkOn && v.Err == nil {
				on++
			}
		}
		right = spec.Count(len(m.hosts), "host", "hosts") + " "
		if m.links.conn.Up { // else nobody knows
			right += fmt.Sprintf(" %d on ", on)
		}
	}
	if m.reading && len(m.hosts) == 0 {
		right = "reading the fleet "
	}
	if state := m.runState(); state != "" {
		right = state + "  " + right
	}
	if room := m.w - widget.Width(left); widget.Width(right) > room {
		right = m.runState() + " "
	}
	return l.Fit(left, max(m.w-widget.Width(right), 0)) + l.Cut(right, m.w)
}

// runState says in a word what runs.
func (m *Model) runState() string {
	for _, d := range m.deps {
		if d.active() {
			s := d.run.Snapshot()
			return fmt.Sprintf("run %d/%d", s.StepsDone, s.Steps)
		}
	}
	if d := m.watched(); d != nil {
		if s := d.run.State(); s != run.Failed {
			return "run " + string(s)
		}
		return "run FAILED"
	}
	return ""
}

// status is the last lines: errors until their cause is gone, what was done or can
// be done, and the keys.
func (m *Model) status() []string {
	l := m.look
	var out []string
	if n := len(m.errs); n > 0 {
		e := m.errs[n-1]
		text := " " + l.Wrong + " " + e.text
		if e.hint != "" {
			text += "   hint: " + e.hint
		}
		if n > 1 {
			text += fmt.Sprintf("   (and %d more)", n-1)
		}
		lines, room := widget.Wrap(widget.Clean(text), m.w-3), max(m.h/10, 1)
		if len(lines) > room {
			lines = append(lines[:room-1], strings.Join(lines[room-1:], " "))
		}
		for i, s := range lines {
			out = append(out, l.Bad.Paint(l.Fit(strings.Repeat(" ", min(i, 1)*3)+s, m.w)))
		}
	}
	text, style := m.message, widget.Style("")
	if text == "" {
		style = l.Dim
		if hint := m.links.conn.Hint; hint != "" && !m.links.conn.Up {
			text = "hint: " + hint
		} else if s := m.current(); s != nil {
			text = s.Hint()
		}
	}
	out = append(out, style.Paint(l.Fit(" "+widget.Clean(text), m.w)))
	if m.menu != nil || m.popup != nil {
		return append(out, l.Fit("", m.w))
	}
	bs := m.bindings()
	prefix, last := " ", widget.Key(help, "?", "help", "")
	if m.typing() {
		prefix, last = " "+l.Busy.Paint("TYPING")+"  ", widget.Key(help, "f1", "help", "")
		bs = m.current().Bindings()
	}
	if !m.links.conn.Up {
		bs = append([]widget.Binding{m.retryKey()}, bs...)
	}
	end := l.Footer([]widget.Binding{last}, m.w) // always there, whatever else fits
	bs = slices.DeleteFunc(slices.Clone(bs), func(b widget.Binding) bool { return b.Action == help })
	return append(out, l.Fit(prefix+l.Footer(bs, m.w-widget.Width(prefix)-widget.Width(end))+end, m.w))
}
