package tui

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/tui/widget"
)

// status is the last lines: errors until their cause is gone, what was done or can
// be done, and the keys.
func (m *Model) status() []string {
	l := m.look
	out := m.errorLines()
	text, style := m.message, widget.Style("")
	if text == "" {
		style = l.Dim
		if hint := m.links.conn.Hint; hint != "" && !m.links.conn.Up {
			text = "hint: " + hint
		} else if s := m.current(); s != nil {
			text = s.Hint()
		}
	}
	return append(out, style.Paint(l.Fit(" "+widget.Clean(text), m.w)), m.footer())
}

// errorLines are the last error, in a tenth of the window.
func (m *Model) errorLines() []string {
	n := len(m.errs)
	if n == 0 {
		return nil
	}
	l, e := m.look, m.errs[n-1]
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
	var out []string
	for i, s := range lines {
		out = append(out, l.Bad.Paint(l.Fit(strings.Repeat(" ", min(i, 1)*3)+s, m.w)))
	}
	return out
}

// footer are the keys that work now: those that change a server, the screen's, those of all screens.
func (m *Model) footer() string {
	l := m.look
	if o := m.over(); o != nil {
		return l.Footer(o.keys(), m.pressed, o.typing(), m.w)
	}
	bs := m.bindings()
	if m.typing() {
		bs = append(m.current().Bindings(), widget.Key(help, "f1", "help", ""))
	}
	if !m.links.conn.Up {
		bs = append([]widget.Binding{m.retryKey()}, bs...)
	}
	return l.Footer(bs, m.pressed, m.typing(), m.w)
}
