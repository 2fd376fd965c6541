package lifecycle

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes.
type (
	// Plan asks the host for the way to a state, which is then set.
	Plan struct{ To spec.Path }
	// Go moves the lifecycle to a state, once the person has confirmed it.
	Go struct{ Move *deploy.Move }
	// Deploy opens a deployment of an offer on the host.
	Deploy struct {
		Pattern spec.Pattern
		Host    spec.Host
	}
	// Look opens drift or history of the lifecycle.
	Look struct {
		Of      deploy.DriftOf
		History bool
	}
)

const (
	moveTo  widget.Action = "move to state"
	drift   widget.Action = "drift"
	history widget.Action = "history"
)

// Model is the screen.
type Model struct {
	look   widget.Look
	of     spec.Path // /host/Lifecycle
	stack  *spec.Stack
	offers []deploy.Offer
	now    time.Time

	order  []string // states, as they are drawn: the initial one last
	states widget.List
	below  widget.Table // offers
	inList bool         // the offers have the keys
	move   *deploy.Move
	err    error
	asked  spec.Path // the state to which the way was asked for
}

// New makes the screen, empty.
func New(l widget.Look) *Model { return &Model{look: l, below: offersTable()} }

func offersTable() widget.Table {
	return widget.Table{Columns: []widget.Column{{Sign: true}, {Title: "OPERATION"}, {Title: "STATE"}, {Title: "ASKS", Grow: true}}}
}

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) { m.look = l }

// Enter shows a lifecycle of a host, with the cursor on a state, or on the current one.
func (m *Model) Enter(of spec.Path, state string) {
	*m = Model{look: m.look, of: of.Cut(2), now: m.now, below: offersTable()}
	m.states.To(0)
	m.asked = of.Cut(2).Join(state)
}

// Of is the lifecycle that is shown.
func (m *Model) Of() spec.Path { return m.of }

// Set takes what was read of the host.
func (m *Model) Set(hosts []deploy.HostView, offers []deploy.Offer, now time.Time) {
	m.now, m.offers = now, nil
	at, first := m.state(), m.stack == nil
	if first {
		at = m.asked.State()
		m.asked = ""
	}
	m.stack = nil
	for i := range hosts {
		if hosts[i].Host != m.of.Host() {
			continue
		}
		for k := range hosts[i].Stacks {
			if hosts[i].Stacks[k].Path == m.of {
				m.stack = &hosts[i].Stacks[k]
			}
		}
	}
	if m.stack == nil {
		return
	}
	for _, o := range offers {
		if o.Provide.Path.Lifecycle() == m.of.Lifecycle() && slices.Contains(o.Hosts, m.of.Host()) {
			m.offers = append(m.offers, o)
		}
	}
	m.order = slices.Clone(m.stack.States)
	slices.Reverse(m.order)
	m.states.SetLen(len(m.order))
	lines := make([]widget.Line, len(m.offers))
	for i := range lines {
		o := &m.offers[i]
		lines[i] = widget.Line{ID: string(o.Pattern), Make: func() []widget.Cell { return m.offerCells(o) }}
	}
	m.below.Set(lines)
	if at == "" && first {
		at = m.stack.Top()
	}
	if i := slices.Index(m.order, at); i >= 0 {
		m.states.To(i)
	}
	if m.move != nil && !slices.Equal(m.move.Work.From, m.stack.Names()) { // it has moved on
		m.move, m.asked = nil, ""
	}
}

// state is the one under the cursor.
func (m *Model) state() string {
	if m.states.Cursor < len(m.order) {
		return m.order[m.states.Cursor]
	}
	return ""
}

// goal is the state under the cursor as a path.
func (m *Model) goal() spec.Path { return m.of.Join(m.state()) }

// Want asks, once for each state that the cursor comes to, for the way there.
func (m *Model) Want() widget.Request {
	if m.stack == nil || m.state() == "" || m.asked == m.goal() || m.state() == m.stack.Top() {
		return nil
	}
	m.asked, m.move, m.err = m.goal(), nil, nil
	return Plan{m.goal()}
}

// SetMove takes the way to a state, or why there is none.
func (m *Model) SetMove(to spec.Path, x *deploy.Move, err error) {
	if to == m.asked {
		m.move, m.err = x, err
	}
}

