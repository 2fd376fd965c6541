package fleet

import (
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
	head  bool
	table int // which columns it has
	cells []string
	style func(widget.Look) widget.Style
	offer *deploy.Offer

	lifecycle string // that the row is about, "" if it is about more
}

// The tables of the details.
const (
	free = iota
	stacks
	offers
)

func (r *row) plain() string { return strings.TrimSpace(strings.Join(r.cells, "  ")) }

// layout makes the details of the chosen host.
func (m *Model) layout() {
	m.rows = m.rows[:0]
	v := m.view()
	if v == nil {
		m.detail.SetLen(0)
		return
	}
	m.about(v)
	if v.Err == nil && v.Link == spec.LinkOn {
		m.stackRows(v)
		m.offerRows(v)
	}
	m.detail.SetLen(len(m.rows))
}

func (m *Model) text(cells ...string) { m.rows = append(m.rows, row{cells: cells}) }

func (m *Model) head(table int, cells ...string) {
	m.rows = append(m.rows, row{cells: []string{""}}, row{head: true, table: table, cells: cells})
}

func bad(l widget.Look) widget.Style  { return l.Bad }
func dim(l widget.Look) widget.Style  { return l.Dim }
func busy(l widget.Look) widget.Style { return l.Busy }
func good(l widget.Look) widget.Style { return l.Good }

func (m *Model) about(v *deploy.HostView) {
	if v.Like != "" {
		m.rows = append(m.rows, row{cells: []string{v.Account + " is not " + string(v.Like) + ", which it looks like"}, style: bad})
	}
	if v.Link != spec.LinkOn {
		m.absent(v)
		return
	}
	if v.Err != nil {
		text, hint := format.Err(v.Err)
		m.rows = append(m.rows, row{cells: []string{text}, style: bad})
		if hint != "" {
			m.text("hint: " + hint)
		}
		return
	}
	parts := []string{v.Info.OS.String()}
	if v.Info.Address != "" {
		parts = append(parts, "address "+v.Info.Address)
	}
	if v.Info.Version != "" {
		parts = append(parts, "agent "+v.Info.Version)
	}
	if v.Info.Simulated {
		parts = append(parts, "simulated")
	}
	busy := v.Info.Busy
	if v.Version != "" {
		busy = v.Busy // the fleet knows better, without being asked
	}
	if busy != "" {
		parts = append(parts, "busy with "+string(busy))
	}
	m.text(strings.Join(parts, "   "))
	if names := v.Info.Simulations; len(names) > 0 {
		m.text("only pretend, and change nothing here: " + strings.Join(names, " "))
	}
	for _, b := range v.Info.Bundles {
		m.text("modules " + b.Text())
	}
	for _, note := range v.Info.Notes {
		for line := range strings.Lines(note) {
			m.rows = append(m.rows, row{cells: []string{"! " + strings.TrimRight(line, "\n")}, style: bad})
		}
	}
}

// absent is about a host that cannot be reached.
func (m *Model) absent(v *deploy.HostView) {
	m.rows = append(m.rows, row{cells: []string{string(v.Host) + " cannot be reached: " + format.Away(m.now, &v.HostStatus)}, style: bad})
	var parts []string
	if v.HostStatus.OS.Name != "" {
		parts = append(parts, v.HostStatus.OS.String())
	}
	if v.Version != "" {
		parts = append(parts, "agent "+v.Version)
	}
	if len(parts) > 0 {
		m.text(strings.Join(parts, "   "))
	}
	if v.Link == spec.LinkLost {
		m.text("It goes on by itself if it can.")
		m.text("What became of its run is known when it is back.")
	}
}

func (m *Model) stackRows(v *deploy.HostView) {
	if len(format.Applied(v)) > 0 {
		m.head(stacks, "STATE STACK", "", "APPLIED", "ENTERED WITH")
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
		m.rows = append(m.rows, row{cells: []string{"nothing applied of: " + strings.Join(idle, " ")}, style: dim})
	}
}

func (m *Model) stack(s *spec.Stack) {
	name := s.Path.Lifecycle()
	if v := m.view(); s.Simulated && !v.Info.Simulated {
		name = widget.Simulated + name
	}
	m.rows = append(m.rows, row{table: free, cells: []string{name + "   " + s.Doc}, style: func(widget.Look) widget.Style { return widget.Strong }})
	if s.Doing != nil {
		m.rows = append(m.rows, row{cells: []string{"  now: " + s.Doing.Name()}, style: busy})
	}
	if s.Fault != nil {
		text, _ := format.Err(s.Fault.Err)
		m.rows = append(m.rows, row{cells: []string{"  " + s.Fault.Step.Name() + " failed " + format.Age(m.now, s.Fault.At) + ": " + text}, style: bad})
	}
	for i := len(s.Applied) - 1; i >= 0; i-- {
		a := s.Applied[i]
		with := format.Inputs(a.Inputs)
		first, now, style := format.None, "", (func(widget.Look) widget.Style)(nil)
		if len(with) > 0 {
			first = with[0]
		}
		if i == len(s.Applied)-1 {
			now, style = "NOW", good
		}
		when := format.Age(m.now, a.At)
		if i == 0 && a.At.IsZero() {
			when = "base"
		}
		m.rows = append(m.rows, row{table: stacks, style: style, cells: []string{fmt.Sprintf("  %d %s", i+1, a.State), now, when, first}})
		for _, w := range with[min(1, len(with)):] {
			m.rows = append(m.rows, row{table: stacks, cells: []string{"", "", "", w}})
		}
	}
	for _, c := range slices.Backward(s.Calls) {
		if c.Changed() {
			continue
		}
		text := fmt.Sprintf("  last call: %s.%s %s", c.State, c.Provide, format.Age(m.now, c.At))
		if c.Returns != nil {
			text += "  returned " + format.Value(c.Returns)
		}
		m.rows = append(m.rows, row{cells: []string{text}, style: dim})
		break
	}
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
		m.rows = append(m.rows, row{table: offers, offer: o, cells: []string{
			p.Path.Lifecycle() + "." + p.Name(), p.Path.State(), asks(p),
		}})
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
