package tui

import (
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// banner says that there is no connection, since when, why, and when it is tried
// again; "" if there is one. The reason gives way to the rest where it does not fit.
func (m *Model) banner() string {
	c, l := &m.links.conn, m.look
	if c.Up {
		return ""
	}
	if c.Why == "" && c.Tries == 0 {
		return l.Busy.Paint(l.Fit(" "+l.Checking+" connecting to "+widget.Clean(c.Server)+m.downFor()+" "+l.Ellipsis, m.w))
	}
	head := fmt.Sprintf(" %s no connection to %s%s", l.Wrong, widget.Clean(c.Server), m.downFor())
	why := widget.Clean(c.Why)
	if why != "" {
		why = ": " + why
	}
	key := ", " + m.retryKey().Shown() + " tries now"
	next, tries := ", trying", ""
	if !c.Next.IsZero() {
		left := max((c.Next.Sub(m.now) + time.Second - 1).Truncate(time.Second), 0)
		next = ", next try in " + format.For(left)
		if c.Tries > 0 {
			tries = " (" + format.Nth(c.Tries+1) + ")"
		}
	}
	for _, tail := range []string{next + tries + key, next + key, next + tries, next} {
		room := m.w - widget.Width(head) - widget.Width(tail)
		if room >= min(widget.Width(why), 20) || tail == next {
			return l.Bad.Paint(l.Fit(head+l.Cut(why, max(room, 0))+tail, m.w))
		}
	}
	return "" // not reached: the last of them is taken
}

// downFor says how long the connection has been gone.
func (m *Model) downFor() string {
	if since := m.links.conn.Since; !since.IsZero() {
		return " for " + format.For(m.now.Sub(since))
	}
	return ""
}

// retryKey is the key that tries to connect.
func (m *Model) retryKey() widget.Binding {
	return widget.Remap([]widget.Binding{widget.Key(connect, "ctrl+r", "connect now", "try to connect now, rather than when it is time")}, m.cfg.Keys)[0]
}

// retryConnection tries now.
func (m *Model) retryConnection() tea.Cmd {
	c, ok := m.cfg.Fleet.(deploy.Connected)
	if !ok || m.links.conn.Up {
		return nil
	}
	return func() tea.Msg {
		c.RetryNow()
		return nil
	}
}
