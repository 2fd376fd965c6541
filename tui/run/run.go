package run

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/rollout/lines"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/logs"
	"github.com/armonic/armonic/tui/tree"
	"github.com/armonic/armonic/tui/widget"
)

// What the screen asks of the one that routes.
type (
	// Retry does a failed task again.
	Retry struct{ Task resolver.TaskID }
	// Confirm keeps what the guarded step of a task has changed.
	Confirm struct{ Task resolver.TaskID }
	// Cancel lets nothing more start and stops what runs.
	Cancel struct{}
	// Skip goes on without a task.
	Skip struct{ Task resolver.TaskID }
	// MarkDone takes a task as done.
	MarkDone struct{ Task resolver.TaskID }
	// Edit plans what is left again, with other answers.
	Edit struct{}
	// Rollback takes back what the deployment did.
	Rollback struct{}
	// GoOn goes on here with a deployment that is only watched.
	GoOn struct{}
	// Replay plans the same with the same answers, as another deployment.
	Replay struct{}
	// Save writes the answers to a file.
	Save struct{}
)

const (
	retry        widget.Action = "retry"
	cancel       widget.Action = "cancel"
	skip         widget.Action = "skip"
	confirm      widget.Action = "confirm"
	markDone     widget.Action = "mark as done"
	edit         widget.Action = "edit and go on"
	rollBack     widget.Action = "roll back"
	goOn         widget.Action = "go on here"
	replay       widget.Action = "replay"
	save         widget.Action = "save answers"
	followOnOff  widget.Action = "follow what runs"
	logOrSummary widget.Action = "log or summary"
	openAll      widget.Action = "open all"
	closeAll     widget.Action = "close all"
)

// foldFrom is from how many rows on finished parts of the tree fold to one line.
const foldFrom = 30

// Model is the screen.
type Model struct {
	// Watched says that the deployment is carried out elsewhere, or was: it is looked at, and
	// nothing is decided about it before it is gone on with here.
	Watched bool
	// Room is the address of the chat room with the log, "" if there is none.
	Room string

	look widget.Look
	name string

	tree     tree.View
	tasks    [][]int // by item of the tree: its own tasks, as indexes into snap.Tasks
	status   []rollout.TaskStatus
	sums     []stepCount // by item: the steps of all tasks at and below it
	byID     map[resolver.TaskID]int
	bad      []int                // tasks that did not end well
	guards   []int                // those with a guarded step that waits to be confirmed
	hosts    []hostRow            // see listHosts
	away     map[spec.Host]string // since when hosts are, as far as the fleet knows
	snap     *rollout.Snapshot
	pretends string            // how much of it is simulated; see rollout.Snapshot.Simulation
	hostsOf  *rollout.Snapshot // that the rows of the hosts were made of last
	buf      *lines.Buffer
	log      *logs.Pane
	now      time.Time

	inDetail    bool // the log has the keys
	zoom        bool
	follow      bool        // the cursor goes where things happen
	summary     bool        // shown instead of the log
	summaryRows widget.List // how far the summary is scrolled
	ended       bool        // the end was shown
}

// New makes the screen for a plan that begins to run.
func New(l widget.Look, name string, root *resolver.Node, snap *rollout.Snapshot) *Model {
	m := &Model{look: l, name: name, follow: true, buf: &lines.Buffer{}}
	m.log = logs.NewPane(l, m.buf)
	m.layOut(root, snap)
	m.readLog()
	m.followActivity()
	return m
}

// layOut makes the rows for a tree of nodes and the tasks of these.
func (m *Model) layOut(root *resolver.Node, snap *rollout.Snapshot) {
	t := tree.Of(root)
	m.tasks = make([][]int, len(t.Items))
	m.status = make([]rollout.TaskStatus, len(t.Items))
	m.sums = make([]stepCount, len(t.Items))
	m.byID = make(map[resolver.TaskID]int, len(snap.Tasks))
	for k := range snap.Tasks {
		m.byID[snap.Tasks[k].ID] = k
		if i := t.Index(snap.Tasks[k].Node); i >= 0 {
			m.tasks[i] = append(m.tasks[i], k)
		}
	}
	m.tree.Tree = t
	m.tree.OpenByDefault = func(i int) bool {
		return i == 0 || len(t.Items) < foldFrom || m.status[i] != rollout.Done
	}
	m.snap = snap
	m.pretends = snap.Simulation()
	m.layOutHosts()
	m.updateStatus()
	m.tree.Show(t)
}

// Restyle changes how the screen looks.
func (m *Model) Restyle(l widget.Look) {
	m.look = l
	m.log.Restyle(l)
}

// Name is what is deployed.
func (m *Model) Name() string { return m.name }

// Snapshot is the latest.
func (m *Model) Snapshot() *rollout.Snapshot { return m.snap }

// Buffer holds the log lines.
func (m *Model) Buffer() *lines.Buffer { return m.buf }

// Feed takes what has changed.
func (m *Model) Feed(snap *rollout.Snapshot, lines []rollout.LogLine, now time.Time) {
	m.now = now
	if len(lines) > 0 {
		m.buf.Add(lines)
		m.log.CatchUp()
	}
	if m.snap == snap {
		return
	}
	if snap.Plans != m.snap.Plans { // it was planned again, or is taken back
		m.layOut(snap.Plan.Tree(), snap)
	}
	m.snap = snap
	if m.updateStatus() {
		m.tree.Layout()
		m.followActivity()
	}
	if snap.Over && !m.ended {
		m.ended = true
		m.summary = snap.OK
		if m.summary {
			m.tree.Select(0)
			m.readLog()
		}
	}
	if !snap.Over {
		m.ended, m.summary = false, false
	}
}

// Tick moves the clock on.
func (m *Model) Tick(now time.Time) {
	m.now = now
}

// followActivity puts the cursor where things happen: on a failure, else on what runs.
func (m *Model) followActivity() {
	if !m.follow {
		return
	}
	best, at := 0, -1
	for i := range m.tree.Tree.Items {
		for _, k := range m.tasks[i] {
			if w := severity(m.snap.Tasks[k].Status); w >= 5 && w > best {
				best, at = w, i
			}
		}
	}
	if cur := m.tree.Selected(); cur >= 0 && at >= 0 && best == 5 {
		for _, k := range m.tasks[cur] {
			if m.snap.Tasks[k].Status == rollout.Running {
				return // what is looked at still runs
			}
		}
	}
	if at >= 0 {
		m.tree.Select(at)
		m.readLog()
	}
}

// readLog shows the lines of the row under the cursor and of all below it; while
// following, all lines.
func (m *Model) readLog() {
	i := m.tree.Selected()
	if i <= 0 || (m.follow && m.status[i] != rollout.FailedTask) {
		m.log.Only(nil) // whoever follows wants to see what happens, wherever
		return
	}
	ids := []resolver.TaskID{}
	for _, k := range m.below(i) {
		ids = append(ids, m.snap.Tasks[k].ID)
	}
	m.log.Only(ids)
}

// Typing reports whether letters are text.
func (m *Model) Typing() bool { return m.log.Typing() }

// Type handles a key while typing.
func (m *Model) Type(k tea.KeyMsg) widget.Request {
	m.log.Type(k)
	return nil
}
