package run

import (
	"cmp"
	"fmt"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/tui/format"
)

// State is how a deployment is, in a word.
type State string

// The states. What somebody stopped has not failed.
const (
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
	Stopped State = "stopped"

	RolledBack State = "rolled back"
	Waits      State = "waits for approval"
	Refused    State = "refused"
)

// State says how the deployment is.
func (m *Model) State() State {
	switch {
	case m.snap.Awaits != nil:
		return Waits
	case !m.snap.Over:
		return Running
	case m.snap.Refused != "":
		return Refused
	case m.snap.OK && m.snap.RolledBack:
		return RolledBack
	case m.snap.OK:
		return Done
	case m.broken() > 0:
		return Failed
	}
	return Stopped
}

// broken counts the tasks that failed, or of which nobody knows.
func (m *Model) broken() int {
	n := 0
	for _, k := range m.bad {
		if m.snap.Tasks[k].Status != rollout.Stopped {
			n++
		}
	}
	return n
}

// step is the status of a step. Of a task that somebody stopped, no step has failed.
func step(t *rollout.TaskView, i int) rollout.TaskStatus {
	if s := t.StepStates[i].Status; s != rollout.FailedTask || t.Status != rollout.Stopped {
		return s
	}
	return rollout.Stopped
}

// Trouble is why it failed, in a sentence; "" if it did not, or nobody knows.
func (m *Model) Trouble() string {
	t := m.failed()
	if t == nil || t.Err == nil {
		return ""
	}
	text, _, _ := format.Fault(t.Err)
	return string(t.Host) + " " + t.Lifecycle + ": " + text
}

// stepCount is how many steps there are, and are done.
type stepCount struct{ done, all int }

func (s stepCount) String() string { return fmt.Sprintf("%d/%d", s.done, s.all) }

func (s *stepCount) add(x stepCount) {
	s.done += x.done
	s.all += x.all
}

// stepsOf counts the steps of a task.
func (m *Model) stepsOf(k int) stepCount {
	t := m.snap.Tasks[k]
	return stepCount{t.StepsDone, len(t.StepStates)}
}

// updateStatus finds the status of each row of the tree from the tasks at and below it,
// and reports whether any has changed.
func (m *Model) updateStatus() bool {
	items := m.tree.Tree.Items
	next := make([]rollout.TaskStatus, len(items))
	clear(m.sums)
	m.bad, m.guards = m.bad[:0], m.guards[:0]
	for k, t := range m.snap.Tasks {
		if !t.Guard.IsZero() {
			m.guards = append(m.guards, k)
		}
		switch t.Status {
		case rollout.FailedTask, rollout.Stopped, rollout.LostTask:
			m.bad = append(m.bad, k)
		case rollout.Waiting, rollout.Running, rollout.Done, rollout.Held, rollout.SkippedTask, rollout.Dropped:
		}
	}
	changed := false
	for i := len(items) - 1; i >= 0; i-- {
		for _, k := range m.tasks[i] {
			next[i] = worse(next[i], m.snap.Tasks[k].Status)
			m.sums[i].add(m.stepsOf(k))
		}
		if p := items[i].Parent; p >= 0 {
			next[p] = worse(next[p], next[i])
			m.sums[p].add(m.sums[i])
		}
		changed = changed || next[i] != m.status[i]
	}
	m.status = next
	return changed
}

func severity(s rollout.TaskStatus) int {
	switch s {
	case rollout.FailedTask:
		return 7
	case rollout.LostTask:
		return 6
	case rollout.Running:
		return 5
	case rollout.Held:
		return 4
	case rollout.Stopped:
		return 3
	case rollout.Waiting:
		return 2
	case rollout.Done, rollout.SkippedTask, rollout.Dropped:
		return 1
	}
	return 0
}

func worse(a, b rollout.TaskStatus) rollout.TaskStatus {
	if started := (a == rollout.Done && b == rollout.Waiting) || (a == rollout.Waiting && b == rollout.Done); started {
		return rollout.Waiting
	}
	if severity(b) > severity(a) {
		return b
	}
	return a
}

// below gives the tasks at and below a row.
func (m *Model) below(i int) []int {
	out := append([]int(nil), m.tasks[i]...)
	for _, k := range m.tree.Tree.Items[i].Children {
		out = append(out, m.below(k)...)
	}
	return out
}

// failed is the task that R would do again: that of the row under the cursor, or
// the first that failed.
func (m *Model) failed() *rollout.TaskView {
	var first *rollout.TaskView
	cur := m.tree.Selected()
	for _, k := range m.bad {
		t := m.snap.Tasks[k]
		if first == nil || (t.Status == rollout.FailedTask && first.Status != rollout.FailedTask) {
			first = t
		}
		if cur >= 0 && m.tree.Tree.Index(t.Node) == cur {
			return t
		}
	}
	return first
}

// guarded is the task whose guarded step waits to be confirmed: that under the cursor, or else
// the first. It is nil if there is none.
func (m *Model) guarded() *rollout.TaskView {
	var first *rollout.TaskView
	cur := m.tree.Selected()
	for _, k := range m.guards {
		t := m.snap.Tasks[k]
		if cur >= 0 && m.tree.Tree.Index(t.Node) == cur {
			return t
		}
		first = cmp.Or(first, t)
	}
	return first
}
