package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// row is a line of the details.
type row struct {
	table int // which columns it has
	cells []widget.Cell
	offer *deploy.Offer

	lifecycle string // that the row is about, "" if it is about more
}

// The tables of the details.
const (
	free     = iota
	services // sign, name, what else
	levels   // level, state, NOW, since, entered with
	offers   // name, state, asks
)

func (r *row) plain() string {
	var texts []string
	for _, c := range r.cells {
		if text := strings.TrimSpace(c.Text); text != "" {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "  ")
}

// layout makes the details of the chosen host, for the width that they were drawn with last.
func (m *Model) layout() {
	m.rows = m.rows[:0]
	v := m.view()
	if v == nil {
		m.detail.SetLen(0)
		return
	}
	m.about(v)
	if found := m.drift[v.Host]; len(found) > 0 {
		m.text(m.look.Warn, 0, m.look.Drift+" "+spec.Count(len(found), "change is", "changes are")+" not as left; D shows it: "+strings.Join(found, ", "))
	}
	if v.Err == nil && v.Link == spec.LinkOn {
		m.stackRows(v)
		m.offerRows(v)
	}
	m.detail.SetLen(len(m.rows))
	if m.detail.Cursor == 0 && len(m.rows) > 1 && m.rows[0].table == levels { // a heading
		m.detail.To(1)
	}
}

func (m *Model) add(table int, cells ...widget.Cell) {
	m.rows = append(m.rows, row{table: table, cells: cells})
}

// text adds a text, in as many lines as it needs.
func (m *Model) text(style widget.Style, indent int, text string) {
	for _, s := range widget.Wrap(widget.Clean(text), max(m.width-4-indent, 20)) {
		m.add(free, widget.Cell{Text: strings.Repeat(" ", indent) + s, Style: style})
	}
}

func (m *Model) head(table int, titles ...string) {
	cells := make([]widget.Cell, len(titles))
	for i, t := range titles {
		cells[i] = widget.Cell{Text: t, Style: m.look.Head}
	}
	if len(m.rows) > 0 {
		m.add(free)
	}
	m.add(table, cells...)
}

// facts say in a few words what a host is, as many as there is room for.
func facts(v *deploy.HostView, room int) string {
	var parts []string
	info := v.Info
	if v.Link != spec.LinkOn { // what it said of itself may be of long ago
		info = spec.Info{}
	}
	if os := cmp.Or(info.OS.String(), v.HostStatus.OS.String()); os != "" {
		parts = append(parts, os)
	}
	if info.Address != "" {
		parts = append(parts, info.Address)
	}
	if info.Simulated {
		parts = append(parts, "simulated")
	}
	if version := cmp.Or(info.Version, v.Version); version != "" {
		parts = append(parts, "agent "+version)
	}
	for len(parts) > 1 && widget.Width(widget.Clean(strings.Join(parts, "   "))) > room {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, "   ")
}

func (m *Model) about(v *deploy.HostView) {
	l := m.look
	if v.Like != "" {
		m.text(l.Bad, 0, v.Account+" is not "+string(v.Like)+", which it looks like")
	}
	if v.Link != spec.LinkOn {
		m.absent(v)
		return
	}
	if v.Err != nil {
		text, hint := format.Err(v.Err)
		m.text(l.Bad, 0, text)
		if hint != "" {
			m.text("", 0, "hint: "+hint)
		}
		return
	}
	busy := v.Info.Busy
	if v.Version != "" {
		busy = v.Busy // the fleet knows better, without being asked
	}
	if busy != "" {
		m.text(l.Busy, 0, l.Glyphs.Run+" busy with "+m.names(busy))
	}
	if names := v.Info.Simulations; len(names) > 0 {
		m.text("", 0, "only pretend, and change nothing here: "+strings.Join(names, " "))
	}
	for _, b := range v.Info.Bundles {
		m.text("", 0, "modules "+b.Text())
	}
	for _, note := range v.Info.Notes {
		for line := range strings.Lines(note) {
			m.text(l.Bad, 0, "! "+strings.TrimRight(line, "\n"))
		}
	}
}

// absent is about a host that cannot be reached.
func (m *Model) absent(v *deploy.HostView) {
	m.text(m.look.Bad, 0, string(v.Host)+" cannot be reached: "+format.Away(m.now, &v.HostStatus))
	if v.Link == spec.LinkLost {
		m.text("", 0, "It goes on by itself if it can.")
		m.text("", 0, "What became of its run is known when it is back.")
	}
}

func (m *Model) stackRows(v *deploy.HostView) {
	if len(format.Applied(v)) > 0 {
		m.head(levels, "", "STATE STACK", "", "ENTERED WITH", "SINCE")
	}
	var idle []string
	for i := range v.Stacks {
		s := &v.Stacks[i]
		if len(s.Applied) <= 1 && s.Doing == nil && s.Fault == nil {
			idle = append(idle, s.Path.Lifecycle())
			continue
		}
		first := len(m.rows)
		m.stack(s)
		for k := first; k < len(m.rows); k++ {
			m.rows[k].lifecycle = s.Path.Lifecycle()
		}
	}
	if len(idle) > 0 {
		m.text(m.look.Dim, 0, "nothing applied of: "+strings.Join(idle, " "))
	}
}

// stack draws a service as a stack of states, the newest on top.
func (m *Model) stack(s *spec.Stack) {
	l := m.look
	name := s.Path.Lifecycle()
	if v := m.view(); s.Simulated && !v.Info.Simulated {
		name = widget.Simulated + name
	}
	sign, style, what, level := l.OK, l.Good, widget.Cell{Text: s.Doc, Style: l.Dim}, l.Good
	switch {
	case s.Doing != nil:
		sign, style, what, level = l.Glyphs.Run, l.Busy, widget.Cell{Text: "now: " + s.Doing.Name(), Style: l.Busy}, l.Warn
	case s.Fault != nil:
		sign, style, what, level = l.Fail, l.Bad, widget.Cell{Text: "FAIL " + s.Fault.Step.Name() + ", " + format.Age(m.now, s.Fault.At), Style: l.Bad}, l.Warn
	}
	m.add(services, widget.Cell{Text: sign, Style: style}, widget.Cell{Text: name, Style: widget.Strong}, what)
	if s.Fault != nil {
		text, hint := format.Err(s.Fault.Err)
		m.text(l.Bad, 4, text)
		if hint != "" {
			m.text("", 4, "hint: "+hint)
		}
	}
	for i, a := range slices.Backward(s.Applied) {
		now, state := "", widget.Style("")
		if i == len(s.Applied)-1 {
			now, state = "NOW", widget.Strong
		}
		when := ""
		if !a.At.IsZero() {
			when = format.Ago(m.now, a.At)
		}
		with := append(format.Inputs(a.Inputs), "")
		m.add(levels, widget.Cell{Text: l.Level, Style: level}, widget.Cell{Text: fmt.Sprintf("%d %s", i+1, a.State), Style: state}, widget.Cell{Text: now, Style: level}, widget.T(with[0]), widget.Cell{Text: when, Style: l.Dim, Right: true})
		for _, w := range with[1:max(len(with)-1, 1)] {
			m.add(levels, widget.Cell{Text: l.Level, Style: level}, widget.T(""), widget.T(""), widget.T(w))
		}
	}
	for _, c := range slices.Backward(s.Calls) {
		if c.Changed() {
			continue
		}
		text := fmt.Sprintf("last call %s.%s %s", c.State, c.Provide, format.Age(m.now, c.At))
		if c.Returns != nil {
			text += ", returned " + format.Value(c.Returns)
		}
		m.text(l.Dim, 4, text)
		break
	}
	m.add(free)
}

func (m *Model) offerRows(v *deploy.HostView) {
	first := true
	for i := range m.offers {
		o := &m.offers[i]
		if !slices.Contains(o.Hosts, v.Host) {
			continue
		}
		if first {
			m.head(offers, "OFFERS HERE", "STATE", "ASKS")
			first = false
		}
		p := o.Provide
		m.add(offers, widget.T(p.Path.Lifecycle()+"."+p.Name()), widget.Cell{Text: p.Path.State(), Style: m.look.Dim}, widget.Cell{Text: asks(p), Style: m.look.Dim})
		m.rows[len(m.rows)-1].offer = o
	}
}

// asks says what a provide itself asks for.
func asks(p spec.Provide) string {
	var parts []string
	for _, r := range p.Requires {
		if r.Remote() {
			parts = append(parts, r.Name+": "+string(r.Pattern))
			continue
		}
		for _, v := range r.Vars {
			parts = append(parts, v.Name)
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}
