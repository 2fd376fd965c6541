package deployments

import (
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes.
type (
	// Open shows a deployment. One that is carried out elsewhere is watched, and left there.
	Open struct{ ID spec.DeploymentID }
	// GoOn goes on with a deployment here, also if somebody else carries it out.
	GoOn struct{ ID spec.DeploymentID }
	// Rollback takes a deployment back, once the person has seen what that changes.
	Rollback struct{ ID spec.DeploymentID }
	// Approval shows what of a deployment is to be approved.
	Approval struct{ ID spec.DeploymentID }
	// Replay plans the same with the same answers, as another deployment.
	Replay struct{ ID spec.DeploymentID }
	// ReplayOn plans the same on other hosts, which are asked for.
	ReplayOn struct {
		ID    spec.DeploymentID
		Hosts []spec.Host
	}
	// OpenFile plans with the answers of a file, which is asked for.
	OpenFile struct{}
	// Save writes the answers of a deployment to a file.
	Save struct{ ID spec.DeploymentID }
	// Read reads a deployment, whose details are then set.
	Read struct{ ID spec.DeploymentID }
)

// The actions about a deployment, also on the screen of one that is watched.
const (
	GoOnHere    widget.Action = "go on here"
	RollBack    widget.Action = "roll back deployment"
	ReplayIt    widget.Action = "replay"
	SaveAnswers widget.Action = "save answers"
	OtherHosts  widget.Action = "replay on other hosts"
	Compare     widget.Action = "compare"
	OpenAnswers widget.Action = "open answers"
	approval    widget.Action = "approval"
)

// Row is a deployment in the list.
type Row struct {
	rollout.Known
	Here     bool              // it is, or was, carried out by this program
	Snapshot *rollout.Snapshot // of one that is
	Replacer string            // the name of the one that has taken its place
}

// Details are what is known of one deployment.
type Details struct {
	Revision int
	Snapshot *rollout.Snapshot
	Err      error
}

// Model is the screen.
type Model struct {
	look    widget.Look
	rows    []Row
	errs    []string // what could not be read
	ready   bool
	now     time.Time
	details map[spec.DeploymentID]Details
	asked   map[spec.DeploymentID]int // the revision of which details were asked for

	table widget.Table
	zoom  bool
	base  spec.DeploymentID // what the one under the cursor is compared with, "" for nothing
}

// New makes the screen, empty.
func New(l widget.Look) *Model {
	return &Model{look: l, details: map[spec.DeploymentID]Details{}, asked: map[spec.DeploymentID]int{}, table: widget.Table{Columns: []widget.Column{
		{Sign: true}, {Title: "NAME"}, {Title: "RESULT"}, {Title: "WHAT", Grow: true, Priority: 4}, {Title: "BY", Most: 16, Priority: 1}, {Title: "HOSTS", Right: true, Priority: 2},
		{Title: "TOOK", Right: true, Priority: 3}, {Title: "WHEN", Right: true}}}}
}

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) { m.look = l }

// Set shows what there is. The cursor stays on its deployment.
func (m *Model) Set(rows []Row, errs []error, ready bool, now time.Time) {
	m.rows, m.ready, m.now, m.errs = rows, ready, now, nil
	for _, err := range errs {
		m.errs = append(m.errs, err.Error())
	}
	m.arrange()
}

// Want asks, once, for the details of the row under the cursor.
func (m *Model) Want() widget.Request {
	r := m.here()
	if r == nil || r.Snapshot != nil {
		return nil
	}
	if rev, ok := m.asked[r.ID]; ok && rev == r.Revision {
		return nil
	}
	m.asked[r.ID] = r.Revision
	return Read{r.ID}
}

// SetDetails takes what was read of a deployment.
func (m *Model) SetDetails(id spec.DeploymentID, d Details) { m.details[id] = d }

// Select puts the cursor on a deployment.
func (m *Model) Select(id spec.DeploymentID) { m.table.To(string(id)) }

func (m *Model) here() *Row { return m.row(spec.DeploymentID(m.table.ID())) }

// arrange puts those that run or need somebody first, the others by day.
func (m *Model) arrange() {
	want := m.table.Filter.Want()
	groups := map[string][]int{}
	for i := range m.rows {
		r := &m.rows[i]
		if want == "" || strings.Contains(strings.ToLower(r.text()), want) {
			groups[m.group(r)] = append(groups[m.group(r)], i)
		}
	}
	var lines []widget.Line
	for _, g := range []string{"", "today", "this week", "older"} {
		if g != "" && len(groups[g]) > 0 {
			lines = append(lines, widget.Line{Head: g})
		}
		for _, i := range groups[g] {
			r := &m.rows[i]
			lines = append(lines, widget.Line{ID: string(r.ID), Make: func() []widget.Cell { return m.cells(r) }})
		}
	}
	m.table.Set(lines)
}

// group names the part of the list in which a row stands.
func (m *Model) group(r *Row) string {
	switch age := m.now.Sub(r.Made); {
	case slices.Contains([]string{"running", "left", "interrupted", "failed"}, r.State):
		return ""
	case age < 24*time.Hour:
		return "today"
	case age < 7*24*time.Hour:
		return "this week"
	}
	return "older"
}

func (r *Row) text() string {
	out := []string{r.Name, string(r.ID), r.State, r.what(), r.By}
	for _, h := range r.Hosts {
		out = append(out, string(h))
	}
	return strings.Join(out, " ")
}

// what is the provide that it calls.
func (r *Row) what() string { return r.Root.Lifecycle() + "." + r.Root.Provide() }

// Typing reports whether letters are text.
func (m *Model) Typing() bool { return m.table.Filter.Typing }

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) widget.Request {
	if m.table.Type(k) {
		m.arrange()
	}
	return nil
}
