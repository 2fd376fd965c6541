package catalogue

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes.
type (
	// Deploy opens a deployment. Host is "" unless one was chosen before.
	Deploy struct {
		Pattern spec.Pattern
		Host    spec.Host
	}
	// DeployOn opens a deployment of an offer on several hosts, which are asked for.
	DeployOn struct{ Pattern spec.Pattern }
	// ShowRun opens a run of this session.
	ShowRun struct{ Index int }
	// Resume goes on with a deployment that is not of this session.
	Resume struct{ ID string }
	// ShowHost opens a host in the fleet.
	ShowHost struct{ Host spec.Host }
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

// entry is a row: a heading if it has no text to find.
type entry struct {
	head  string
	offer *deploy.Offer
	run   *Run
	host  spec.Host
	find  string
}

// Model is the screen.
type Model struct {
	look   widget.Look
	offers []deploy.Offer
	runs   []Run
	hosts  []deploy.HostView
	errs   int
	ready  bool

	on     spec.Host // only what this host offers
	filter widget.Field
	rows   []entry
	total  int
	found  int
	list   widget.List
	typing bool
}

// New makes the screen, empty.
func New(l widget.Look) *Model { return &Model{look: l, typing: true} }

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) { m.look = l }

// Set shows what was read of the fleet.
func (m *Model) Set(c deploy.Catalogue, hosts []deploy.HostView) {
	m.offers, m.hosts, m.errs, m.ready = c.Offers, hosts, len(c.Errs), true
	m.search()
}

// SetRuns shows the runs of this session; the cursor stays in its row.
func (m *Model) SetRuns(runs []Run) {
	if slices.Equal(m.runs, runs) {
		return
	}
	m.runs = runs
	m.search()
}

// Enter prepares the screen for a person who comes to it.
func (m *Model) Enter(on spec.Host) {
	m.on, m.typing = on, true
	m.filter.Set("")
	m.search()
	m.top()
}

// Return prepares the screen for a person who comes back to it. Letters are keys: what is
// typed may have been meant for the field that was left, such as a password.
func (m *Model) Return() { m.typing = false }

func (m *Model) top() {
	m.list.To(0)
	m.skip(1)
}

// search finds the rows that match what was typed, best first in each section.
func (m *Model) search() {
	m.rows, m.total, m.found = m.rows[:0], 0, 0
	var ops, runs, hosts []entry
	for i := range m.offers {
		o := &m.offers[i]
		if m.on == "" || slices.Contains(o.Hosts, m.on) {
			ops = append(ops, entry{offer: o, find: string(o.Pattern) + " " + o.Provide.Label + " " + strings.Join(o.Provide.Tags, " ")})
		}
	}
	if m.on == "" {
		for i := range m.runs {
			runs = append(runs, entry{run: &m.runs[i], find: m.runs[i].Name + " " + m.runs[i].Status})
		}
		for i := range m.hosts {
			hosts = append(hosts, entry{host: m.hosts[i].Host, find: string(m.hosts[i].Host)})
		}
	}
	m.section("OPERATION", ops)
	m.section("DEPLOYMENTS", runs)
	m.section("HOSTS", hosts)
	m.list.SetLen(len(m.rows))
	m.skip(1)
}

type entries []entry

func (e entries) String(i int) string { return e[i].find }
func (e entries) Len() int            { return len(e) }

func (m *Model) section(head string, es []entry) {
	m.total += len(es)
	want := strings.TrimSpace(m.filter.Text())
	if want != "" {
		hits := fuzzy.FindFrom(strings.ReplaceAll(want, " ", ""), entries(es))
		rank := func(i int) int { // what contains the very word comes first
			s := strings.ToLower(es[i].find)
			switch w := strings.ToLower(want); {
			case strings.Contains(s, "/"+w):
				return 0
			case strings.Contains(s, w):
				return 1
			}
			return 2
		}
		slices.SortStableFunc(hits, func(a, b fuzzy.Match) int { return rank(a.Index) - rank(b.Index) })
		found := make([]entry, len(hits))
		for i, h := range hits {
			found[i] = es[h.Index]
		}
		es = found
	}
	if len(es) == 0 {
		return
	}
	m.found += len(es)
	m.rows = append(append(m.rows, entry{head: head}), es...)
}

// skip moves the cursor off a heading.
func (m *Model) skip(by int) {
	if m.list.Cursor < len(m.rows) && m.rows[m.list.Cursor].head != "" {
		next := m.list.Cursor + by
		if next < 0 || next >= len(m.rows) {
			next = m.list.Cursor - by
		}
		m.list.To(next)
	}
}

func (m *Model) here() *entry {
	if m.list.Cursor < len(m.rows) && m.rows[m.list.Cursor].head == "" {
		return &m.rows[m.list.Cursor]
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
		m.search()
		m.top()
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
			m.search()
			m.top()
		}
	}
	return nil
}

func (m *Model) open() widget.Request {
	e := m.here()
	switch {
	case e == nil:
		return nil
	case e.offer != nil:
		return Deploy{Pattern: e.offer.Pattern, Host: m.on}
	case e.run != nil:
		if e.run.ID != "" {
			return Resume{ID: e.run.ID}
		}
		return ShowRun{Index: e.run.Index}
	}
	return ShowHost{Host: e.host}
}
