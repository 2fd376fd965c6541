package catalogue

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	l := m.look
	box := widget.Box{Title: "What to deploy", Focus: true, Right: fmt.Sprintf("%d of %d", m.found, m.total)}
	if m.on != "" {
		box.Title = "What to deploy on " + string(m.on)
	}
	if deploy.AllSimulated(m.hosts) {
		box.Title += ", simulated"
	}
	iw, ih := box.Inner(w, h)
	field, x := m.filter.Draw(l, max(iw-4, 1))
	if !m.typing {
		field = widget.Clean(m.filter.Text())
	}
	at := widget.Point{X: 3 + x, Y: 1}
	body := []string{"> " + field}
	if m.typing && m.filter.Text() == "" {
		body[0] += l.Dim.Paint(" type a few letters of what you want")
	}
	about := m.about(iw, min(6, ih/3))
	room := max(ih-len(body)-len(about), 1)
	m.list.Set(len(m.rows), room)
	from, to := m.list.Window()
	for i := from; i < to; i++ {
		if i == m.list.Cursor && !m.typing {
			at = widget.Point{X: 1, Y: 1 + len(body)}
		}
		body = append(body, m.row(i, iw))
	}
	switch {
	case !m.ready:
		body = append(body, "  asking the hosts what they offer ...")
	case m.found == 0:
		body = append(body, "  nothing matches; esc clears what was typed")
	}
	for len(body) < ih-len(about) {
		body = append(body, "")
	}
	return l.Box(box, w, h, append(body, about...)), at
}

func (m *Model) row(i, w int) string {
	l := m.look
	e := &m.rows[i]
	widths := widget.Flex(w-2, -4, -4, 6, 6)
	if w < 60 {
		widths = widget.Flex(w-2, -5, -3, 0, 6)
	}
	switch {
	case e.head == "OPERATION":
		return l.Head.Paint("  " + l.Row(widths, widget.T(e.head), widget.T("DOES"), widget.T("ASKS"), widget.T("HOSTS")))
	case e.head != "":
		return l.Head.Paint("  " + l.Fit(e.head, w-2))
	case e.run != nil:
		return l.Pick(l.Row(widths, widget.T(e.run.Name), widget.T(e.run.Status+"  "+e.run.When)), w, i == m.list.Cursor, true)
	case e.host != "":
		return l.Pick(l.Row(widths, widget.T(string(e.host)), widget.Cell{Text: "show the host", Style: l.Dim}), w, i == m.list.Cursor, true)
	}
	o := e.offer
	does := o.Provide.Label
	if does == "" {
		does, _, _ = strings.Cut(o.Provide.Help, "\n")
	}
	return l.Pick(l.Row(widths, widget.T(string(o.Pattern)), widget.Cell{Text: m.mark(o) + does, Style: l.Dim},
		widget.Cell{Text: fmt.Sprint(asks(o.Provide)), Right: true}, widget.Cell{Text: fmt.Sprint(len(o.Hosts)), Right: true}), w, i == m.list.Cursor, true)
}

// mark marks an offer that only pretends on a host that does not.
func (m *Model) mark(o *deploy.Offer) string {
	if o.Provide.Simulated && !deploy.AllSimulated(m.hosts) {
		return widget.Simulated
	}
	return ""
}

func asks(p spec.Provide) int {
	n := 0
	for _, r := range p.Requires {
		n += max(len(r.Vars), 1)
	}
	return n
}

// about describes the operation under the cursor, in at most h lines.
func (m *Model) about(w, h int) []string {
	l := m.look
	e := m.here()
	if e == nil || e.offer == nil || h < 2 {
		return nil
	}
	o := e.offer
	p := o.Provide
	lines := []string{l.Frame.Paint(strings.Repeat(l.Horizontal, w))}
	text := string(o.Pattern)
	if help := strings.TrimSpace(p.Label + ". " + p.Help); help != "." {
		text += "  " + strings.TrimSuffix(help, ". ")
	}
	lines = append(lines, l.Cut(widget.Clean(text), w))
	if p.Simulated && !deploy.AllSimulated(m.hosts) {
		lines = append(lines, l.Warn.Paint(l.Cut("  simulated: "+format.Pretends, w)))
	}
	if s := m.states(p.Path.Lifecycle()); s != "" {
		lines = append(lines, l.Cut("  states  "+widget.Clean(s), w))
	}
	for _, r := range p.Requires {
		lines = append(lines, l.Cut(widget.Clean("  needs  "+needs(r)), w))
	}
	for _, v := range p.Returns {
		lines = append(lines, l.Cut(widget.Clean("  returns  "+v.Name+"  "+cmp.Or(v.Label, v.Help)), w))
	}
	hosts := make([]string, len(o.Hosts))
	for i, x := range o.Hosts {
		hosts[i] = string(x)
	}
	run := fmt.Sprintf("  can run on %d: %s", len(hosts), strings.Join(hosts, " "))
	if m.errs > 0 {
		run += "   (" + spec.Count(m.errs, "host", "hosts") + " did not answer)"
	}
	if len(lines) > h-1 {
		lines = lines[:h-1]
	}
	return append(lines, l.Dim.Paint(l.Cut(widget.Clean(run), w)))
}

// states lists the states of a lifecycle, as the first host that has it tells.
func (m *Model) states(lifecycle string) string {
	for i := range m.hosts {
		for _, s := range m.hosts[i].Stacks {
			if s.Path.Lifecycle() == lifecycle {
				return strings.Join(s.States, " > ")
			}
		}
	}
	return ""
}

func needs(r spec.Require) string {
	if r.Remote() {
		often := map[string]string{"1": "", "?": "at most one ", "*": "any number of "}
		n, known := often[r.Nargs.String()]
		if !known {
			n = r.Nargs.String() + " times "
		}
		where := " on the same host"
		if r.Kind == spec.External {
			where = " on hosts you choose"
		}
		return r.Name + ": " + n + string(r.Pattern) + where
	}
	names := make([]string, len(r.Vars))
	for i, v := range r.Vars {
		names[i] = v.Name + " (" + format.Constraints(v) + ")"
	}
	return strings.Join(names, ", ")
}

// Hint is the line that explains the row under the cursor.
func (m *Model) Hint() string {
	e := m.here()
	switch {
	case e == nil:
		return ""
	case e.offer != nil:
		return "enter plans " + string(e.offer.Pattern) + "; nothing runs before you confirm the plan"
	case e.run != nil:
		return "enter shows the run"
	}
	return "enter shows " + string(e.host)
}
