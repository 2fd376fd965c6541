package logs

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes.
type (
	// Open shows the deployment of a line.
	Open struct{ ID spec.DeploymentID }
	// Save writes lines to a file, which is asked for.
	Save struct {
		Text func() []byte // all of them, made when they are written
		What string        // "212 lines"
	}
	// AskLimits asks of which hosts and what time lines are to be shown.
	AskLimits struct{ Text string }
)

// Model is the screen of the lines of all deployments.
type Model struct {
	look widget.Look
	pane *Pane
	zoom bool
}

// New makes the screen, without lines.
func New(l widget.Look) *Model {
	return &Model{look: l, pane: &Pane{look: l, around: contexts[1], timed: true}}
}

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) {
	m.look = l
	m.pane.Restyle(l)
}

// Show puts the lines of deployments on the screen.
func (m *Model) Show(all []Source) { m.pane.set(all) }

// Limit shows only the lines within limits.
func (m *Model) Limit(x Limits) {
	m.pane.limits = x
	m.pane.refilter()
}

// Typing reports whether letters are text.
func (m *Model) Typing() bool { return m.pane.Typing() }

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) widget.Request {
	m.pane.Type(k)
	return nil
}

// Where says how many lines there are, and what became of the others.
func (m *Model) Where() widget.Where {
	n, dropped, disk := 0, 0, 0
	for _, s := range m.pane.sources {
		n += s.Buf.Len() - s.Buf.First()
		dropped += s.Buf.Dropped()
		disk += s.Buf.OnDisk()
	}
	if len(m.pane.sources) == 0 {
		return widget.Where{}
	}
	right := fmt.Sprintf("%s   dropped %d", spec.Count(n, "line", "lines"), dropped)
	if disk > 0 {
		right += fmt.Sprintf("   %d MiB on disk", (disk+1<<20-1)>>20)
	}
	return widget.Where{Note: "all deployments, all hosts, by time", Right: right}
}

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	rule := widget.Rule{Title: "Lines", Focus: true, Note: m.pane.following()}
	if len(m.pane.sources) == 0 {
		return m.look.Pane(rule, w, h, []string{"", "  Nothing has run yet: what it says appears here."}), widget.Point{Y: 1}
	}
	if m.zoom || h < widget.Low {
		lines, at := m.pane.Draw(w, h-1, true)
		at.Y++
		return m.look.Pane(rule, w, h, lines), at
	}
	line, x := m.pane.filterLine(w)
	out := []string{line, m.limits(w)}
	if h >= 24 {
		out = append(out, m.pane.strip(w)...)
	}
	selected := m.selected(w, min(h/5, 6))
	rows := h - len(out) - len(selected)
	lines, at := m.pane.drawLines(w, rows-1, true, false)
	at.Y += len(out) + 1
	if m.Typing() {
		at = widget.Point{X: x}
	}
	if len(lines) == 0 {
		lines = []string{"", "  No line is within all that."}
	}
	return append(append(out, m.look.Pane(rule, w, rows, lines)...), selected...), at
}

// limits says in words what else decides which lines are shown.
func (m *Model) limits(w int) string {
	l, p := m.look, m.pane
	level := [...]string{"all", "warnings and errors", "errors"}[p.level]
	hosts, since := "all", ""
	if len(p.limits.Hosts) > 0 {
		hosts = strings.Join(p.limits.Hosts, " ")
	}
	if t := p.limits.Since; !t.IsZero() {
		since += "   since " + t.Local().Format("15:04:05")
	}
	if t := p.limits.Until; !t.IsZero() {
		since += "   until " + t.Local().Format("15:04:05")
	}
	of := "all " + fmt.Sprint(len(p.sources))
	if i := m.only(); i >= 0 {
		of = p.sources[i].Name
	}
	text := "level " + level
	if p.narrowed() && p.around > 0 {
		text += fmt.Sprintf(" and %d around", p.around)
	}
	return l.Fit(" "+l.Dim.Paint(widget.Clean(text+since+"   hosts "+hosts+"   deployments "+of)), w)
}

// only is the source whose lines alone are shown, -1 for all.
func (m *Model) only() int {
	return slices.IndexFunc(m.pane.sources, func(s *source) bool { return s.Buf == m.pane.of })
}

// selected is the line under the cursor as a whole, with where it comes from.
func (m *Model) selected(w, h int) []string {
	p := m.pane
	x := p.Line()
	if x == nil || h < 3 {
		return nil
	}
	of := p.sources[p.shown[p.list.Cursor].src].Name
	rule := widget.Rule{Title: string(x.Host), Note: x.At.Local().Format("Jan 2 15:04:05.000")}
	for _, s := range []string{of, x.Step} {
		if s != "" {
			rule.Title += "   " + s
		}
	}
	lines := p.wrapped(widget.Clean(x.Text), w, h-1)
	return m.look.Pane(rule, w, 1+max(len(lines), 2), lines)
}

// Hint says what can be done.
func (m *Model) Hint() string {
	p := m.pane
	if len(p.sources) == 0 {
		return "Log lines arrive here while something runs."
	}
	if n := len(p.marked); n > 0 {
		return spec.Count(n, "line", "lines") + " marked: w writes them to a file, y copies them, esc takes the marks away."
	}
	if x := p.Line(); x != nil {
		return string(x.Host) + ": enter opens the deployment, / looks for a text."
	}
	return "No line matches; esc clears the filter."
}
