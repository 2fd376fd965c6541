package catalogue

import (
	"cmp"
	"slices"
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
	// Deploy opens a deployment, on the hosts that were chosen before, if any were.
	Deploy struct {
		Pattern spec.Pattern
		On      []spec.Host
	}
	// DeployOn opens a deployment of an offer on several hosts, which are asked for.
	DeployOn struct{ Pattern spec.Pattern }
	// ShowRun opens a run of this session.
	ShowRun struct{ Index int }
	// Resume goes on with a deployment that is not of this session.
	Resume struct{ ID string }
	// ShowHost opens a host in the fleet.
	ShowHost struct{ Host spec.Host }
	// ShowState opens a lifecycle of a host, with the cursor on a state.
	ShowState struct {
		Host  spec.Host
		State spec.Path
	}
	// Command does a command of the palette, or opens that with what is to be completed.
	Command struct {
		Do   any
		Fill string
	}
	// Ask finds out what an offer asks for, which is then set.
	Ask struct {
		Pattern spec.Pattern
		On      spec.Host
	}
)

const (
	anyHost widget.Action = "any host"
	onHosts widget.Action = "deploy on several hosts"
)

// Run is a deployment of this session, as the list shows it.
type Run struct {
	Name, Status, When string
	Index              int    // among those of this session
	ID                 string // of one that is not of this session
}

// Usage is how often an operation was deployed, when last, and how long that usually takes.
type Usage struct {
	Times int
	Last  time.Time
	Takes time.Duration
}

// Asks is how many questions an operation has, and how many of them have no good answer before
// somebody gives one.
type Asks struct {
	Open, All int
	stale     bool
}

// CommandRow is a command of the palette.
type CommandRow struct {
	Name, Does string
	Command
}

// Model is the screen.
type Model struct {
	look     widget.Look
	offers   []deploy.Offer
	runs     []Run
	hosts    []deploy.HostView
	commands []CommandRow
	usage    map[string]Usage // by lifecycle and provide
	asks     map[spec.Pattern]Asks
	asking   bool
	errs     int
	ready    bool

	on     []spec.Host // only what these hosts offer
	filter widget.Field
	table  widget.Table
	found  []*entry
	heads  []headAt
	total  int
	typing bool
}

// New makes the screen, empty.
func New(l widget.Look) *Model {
	return &Model{look: l, typing: true, asks: map[spec.Pattern]Asks{}, table: widget.Table{Columns: []widget.Column{
		{Title: "NAME"}, {Title: "DOES", Grow: true}, {Title: "ASKS", Right: true, Priority: 3}, {Title: "TIME", Right: true, Priority: 2},
		{Title: "USED", Right: true, Priority: 1}, {Title: "HOSTS", Right: true, Priority: 4}}}}
}

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) {
	m.look = l
	m.search()
}

// Set shows what was read of the fleet.
func (m *Model) Set(c deploy.Catalogue, hosts []deploy.HostView) {
	m.offers, m.hosts, m.errs, m.ready = c.Offers, hosts, len(c.Errs), true
	for p, a := range m.asks { // asked again, when they are looked at
		a.stale = true
		m.asks[p] = a
	}
	m.search()
}

// SetCommands says which commands there are.
func (m *Model) SetCommands(rows []CommandRow) { m.commands = rows }

// SetRuns shows the runs of this session, and how often operations were used; the cursor stays in
// its row.
func (m *Model) SetRuns(runs []Run, usage func() map[string]Usage) {
	if slices.Equal(m.runs, runs) {
		return
	}
	m.runs, m.usage = runs, usage()
	m.search()
}

// SetAsks takes what an operation asks for.
func (m *Model) SetAsks(p spec.Pattern, a Asks) {
	m.asking = false
	m.asks[p] = a
	m.list()
}

// Want asks, one after the other, for what the operations in view ask for.
func (m *Model) Want() widget.Request {
	if m.asking {
		return nil
	}
	for _, e := range m.inView() {
		if a, known := m.asks[e.pattern()]; e.offer == nil || known && !a.stale {
			continue
		}
		m.asking = true
		ask := Ask{Pattern: e.offer.Pattern}
		if len(m.on) > 0 {
			ask.On = m.on[0]
		}
		return ask
	}
	return nil
}

// inView are the entries that can be seen, those about the cursor first.
func (m *Model) inView() []*entry {
	from, to := m.table.List.Window()
	out := []*entry{}
	if e := m.here(); e != nil {
		out = append(out, e)
	}
	ids := m.table.IDs(from, min(to, from+20))
	for _, e := range m.found {
		if slices.Contains(ids, e.id) {
			out = append(out, e)
		}
	}
	return out
}

