package fleet

import (
	"cmp"
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
	// Deploy opens a deployment of an offer on a host, or, without a pattern, the
	// catalogue of what the host offers.
	Deploy struct {
		Pattern spec.Pattern
		Host    spec.Host
		On      []spec.Host // those that are marked, if any
	}
	// Lifecycle opens a lifecycle of a host.
	Lifecycle struct{ Of spec.Path }
	// Drift looks for what is not as it was left.
	Drift struct{ Of deploy.DriftOf }
	// History shows what was done.
	History struct{ Of deploy.DriftOf }
	// Refresh reads the fleet again.
	Refresh struct{}
)

// The screen's own actions.
const (
	deployHere widget.Action = "deploy here"
	refresh    widget.Action = "refresh"
	sortBy     widget.Action = "sort"
	driftHere  widget.Action = "drift"
	stateHere  widget.Action = "lifecycle"
	pastHere   widget.Action = "history"
	wallOrList widget.Action = "wall or list"
	trouble    widget.Action = "next that is not fine"
	mark       widget.Action = "mark"
	markAll    widget.Action = "mark all"
)

// Model is the screen.
type Model struct {
	look   widget.Look
	hosts  []deploy.HostView
	offers []deploy.Offer
	conn   spec.Connection
	now    time.Time
	ready  bool // the fleet was read once

	shown []int // hosts that pass the filter, in order
	table widget.Table
	group grouping
	worst bool // those that need a look come first

	inDetail bool // the details have the keys
	detail   widget.List
	rows     []row
	width    int // of the details, as they were drawn last
	zoom     bool

	wall  bool // a cell a host, rather than a row
	cells int  // in a line of the wall, as it was drawn last
	work  map[spec.Host]Work
	going []Going
	names func(spec.RunID) string
	usual string                 // the versions that most hosts have
	drift map[spec.Host][]string // what was found not to be as it was left
}

// New makes the screen, empty.
func New(l widget.Look) *Model { return &Model{look: l, table: widget.Table{Columns: columns()}} }

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) {
	m.look = l
	m.arrange()
}

// SetNames says what a run is called.
func (m *Model) SetNames(names func(spec.RunID) string) { m.names = names }

// Set shows what was read of the fleet. The cursor stays on its host.
func (m *Model) Set(hosts []deploy.HostView, offers []deploy.Offer, now time.Time) {
	m.hosts, m.offers, m.now, m.ready = hosts, offers, now, true
	m.arrange()
}

// SetConnection says how the fleet is reached, for when there is no host to show.
func (m *Model) SetConnection(c spec.Connection) {
	if m.conn != c {
		m.conn = c
		m.arrange()
	}
}

// Host is the chosen host, "" if there is none.
func (m *Model) Host() spec.Host {
	if v := m.view(); v != nil {
		return v.Host
	}
	return ""
}

// Select puts the cursor on a host.
func (m *Model) Select(h spec.Host) bool {
	ok := m.table.To(string(h))
	m.layout()
	return ok
}

// Detail reports whether the details of a host have the keys.
func (m *Model) Detail() bool { return m.inDetail }

// Open shows a host's details.
func (m *Model) Open(h spec.Host) bool {
	m.table.Filter.Set("")
	m.arrange()
	m.wall = false
	m.inDetail = m.Select(h)
	return m.inDetail
}

func (m *Model) view() *deploy.HostView {
	h := spec.Host(m.table.ID())
	for i := range m.hosts {
		if m.hosts[i].Host == h {
			return &m.hosts[i]
		}
	}
	return nil
}

// Typing reports whether letters are text.
func (m *Model) Typing() bool { return m.table.Filter.Typing }

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) widget.Request {
	m.table.Type(k)
	m.arrange()
	return nil
}

func (m *Model) move(a widget.Action) widget.Request {
	at := m.table.ID()
	if m.table.Do(a) && m.table.ID() != at {
		m.detail = widget.List{}
		m.layout()
	}
	return nil
}

func (m *Model) back() widget.Request {
	switch {
	case m.inDetail:
		m.inDetail = false
	case m.zoom:
		m.zoom = false
	case m.table.Unmark():
	case m.table.Filter.Text() != "":
		m.table.Filter.Set("")
		m.arrange()
	default:
		return widget.GoBack{}
	}
	return nil
}

func (m *Model) offer() *deploy.Offer {
	if m.detail.Cursor < len(m.rows) {
		return m.rows[m.detail.Cursor].offer
	}
	return nil
}

func (m *Model) deploy() widget.Request {
	if o := m.offer(); o != nil {
		return Deploy{Pattern: o.Pattern, Host: m.Host()}
	}
	return nil
}

// lifecycle is the one under the cursor, or the first of the host that has something applied.
func (m *Model) lifecycle() widget.Request {
	v := m.view()
	if v == nil || len(v.Stacks) == 0 {
		return nil
	}
	name := m.under().Lifecycle
	if o := m.offer(); name == "" && m.inDetail && o != nil {
		name = o.Provide.Path.Lifecycle()
	}
	if all := format.Applied(v); name == "" && len(all) > 0 {
		name = all[0].Path.Lifecycle()
	}
	for _, s := range v.Stacks {
		if s.Path.Lifecycle() == name || name == "" {
			return Lifecycle{s.Path}
		}
	}
	return nil
}

// under is what is under the cursor: a lifecycle of a host, or all of it.
func (m *Model) under() deploy.DriftOf {
	of := deploy.DriftOf{Host: m.Host()}
	if m.inDetail && m.detail.Cursor < len(m.rows) {
		of.Lifecycle = m.rows[m.detail.Cursor].lifecycle
	}
	return of
}

func (m *Model) copy() widget.Request {
	v := m.view()
	if v == nil {
		return nil
	}
	if m.inDetail && m.detail.Cursor < len(m.rows) {
		return widget.CopyText{Text: m.rows[m.detail.Cursor].plain(), What: "the row"}
	}
	return widget.CopyText{Text: string(v.Host), What: string(v.Host)}
}

// Hint is the line that explains the row under the cursor.
func (m *Model) Hint() string {
	v := m.view()
	switch {
	case len(m.hosts) == 0 && m.ready && m.conn.Up:
		return "Agents appear here by themselves when they connect."
	case len(m.hosts) == 0 && m.ready:
		return "The hosts are shown when there is a connection."
	case v == nil && m.ready:
		return "No host matches."
	case v == nil:
		return "Reading the fleet ..."
	case v.Link != spec.LinkOn:
		return string(v.Host) + " cannot be reached: " + format.Away(m.now, &v.HostStatus)
	case v.Err != nil:
		text, _ := format.Err(v.Err)
		return string(v.Host) + ": " + text
	case m.inDetail && m.offer() != nil:
		o := m.offer()
		return string(o.Pattern) + ": " + cmp.Or(o.Provide.Help, o.Provide.Label) + "  enter deploys it on " + string(v.Host)
	}
	return strings.TrimRight(string(v.Host)+": "+cmp.Or(format.Services(v), "nothing applied"), " .") + ". enter opens, d deploys on it."
}
