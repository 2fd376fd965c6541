package fleet

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Going is a deployment that runs here, needs somebody, or is done.
type Going struct {
	Name        string
	Done, Steps int
	Status      Work // Idle if it is done
	Note        string
}

// SetGoing says which deployments there are, the latest first.
func (m *Model) SetGoing(g []Going) { m.going = g }

// drawGoing is the third pane, where there is room for it: what goes on, what wants a look, which services there are.
func (m *Model) drawGoing(w, h int) ([]string, widget.Point) {
	out := m.drawNow(w)
	for _, part := range [][]string{m.drawWants(w, max(h/3, 4)), m.drawServices(w)} {
		if len(part) > 0 && len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, part...)
	}
	l := m.look
	if len(out) == 0 {
		out = l.Pane(widget.Rule{Title: "Now"}, w, 3, []string{"", "  " + l.Dim.Paint("nothing runs, nothing is applied")})
	}
	for len(out) < h {
		out = append(out, "")
	}
	for i := range out {
		out[i] = l.Fit(out[i], w)
	}
	return out[:max(h, 0)], widget.Point{}
}

// drawNow are the deployments of this session.
func (m *Model) drawNow(w int) []string {
	l := m.look
	if len(m.going) == 0 {
		return nil
	}
	out := []string{l.Rule(widget.Rule{Title: "Now"}, w), ""}
	for _, g := range m.going {
		sign, style := l.OK, l.Good
		switch g.Status {
		case Runs:
			sign, style = l.Run, l.Busy
		case Failed:
			sign, style = l.Fail, l.Bad
		case Waits:
			sign, style = l.Held, l.Warn
		case Idle:
		}
		note := fmt.Sprintf("%d of %d", g.Done, g.Steps)
		out = append(out, "  "+l.Row(widget.Flex(w-4, 1, -1, len(note)), widget.Cell{Text: sign, Style: style}, widget.T(g.Name), widget.Cell{Text: note, Style: l.Dim, Right: true}))
		if g.Status != Idle {
			out = append(out, "    "+l.BarOf(style, g.Done, g.Steps, w-6))
		}
		for _, s := range widget.Wrap(widget.Clean(g.Note), w-6) {
			out = append(out, "    "+style.Paint(s))
		}
	}
	return out
}

// drawWants are the hosts that want a look, the worst first, in at most h lines.
func (m *Model) drawWants(w, h int) []string {
	l := m.look
	var bad []int
	for _, i := range m.shown {
		if m.wantsLook(&m.hosts[i]) {
			bad = append(bad, i)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	slices.SortStableFunc(bad, func(a, b int) int { return m.rank(&m.hosts[a]) - m.rank(&m.hosts[b]) })
	out := []string{l.Rule(widget.Rule{Title: "Wants a look", Note: fmt.Sprint(len(bad))}, w), ""}
	name, state := 4, 4
	for _, i := range bad {
		_, _, word := m.cell(&m.hosts[i])
		name, state = max(name, min(widget.Width(string(m.hosts[i].Host)), w/3)), max(state, len(word))
	}
	for k, i := range bad {
		if len(out) >= h-1 && k < len(bad)-1 {
			out = append(out, "    "+l.Dim.Paint(fmt.Sprintf("%d more", len(bad)-k)))
			break
		}
		x := m.line(&m.hosts[i])
		out = append(out, "  "+l.Row(widget.Flex(w-4, 1, name, state, -1), x.Cells[:4]...))
	}
	return out
}

// drawServices counts on how many hosts each service is, and in which states.
func (m *Model) drawServices(w int) []string {
	l := m.look
	type count struct {
		hosts, faults int
		states        map[string]int
	}
	all := map[string]*count{}
	for i := range m.hosts {
		for _, s := range format.Applied(&m.hosts[i]) {
			c := all[s.Path.Lifecycle()]
			if c == nil {
				c = &count{states: map[string]int{}}
				all[s.Path.Lifecycle()] = c
			}
			c.hosts++
			c.states[s.Top()]++
			if s.Fault != nil {
				c.faults++
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(all))
	widths := widget.Flex(w-4, widget.Widest(7, w/3, names...), 5, 1, -1)
	out := []string{l.Rule(widget.Rule{Title: "Services", Note: spec.Count(len(all), "service", "services")}, w),
		"  " + l.Row(widths, widget.Cell{Text: "SERVICE", Style: l.Head}, widget.Cell{Text: "HOSTS", Style: l.Head, Right: true}, widget.T(""), widget.Cell{Text: "STATES", Style: l.Head})}
	for _, name := range names {
		c := all[name]
		var states []string
		for _, s := range slices.Sorted(maps.Keys(c.states)) {
			states = append(states, fmt.Sprintf("%d %s", c.states[s], s))
		}
		text := widget.T(strings.Join(states, "  "))
		if c.faults > 0 {
			text = widget.Cell{Text: fmt.Sprintf("%d FAIL  %s", c.faults, text.Text), Style: l.Bad}
		}
		out = append(out, "  "+l.Row(widths, widget.T(name), widget.Cell{Text: fmt.Sprint(c.hosts), Right: true}, widget.T(""), text))
	}
	return out
}