// Enter prepares the screen for a person who comes to it.
func (m *Model) Enter(on ...spec.Host) {
	m.on, m.typing = on, true
	m.filter.Set("")
	m.search()
	m.table.Do(widget.First)
}

// Return prepares the screen for a person who comes back to it. Letters are keys: what is
// typed may have been meant for the field that was left, such as a password.
func (m *Model) Return() { m.typing = false }

func (m *Model) here() *entry {
	id := m.table.ID()
	for _, e := range m.found {
		if e.id == id {
			return e
		}
	}
	return nil
}

// Typing reports whether letters are text.
func (m *Model) Typing() bool { return m.typing }

// Untouched reports whether nothing has been typed: what is pressed then need not be text.
func (m *Model) Untouched() bool { return m.filter.Text() == "" }

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) widget.Request {
	switch name := widget.Name(k); name {
	case "esc":
		if m.filter.Text() == "" {
			return m.Do(widget.Back)
		}
		m.filter.Set("")
		m.research()
	case "tab":
		m.typing = false
	case "enter":
		return m.Do(widget.Open)
	case "ctrl+o":
		return m.Do(anyHost)
	case "ctrl+g":
		return m.Do(onHosts)
	case "up", "down", "pgup", "pgdown":
		a, _ := widget.Find(widget.Moves(), name)
		return m.Do(a)
	default:
		if m.filter.Type(k) {
			m.research()
		}
	}
	return nil
}

func (m *Model) research() {
	m.search()
	m.table.Do(widget.First)
}

func (m *Model) open() widget.Request {
	e := m.here()
	switch {
	case e == nil:
		return nil
	case e.offer != nil:
		return Deploy{Pattern: e.offer.Pattern, On: e.on}
	case e.run != nil && e.run.ID != "":
		return Resume{ID: e.run.ID}
	case e.run != nil:
		return ShowRun{Index: e.run.Index}
	case e.command != nil:
		return e.command.Command
	case e.state != "":
		return ShowState{Host: e.host, State: e.state}
	}
	return ShowHost{Host: e.host}
}

// used says how often an operation was deployed.
func (m *Model) used(o *deploy.Offer) Usage {
	return m.usage[o.Provide.Path.Lifecycle()+"."+o.Provide.Name()]
}

// mark marks an offer that only pretends on a host that does not.
func (m *Model) mark(o *deploy.Offer) string {
	if o.Provide.Simulated && !deploy.AllSimulated(m.hosts) {
		return widget.Simulated
	}
	return ""
}

// does says what an operation does.
func does(o *deploy.Offer) string {
	first, _, _ := strings.Cut(o.Provide.Help, "\n")
	return cmp.Or(o.Provide.Label, first)
}

// nameOf is what an operation is called: by its pattern where its name is not enough.
func nameOf(o *deploy.Offer) string {
	p := o.Provide.Path
	if o.Pattern == spec.Pattern("//"+p.Lifecycle()+"//"+p.Provide()) {
		return p.Lifecycle() + "." + p.Provide()
	}
	return string(o.Pattern)
}

// line is the row of an entry.
func (m *Model) line(e *entry) widget.Line {
	dim := func(s string) widget.Cell { return widget.Cell{Text: s, Style: m.look.Dim} }
	switch {
	case e.offer != nil:
		o := e.offer
		name := nameOf(o)
		if len(e.on) > 0 && !slices.Equal(e.on, m.on) {
			name += "  on " + names(e.on)
		}
		asks, takes, times := "", "", ""
		if a, ok := m.asks[o.Pattern]; ok {
			asks = strconv.Itoa(a.Open)
		}
		if u := m.used(o); u.Times > 0 {
			times = strconv.Itoa(u.Times) + "x"
			if u.Takes > 0 {
				takes = format.Took(u.Takes)
			}
		}
		return widget.Line{ID: e.id, Cells: []widget.Cell{widget.T(name), dim(m.mark(o) + does(o)), dim(asks), dim(takes), dim(times), dim(strconv.Itoa(len(o.Hosts)))}}
	case e.run != nil:
		return widget.Line{ID: e.id, Cells: []widget.Cell{widget.T(e.run.Name), dim(e.run.Status + "  " + e.run.When)}}
	case e.command != nil:
		return widget.Line{ID: e.id, Cells: []widget.Cell{widget.T(":" + e.command.Name), dim(e.command.Does)}}
	case e.state != "":
		return widget.Line{ID: e.id, Cells: []widget.Cell{widget.T(e.state.Lifecycle() + "." + e.state.State()), dim(e.note)}}
	}
	return widget.Line{ID: e.id, Cells: []widget.Cell{widget.T(string(e.host)), dim(e.note)}}
}

func names(hosts []spec.Host) string {
	out := make([]string, len(hosts))
	for i, h := range hosts {
		out[i] = string(h)
	}
	return strings.Join(out, " ")
}
