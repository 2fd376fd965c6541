package catalogue

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	if w >= widget.Wide && h >= widget.Low {
		return m.look.Split(w, h, w*3/5, false, m.drawList, m.drawAbout)
	}
	return widget.Stacked(w, h, h-min(7, h/3), false, m.drawList, m.drawAbout)
}

// Where says on which hosts, and how much was found.
func (m *Model) Where() widget.Where {
	x := widget.Where{Note: "everything that can be opened or run", Right: fmt.Sprintf("%d of %d", len(m.found), m.total)}
	if len(m.on) > 0 {
		x.Path, x.Note = []string{"on " + names(m.on)}, "what can be deployed there"
	}
	return x
}

func (m *Model) drawList(w, h int) ([]string, widget.Point) {
	l := m.look
	rule := widget.Rule{Title: "What to deploy", Focus: true}
	if len(m.on) > 0 {
		rule.Title = "What to deploy on " + names(m.on)
	}
	if deploy.AllSimulated(m.hosts) {
		rule.Note = "simulated"
	}
	field, x := m.filter.Draw(l, max(w-4, 1))
	if !m.typing {
		field = widget.Clean(m.filter.Text())
	}
	if m.typing && m.filter.Text() == "" {
		field += l.Dim.Paint(" a few letters, words in any order")
	}
	m.table.Empty = []string{"nothing matches; esc clears what was typed"}
	if !m.ready {
		m.table.Empty = []string{"the hosts are asked what they offer " + l.Ellipsis}
	}
	lines, at := m.table.Draw(l, rule, w, h-1)
	if m.typing {
		at = widget.Point{X: 3 + x, Y: 1}
	} else {
		at.Y++
	}
	out := append(make([]string, 0, h), lines[0], l.Fit(" > "+field, w))
	return append(out, lines[1:]...), at
}

// drawAbout describes what is under the cursor.
func (m *Model) drawAbout(w, h int) ([]string, widget.Point) {
	l := m.look
	e := m.here()
	if e == nil || e.offer == nil {
		return l.Pane(widget.Rule{}, w, h, m.aboutOther(e, w)), widget.Point{}
	}
	o := e.offer
	p := o.Provide
	var lines []string
	wrap := func(style widget.Style, text string) {
		for _, s := range widget.Wrap(widget.Clean(text), max(w-3, 10)) {
			lines = append(lines, "  "+style.Paint(s))
		}
	}
	head := func(text string) {
		if h > 12 {
			lines = append(lines, "")
		}
		lines = append(lines, " "+l.Head.Paint(text))
	}
	if h > 12 {
		lines = append(lines, "")
	}
	wrap(l.Dim, string(o.Pattern))
	if p.Help != "" {
		wrap("", p.Help)
	} else {
		wrap("", p.Label)
	}
	if p.Simulated && !deploy.AllSimulated(m.hosts) {
		wrap(l.Warn, "simulated: "+format.Pretends)
	}
	if s := m.statesOf(p.Path.Lifecycle()); s != "" {
		head("STATES")
		wrap("", s)
	}
	if len(p.Requires) > 0 {
		head("NEEDS")
		for _, r := range p.Requires {
			wrap("", needs(r))
		}
	}
	if a, ok := m.asks[o.Pattern]; ok {
		head("ASKS")
		wrap("", fmt.Sprintf("%d of %d questions; the others have defaults", a.Open, a.All))
	}
	if len(p.Returns) > 0 {
		head("RETURNS")
		for _, v := range p.Returns {
			wrap("", v.Name+"  "+cmp.Or(v.Label, v.Help))
		}
	}
	head("CAN RUN ON")
	run := fmt.Sprintf("%d: %s", len(o.Hosts), names(o.Hosts))
	if m.errs > 0 {
		run += "   (" + spec.Count(m.errs, "host", "hosts") + " did not answer)"
	}
	wrap(l.Dim, run)
	if u := m.used(o); u.Times > 0 {
		head("USED")
		text := strconv.Itoa(u.Times) + "x, last " + u.Last.Local().Format("Jan 2 15:04")
		if u.Takes > 0 {
			text += ", usually " + format.Took(u.Takes)
		}
		wrap("", text)
	}
	title := p.Path.Lifecycle() + "." + p.Name()
	if len(e.on) > 0 {
		title += " on " + names(e.on)
	}
	return l.Pane(widget.Rule{Title: title}, w, h, lines), widget.Point{}
}

// aboutOther describes what is no operation.
func (m *Model) aboutOther(e *entry, w int) []string {
	if e == nil {
		return nil
	}
	text := e.note
	switch {
	case e.run != nil:
		text = e.run.Name + "  " + e.run.Status + "  " + e.run.When
	case e.command != nil:
		text = e.command.Does
	}
	var out []string
	for _, s := range widget.Wrap(widget.Clean(text), max(w-3, 10)) {
		out = append(out, "  "+s)
	}
	return append([]string{""}, out...)
}

// statesOf lists the states of a lifecycle, as the first host that has it tells.
func (m *Model) statesOf(lifecycle string) string {
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
	case e.command != nil:
		return "enter does it, or asks for what it needs"
	case e.state != "":
		return "enter shows " + e.state.Lifecycle() + " on " + string(e.host)
	}
	return "enter shows " + string(e.host)
}
