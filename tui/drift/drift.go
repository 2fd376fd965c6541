package drift

import (
	"cmp"
	"fmt"
	"slices"
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

	list     widget.List
	detail   widget.List
	inDetail bool
	zoom     bool
}

// New makes the screen, empty.
func New(l widget.Look) *Model { return &Model{look: l} }

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) { m.look = l }

// Reading says that hosts are being asked. What was found elsewhere is forgotten.
func (m *Model) Reading(at deploy.DriftOf) {
	if at != m.at {
		m.found, m.failed, m.list, m.detail, m.inDetail = spec.Drift{}, nil, widget.List{}, widget.List{}, false
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
	m.list.SetLen(len(m.found.Findings))
	m.inDetail = m.inDetail && len(m.found.Findings) > 0
}

func (m *Model) here() *spec.EffectFinding {
	if m.list.Cursor < len(m.found.Findings) {
		return &m.found.Findings[m.list.Cursor]
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
		} else if m.list.Do(a) {
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
	iw, ih := w, max(h-1, 0)
	var foot []string
	for _, s := range m.failed {
		foot = append(foot, "  "+l.Bad.Paint(l.Cut(l.Wrong+" "+widget.Clean(s), iw-2)))
	}
	foot = foot[:min(len(foot), ih/2)]
	m.list.Set(len(m.found.Findings), max(ih-1-len(foot), 1))
	host, by := 4, 10
	for i := range m.found.Findings {
		p := m.found.Findings[i].Path
		host, by = max(host, min(len(p.Host()), iw/5)), max(by, min(len(p.Lifecycle())+1+len(p.State()), iw/3))
	}
	if m.at.Host != "" {
		host = 0 // it is in the title
	}
	widths := widget.Flex(iw-2, 1, host, by, -1)
	body := []string{l.Head.Paint("  " + l.Row(widths, widget.T(""), widget.T("HOST"), widget.T("ENTERED"), widget.T("WHAT IS NOT AS IT WAS LEFT")))}
	at := widget.Point{}
	from, to := m.list.Window()
	for i := from; i < to; i++ {
		f := &m.found.Findings[i]
		by := f.Path.Lifecycle() + "." + f.Path.State()
		if f.Path.Provide() != string(spec.Enter) {
			by = f.Path.Lifecycle() + "." + f.Path.Provide()
		}
		if i == m.list.Cursor {
			at.Y = 1 + len(body)
		}
		what := widget.Cell{Text: f.Effect.Key + ": " + found(f, widths[3]-len(f.Effect.Key)-2), Style: l.Warn}
		body = append(body, l.Pick(l.Row(widths, widget.Cell{Text: l.Drift, Style: l.Warn}, widget.T(string(f.Path.Host())), widget.T(by), what), iw, i == m.list.Cursor, !m.inDetail))
	}
	if len(m.found.Findings) == 0 {
		switch {
		case m.reading:
			body = []string{"", "  The hosts are being asked ..."}
		case m.found.Looked == 0 && len(m.failed) > 0:
			body = nil
		default:
			text := fmt.Sprintf("All is as it was left (%s looked at).", spec.Count(m.found.Looked, "change", "changes"))
			body = []string{"", "  " + l.Good.Paint(l.Cut(l.OK+" "+text, iw-2))}
		}
	}
	for len(body) < ih-len(foot) {
		body = append(body, "")
	}
	return l.Pane(box, w, h, append(body, foot...)), at
}

// found says what was found, without the explanation where there is no room for it: the details
// have all.
func found(f *spec.EffectFinding, room int) string {
	text := deploy.Found(*f)
	if widget.Width(widget.Clean(text)) > room {
		text, _, _ = strings.Cut(text, ": ")
	}
	return text
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
