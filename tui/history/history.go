package history

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes.
type (
	// Open shows the deployment that a run was part of.
	Open struct{ Run spec.RunID }
	// Refresh reads the hosts again.
	Refresh struct{}
)

const refresh widget.Action = "read again"

// entry is something that was done.
type entry struct{ *deploy.Past }

// Model is the screen.
type Model struct {
	look widget.Look
	of   deploy.DriftOf // what is shown: all hosts, one, or a lifecycle of one
	now  time.Time
	all  []deploy.Past // the newest first
	read bool          // the hosts have answered

	missing []spec.Host // that did not

	table widget.Table
	zoom  bool
}

// New makes the screen, empty.
func New(l widget.Look) *Model {
	return &Model{look: l, table: widget.Table{Columns: []widget.Column{
		{Sign: true}, {Title: "HOST", Priority: 5}, {Title: "SERVICE", Priority: 6}, {Title: "WHAT"}, {Title: "BY", Most: 16, Priority: 2}, {Title: "WITH", Grow: true, Priority: 1},
		{Title: "TOOK", Right: true, Priority: 3}, {Title: "WHEN", Right: true, Priority: 4}}}}
}

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) { m.look = l }

// Enter shows what was done on hosts, or with a lifecycle of one.
func (m *Model) Enter(of deploy.DriftOf) {
	m.of, m.table.List, m.zoom = of, widget.List{}, false
	m.table.Filter.Clear()
	m.all, m.missing, m.read = nil, nil, false
	m.table.Set(nil)
}

// Of says whose past is shown.
func (m *Model) Of() deploy.DriftOf { return m.of }

// Set takes what the hosts remember, the newest first, and which of them did not answer.
func (m *Model) Set(all []deploy.Past, missing []spec.Host) {
	m.all, m.missing, m.read = all, missing, true
	m.narrow()
}

// SetNow says what time it is: when something was done is told from that.
func (m *Model) SetNow(now time.Time) { m.now = now }

func (m *Model) narrow() {
	want := m.table.Filter.Want()
	lines := make([]widget.Line, 0, len(m.all))
	for i := range m.all {
		e := &entry{&m.all[i]}
		if want == "" || strings.Contains(strings.ToLower(e.text()), want) { // those that come are newer
			lines = append(lines, widget.Line{ID: strconv.Itoa(len(m.all) - i), Make: func() []widget.Cell { return m.cells(e) }})
		}
	}
	m.table.Set(lines)
}

func (m *Model) here() *entry {
	if n, err := strconv.Atoi(m.table.ID()); err == nil && n <= len(m.all) {
		return &entry{&m.all[len(m.all)-n]}
	}
	return nil
}

// what says in a few words what was done.
func (e *entry) what() string {
	switch e.Action {
	case spec.Enter:
		return "entered " + e.State
	case spec.Leave:
		return "left " + e.State
	case spec.TakeBack:
		return "took back " + e.State + "." + e.Provide
	default:
		return "called " + e.State + "." + e.Provide
	}
}

func (e *entry) text() string {
	return strings.Join(append(format.Inputs(e.Inputs), string(e.Host), e.Lifecycle, e.what(), e.Who, string(e.By)), " ")
}

// sign gives the sign of what was done, and its style.
func (m *Model) sign(e *entry) (string, widget.Style) {
	l := m.look
	switch {
	case e.Err != nil:
		return l.Wrong, l.Warn
	case e.Action == spec.TakeBack || e.Action == spec.Leave:
		return l.Undone, ""
	}
	return l.OK, l.Good
}

// Typing reports whether letters are text.
func (m *Model) Typing() bool { return m.table.Filter.Typing }

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) widget.Request {
	if m.table.Type(k) {
		m.narrow()
	}
	return nil
}

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	if m.table.Filter.Typing {
		return m.table.Filter.Bindings()
	}
	none, alone := "", ""
	if e := m.here(); e == nil {
		none = "nothing is under the cursor"
	} else if e.By == "" {
		alone = "it was part of no deployment"
	}
	return append([]widget.Binding{
		widget.Key(widget.Open, "enter right l", "deployment", "show the deployment that did it").Unless(cmp.Or(none, alone)),
		widget.Key(widget.Search, "/", "filter", "show only what contains a text: host, service, state, operator, value"),
		widget.Key(widget.Copy, "y", "copy", "copy the row, with its values").Unless(none),
		widget.Key(refresh, "r", "read again", "ask the hosts again"),
		widget.Key(widget.Zoom, "z t", "", "show the list or the details alone"),
		widget.Key(widget.Back, "esc left h", "back", "go back"),
	}, widget.Moves()...)
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	e := m.here()
	switch a {
	case widget.Open:
		if e != nil && e.By != "" {
			return Open{e.By}
		}
	case widget.Search:
		m.table.Filter.Typing = true
	case refresh:
		return Refresh{}
	case widget.Zoom:
		m.zoom = !m.zoom
	case widget.Copy:
		if e != nil {
			return widget.CopyText{Text: strings.Join(m.details(e, 200), "\n"), What: "what was done"}
		}
	case widget.Back:
		switch {
		case m.zoom:
			m.zoom = false
		case m.table.Filter.Text() != "":
			m.table.Filter.Clear()
			m.narrow()
		default:
			return widget.GoBack{}
		}
	default:
		m.table.Do(a)
	}
	return nil
}

// Hint is the line about the row under the cursor.
func (m *Model) Hint() string {
	e := m.here()
	switch {
	case e == nil && m.table.Filter.On():
		return "Nothing matches."
	case e == nil:
		return "Hosts remember the last 1000 calls and changes of state of each service."
	case e.By == "":
		return e.Lifecycle + " on " + string(e.Host) + ": " + e.what() + " " + format.Age(m.now, e.At) + "."
	}
	return e.Lifecycle + " on " + string(e.Host) + ": " + e.what() + " " + format.Age(m.now, e.At) + ". enter shows the deployment that did it."
}
