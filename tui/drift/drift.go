package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes.
type (
	// Look looks at hosts, or at a lifecycle of one.
	Look struct{ At deploy.DriftOf }
	// Repair enters the states of findings again, once the person has confirmed it.
	Repair struct{ Findings []spec.EffectFinding }
)

// The screen's own actions.
const (
	lookAgain widget.Action = "look again"
	repair    widget.Action = "repair"
)

// Model is the screen.
type Model struct {
	look    widget.Look
	at      deploy.DriftOf
	found   spec.Drift
	failed  []string // what could not be asked
	reading bool

	table    widget.Table
	detail   widget.List
	inDetail bool
	zoom     bool
}

// New makes the screen, empty.
func New(l widget.Look) *Model {
	return &Model{look: l, table: widget.Table{Columns: []widget.Column{
		{Sign: true}, {Title: "HOST", Priority: 1}, {Title: "ENTERED"}, {Title: "WHAT IS NOT AS IT WAS LEFT", Grow: true}}}}
}

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) { m.look = l }

// Reading says that hosts are being asked. What was found elsewhere is forgotten.
func (m *Model) Reading(at deploy.DriftOf) {
	if at != m.at {
		m.found, m.failed, m.detail, m.inDetail = spec.Drift{}, nil, widget.List{}, false
		m.table.Set(nil)
	}
	m.at, m.reading = at, true
}

// At is what is looked at.
func (m *Model) At() deploy.DriftOf { return m.at }

// Set takes what was found, unless something else is looked at by now.
func (m *Model) Set(at deploy.DriftOf, found spec.Drift, failed []error) {
	if at != m.at {
		return
	}
	m.found, m.reading, m.failed = found, false, nil
	for _, err := range failed {
		m.failed = append(m.failed, err.Error())
	}
	slices.SortStableFunc(m.found.Findings, func(a, b spec.EffectFinding) int { return strings.Compare(string(a.Path), string(b.Path)) })
	lines := make([]widget.Line, len(m.found.Findings))
	for i := range lines {
		lines[i] = widget.Line{ID: strconv.Itoa(i), Make: func() []widget.Cell { return m.cells(&m.found.Findings[i]) }}
	}
	m.table.Set(lines)
	m.inDetail = m.inDetail && len(m.found.Findings) > 0
}

func (m *Model) here() *spec.EffectFinding {
	if i, err := strconv.Atoi(m.table.ID()); err == nil {
		return &m.found.Findings[i]
	}
	return nil
}

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	none, called := "", ""
	switch {
	case m.here() != nil:
		if !slices.ContainsFunc(m.found.Findings, func(f spec.EffectFinding) bool { return f.Path.Provide() == string(spec.Enter) }) {
			called = "calls made all of it, and nothing is called twice"
		}
	case m.reading:
		none = "the hosts are being asked"
	default:
		none = "nothing was found that is not as it was left"
	}
	return append([]widget.Binding{
		widget.Key(repair, "R", "REPAIR", "enter the states again whose work is not as it was left; you are shown what that changes, and asked").Unless(cmp.Or(none, called)),
		widget.Key(lookAgain, "r", "look again", "ask the hosts again"),
		widget.Key(widget.NextPane, "tab", "pane", "to the other pane").Unless(none),
		widget.Key(widget.Open, "enter right l", "", "to the difference").Unless(none),
		widget.Key(widget.Copy, "y", "copy", "copy what was found, with the difference").Unless(none),
		widget.Key(widget.Zoom, "z", "", "show the pane alone, without borders"),
		widget.Key(widget.Back, "esc left h", "back", "go back"),
	}, widget.Moves()...)
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	switch a {
	case repair:
		return Repair{m.found.Findings}
	case lookAgain:
		return Look{m.at}
	case widget.NextPane, widget.PrevPane:
		m.inDetail = !m.inDetail && m.here() != nil
	case widget.Open:
		m.inDetail = m.here() != nil
	case widget.Zoom:
		m.zoom = !m.zoom
	case widget.Copy:
		if f := m.here(); f != nil {
			return widget.CopyText{Text: string(f.Path) + "  " + f.Effect.Key + ": " + deploy.Found(*f) + "\n" + f.Diff, What: "what was found"}
		}
	case widget.Back:
		switch {
		case m.inDetail:
			m.inDetail = false
		case m.zoom:
			m.zoom = false
		default:
			return widget.GoBack{}
		}
	default:
		if m.inDetail {
			m.detail.Do(a)
		} else if m.table.Do(a) {
			m.detail = widget.List{}
		}
	}
	return nil
}