// notMoved says why the lifecycle cannot be moved to the state under the cursor, "" if it can.
func (m *Model) notMoved() string {
	switch {
	case m.stack == nil:
		return "the host has not said what it has"
	case m.state() == m.stack.Top():
		return m.state() + " is the current state: move the cursor to another one"
	case m.err != nil:
		return m.err.Error()
	case m.move == nil:
		return "the host is being asked for the way"
	case len(m.move.Problems) > 0:
		return "values are missing: armonic state-goto " + string(m.goal()) + " -R " + string(m.move.Problems[0].Path) + "=…"
	case len(m.move.Work.Steps) == 0:
		return "there is nothing to do"
	}
	return ""
}

func (m *Model) offer() *deploy.Offer {
	if m.below.List.Cursor < len(m.offers) {
		return &m.offers[m.below.List.Cursor]
	}
	return nil
}

// Bindings are the keys that work now.
func (m *Model) Bindings() []widget.Binding {
	noOffer := ""
	if m.offer() == nil {
		noOffer = "it offers nothing here"
	}
	return append([]widget.Binding{
		widget.Key(moveTo, "T", "MOVE", "move the lifecycle to the state under the cursor; you are shown what that undoes, and asked").Unless(m.notMoved()),
		widget.Key(widget.NextPane, "tab", "states, offers", "to the offers, and back to the states"),
		widget.Key(widget.Open, "enter right l", "deploy", "plan the operation under the cursor on this host").Unless(noOffer),
		widget.Key(drift, "D", "drift", "what is not as it was left"),
		widget.Key(history, "H", "history", "what was done"),
		widget.Key(widget.Copy, "y", "copy command", "copy the command that moves it"),
		widget.Key(widget.Back, "esc left h", "back", "go back"),
	}, widget.Moves()...)
}

// Do carries an action out.
func (m *Model) Do(a widget.Action) widget.Request {
	switch a {
	case moveTo:
		if m.notMoved() == "" {
			return Go{m.move}
		}
	case widget.NextPane, widget.PrevPane:
		m.inList = !m.inList && len(m.offers) > 0
	case widget.Open:
		if o := m.offer(); o != nil && m.inList {
			return Deploy{o.Pattern, m.of.Host()}
		}
		m.inList = len(m.offers) > 0
	case drift, history:
		return Look{deploy.DriftOf{Host: m.of.Host(), Lifecycle: m.of.Lifecycle()}, a == history}
	case widget.Copy:
		text := "armonic state-goto " + string(m.goal())
		return widget.CopyText{Text: text, What: text}
	case widget.Back:
		return widget.GoBack{}
	default:
		if m.inList {
			m.below.Do(a)
		} else {
			m.states.Do(a)
		}
	}
	return nil
}

// Where says of what host it is, and in which state.
func (m *Model) Where() widget.Where {
	x := widget.Where{Path: []string{string(m.of.Host()), m.of.Lifecycle()}}
	if m.stack == nil {
		return x
	}
	x.Note = m.stack.Doc
	l := m.look
	switch {
	case m.stack.Fault != nil:
		x.Right = l.Bad.Paint(l.Fail + " FAIL " + m.stack.Fault.Step.Name())
	case m.stack.Doing != nil:
		x.Right = l.Busy.Paint(l.Run + " " + m.stack.Doing.Name())
	default:
		x.Right = l.Good.Paint(l.OK + " " + m.stack.Top())
	}
	return x
}

// Hint is the line about the state or offer under the cursor.
func (m *Model) Hint() string {
	switch o := m.offer(); {
	case m.stack == nil:
		return "The host is being asked ..."
	case m.inList && o != nil:
		return string(o.Pattern) + ": " + cmp.Or(o.Provide.Help, o.Provide.Label) + "  enter plans it"
	case m.state() == m.stack.Top():
		return m.of.Lifecycle() + " is in " + m.state() + ". Another state shows the way there."
	case m.move != nil && len(m.move.Problems) == 0:
		text := "T moves " + m.of.Lifecycle() + " on " + string(m.of.Host()) + " to " + m.state() + ": " + spec.Count(len(m.move.Work.Steps), "step", "steps")
		if n := len(m.move.Users); n > 0 {
			text += ", breaks " + spec.Count(n, "user", "users")
		}
		return text + "."
	}
	return m.notMoved() + "."
}

// since is how long a state has been applied.
func (m *Model) since(state string) (when, with string, applied bool) {
	for _, a := range m.stack.Applied {
		if a.State == state {
			if !a.At.IsZero() {
				when = format.Ago(m.now, a.At)
			}
			return when, strings.Join(format.Inputs(a.Inputs), " "), true
		}
	}
	return "", "", false
}
