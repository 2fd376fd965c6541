package tui

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/run"
	"github.com/armonic/armonic/tui/widget"
)

// placed is a screen that says where one is in it.
type placed interface{ Where() widget.Where }

// roomy is from which height on the header takes two lines: below, where one is goes before all else.
const roomy = 14

// header is what stands above a screen: the tabs with what runs, and where one is with how it stands.
func (m *Model) header() []string {
	if m.h < roomy {
		return []string{m.where()}
	}
	return []string{m.title(), m.where()}
}

// title is the product, the fleet and the tabs; at the right what runs or needs somebody. Where there
// is no room for the names of all tabs, their keys stand for them.
func (m *Model) title() string {
	l := m.look
	left := " " + l.Title.Paint("ARMONIC") + " " + widget.Clean(m.cfg.Fleet.Name()) + "  "
	if m.cfg.ReadOnly {
		left += l.Warn.Paint("read only") + "  "
	}
	right := m.runState()
	if m.reading && len(m.hosts) == 0 {
		right = l.Dim.Paint("reading the fleet")
	}
	room := max(m.w-widget.Width(right)-1, 0)
	tabs := m.tabs(true)
	if widget.Width(left+tabs) > room {
		tabs = m.tabs(false)
	}
	return l.Fit(left+tabs, room) + l.Fit(right+" ", min(widget.Width(right)+1, m.w))
}

// tabs are the screens that a digit goes to: by name, or only the one that is shown.
func (m *Model) tabs(named bool) string {
	l := m.look
	var out string
	for _, p := range m.pages.all() {
		if p.tab == "" {
			continue
		}
		here := p == m.page() || p == m.page().under
		text := p.key + " " + p.tab
		switch {
		case !m.tabsWork(): // digits are text now
			text = p.tab
		case !named && !here:
			text = p.key
		}
		if here {
			text = l.Cursor.Paint(" " + text + " ")
		} else {
			text = " " + text + " "
		}
		out += text + " "
	}
	return strings.TrimSuffix(out, " ")
}

// where is the way to what is shown, its last part bold; at the right how that stands.
func (m *Model) where() string {
	l := m.look
	p := m.page()
	var x widget.Where
	if s, ok := m.current().(placed); ok {
		x = s.Where()
	}
	name := p.name
	switch {
	case p.under != nil && len(x.Path) > 0:
		name = p.under.tab
	case p.under != nil:
		name = p.under.tab + " " + l.Crumb + " " + p.name
	}
	return l.Where(name, x, m.w)
}

// runState says in a few words what runs, or needs somebody.
func (m *Model) runState() string {
	l := m.look
	var out []string
	bad, stopped := 0, 0
	for _, d := range m.deps {
		switch {
		case d.active():
			s := d.run.Snapshot()
			out = append(out, l.Busy.Paint(fmt.Sprintf("%s %s %d/%d", l.Run, l.Cut(widget.Clean(d.run.Name()), max(m.w/5, 12)), s.StepsDone, s.Steps)))
		case d.unfinished() && d.run.State() == run.Stopped:
			stopped++
		case d.unfinished():
			bad++
		}
	}
	asked := 0
	for _, k := range m.known {
		if k.State == "waits for approval" && k.By != m.cfg.By && m.ofSession(k.ID) == nil {
			asked++
		}
	}
	if asked > 0 {
		out = append([]string{l.Warn.Paint(l.Missing+" "+spec.Count(asked, "approval", "approvals")) + " wanted"}, out...)
	}
	if stopped > 0 {
		out = append([]string{l.Warn.Paint(fmt.Sprintf("%s %d stopped", l.Held, stopped))}, out...)
	}
	if bad > 0 {
		out = append([]string{l.Bad.Paint(fmt.Sprintf("%s %d", l.Fail, bad)) + " needs you"}, out...)
	}
	if d := m.watched(); len(out) == 0 && d != nil && d.run.State() == run.Done {
		out = append(out, l.Good.Paint(l.OK)+" "+widget.Clean(d.run.Name())+" done")
	}
	for len(out) > 1 && widget.Width(strings.Join(out, "   ")) > m.w/2 {
		out = out[:len(out)-1]
	}
	return l.Cut(strings.Join(out, "   "), m.w/2)
}