// Hint is the line that explains what was found.
func (m *Model) Hint() string {
	switch f := m.here(); {
	case m.reading:
		return "The hosts are being asked ..."
	case f == nil:
		return "What commands did cannot be looked at."
	case f.Path.Provide() != string(spec.Enter):
		return "A call made it: R does not repair that, since nothing is called twice."
	default:
		return "R enters " + f.Path.Lifecycle() + "." + f.Path.State() + " again, once you have seen what that changes."
	}
}

// Draw fills w columns and h rows.
func (m *Model) Draw(w, h int) ([]string, widget.Point) {
	switch {
	case (m.zoom || h < widget.Low) && m.inDetail:
		return m.drawDetail(w, h)
	case m.zoom || h < widget.Low || m.here() == nil:
		return m.drawList(w, h)
	}
	if w >= widget.Wide && h >= 2*widget.Low {
		return m.look.Split(w, h, w*54/100, m.inDetail, m.drawList, m.drawDetail)
	}
	return widget.Stacked(w, h, min(h/2, len(m.found.Findings)+len(m.failed)+4), m.inDetail, m.drawList, m.drawDetail)
}

func (m *Model) drawList(w, h int) ([]string, widget.Point) {
	l := m.look
	box := widget.Rule{Title: "Drift: " + m.at.String(), Focus: !m.inDetail}
	if m.here() != nil {
		box.Note = spec.CountOf(len(m.found.Findings), m.found.Looked, "change", "changes") + " not as left"
	}
	m.table.Foot = nil
	for _, s := range m.failed[:min(len(m.failed), h/2)] {
		m.table.Foot = append(m.table.Foot, "  "+l.Bad.Paint(l.Cut(l.Wrong+" "+widget.Clean(s), w-2)))
	}
	switch {
	case m.reading:
		m.table.Empty = []string{"The hosts are being asked " + l.Ellipsis}
	case m.found.Looked == 0 && len(m.failed) > 0:
		m.table.Empty = nil
	default:
		m.table.Empty = []string{l.Good.Paint(l.OK) + fmt.Sprintf(" All is as it was left (%s looked at).", spec.Count(m.found.Looked, "change", "changes"))}
	}
	return m.table.Draw(l, box, w, h)
}

// cells are the row of a finding.
func (m *Model) cells(f *spec.EffectFinding) []widget.Cell {
	l := m.look
	host, by := string(f.Path.Host()), f.Path.Lifecycle()+"."+f.Path.State()
	if m.at.Host != "" { // it is in the title
		host = ""
	}
	if f.Path.Provide() != string(spec.Enter) {
		by = f.Path.Lifecycle() + "." + f.Path.Provide()
	}
	what := f.Effect.Key + ": " + deploy.Found(*f)
	short, _, _ := strings.Cut(deploy.Found(*f), ": ") // the details have all
	return []widget.Cell{{Text: l.Drift, Style: l.Warn}, {Text: host}, {Text: by}, {Text: what, Short: f.Effect.Key + ": " + short, Style: l.Warn}}
}

func (m *Model) drawDetail(w, h int) ([]string, widget.Point) {
	l := m.look
	f := m.here()
	box := widget.Rule{Title: "As left " + l.Arrow + " as it is", Focus: m.inDetail}
	iw, ih := w, max(h-1, 0)
	lines := []string{f.Effect.Key, "  " + deploy.Found(*f)}
	lines = append(lines, strings.Split(strings.TrimRight(f.Diff, "\n"), "\n")...)
	m.detail.Set(len(lines), ih)
	from, to := m.detail.Window()
	if to < len(lines) {
		box.More = fmt.Sprintf("%d more below", len(lines)-to)
	}
	body, at := []string{}, widget.Point{}
	for i := from; i < to; i++ {
		style := widget.Style("")
		switch s := lines[i]; {
		case i == 0:
			style = l.Head
		case strings.HasPrefix(s, "+"):
			style = l.Good
		case strings.HasPrefix(s, "-"):
			style = l.Bad
		case strings.HasPrefix(s, "@@"):
			style = l.Dim
		}
		here := m.inDetail && i == m.detail.Cursor
		if here {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(style.Paint(l.Cut(widget.Clean(lines[i]), iw-2)), iw, here, true))
	}
	return l.Pane(box, w, h, body), at
}
