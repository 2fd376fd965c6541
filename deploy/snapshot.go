package deploy

import (
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// TaskStatus says how far a task or a step is.
type TaskStatus string

// The states of a task.
const (
	Waiting    TaskStatus = "waiting" // for its turn
	Running    TaskStatus = "running"
	Done       TaskStatus = "done"
	FailedTask TaskStatus = "failed"
	Held       TaskStatus = "held"    // what it needs failed
	Stopped    TaskStatus = "stopped" // somebody stopped it
	LostTask   TaskStatus = "lost"    // the agent vanished: the outcome is unknown
)

// Snapshot is an execution at one moment. It does not change any more.
type Snapshot struct {
	Version        int
	ID             spec.DeploymentID
	Started, Ended time.Time
	Over           bool // nothing runs, and nothing can go on
	OK             bool // all is done
	Tasks          []TaskView
	Returns        map[resolver.NodeID]any
	Result         any // what the root's call returned

	Done, Running, Failed, Held, Waiting int // tasks; stopped and lost ones count as failed
	StepsDone, Steps                     int
}

// TaskView is a task at one moment.
type TaskView struct {
	resolver.Task
	Run            spec.RunID // of the latest attempt
	Attempt        int
	Status         TaskStatus
	HeldBy         []resolver.TaskID
	Started, Ended time.Time
	StepStates     []StepState
	Err            *spec.Error
	Stack          []string // of the lifecycle, as last heard

	// Away is since when the agent of a running task does not answer, and AwayWhy the
	// reason. The agent goes on by itself, and is followed again when it is back.
	Away    time.Time
	AwayWhy *spec.Error
}

// HeldBy says what a task that is held needs: "Db on db1, Web on web1".
func (s *Snapshot) HeldBy(t *TaskView) string {
	var by []string
	for i := range s.Tasks {
		if x := &s.Tasks[i]; slices.Contains(t.HeldBy, x.ID) {
			by = append(by, x.Lifecycle+" on "+string(x.Host))
		}
	}
	return strings.Join(by, ", ")
}

// StepState is how far one step is.
type StepState struct {
	Status         TaskStatus
	Started, Ended time.Time
	Done, Total    int // progress, 0 of 0 if the step reports none
	Returns        any // of a call
}

// Snapshot gives the execution as it is now. It is cheap when nothing has changed.
func (e *Execution) Snapshot() *Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.snap != nil {
		return e.snap
	}
	s := &Snapshot{Version: e.version, ID: e.id, Started: e.started, Ended: e.ended,
		Over: !e.ended.IsZero(), OK: true, Returns: map[resolver.NodeID]any{}}
	status := map[resolver.TaskID]TaskStatus{}
	for _, t := range e.tasks {
		v := e.viewOf(t, status)
		status[t.ID] = v.Status
		s.count(&v)
		s.Tasks = append(s.Tasks, v)
	}
	for k, r := range e.facts.Returns {
		s.Returns[k] = r
	}
	s.Result = s.Returns[resolver.Root]
	e.snap = s
	return s
}

// viewOf copies a task. Those before it in the plan have their status noted.
func (e *Execution) viewOf(t *task, status map[resolver.TaskID]TaskStatus) TaskView {
	v := TaskView{Task: t.Task, Run: t.run, Attempt: t.attempt, Status: t.status, Started: t.started,
		Ended: t.ended, StepStates: slices.Clone(t.steps), Err: t.err, Stack: t.stack, Away: t.away, AwayWhy: t.awayWhy}
	if t.status != Waiting {
		return v
	}
	for _, id := range t.After {
		switch status[id] {
		case FailedTask, Held, Stopped, LostTask:
			v.HeldBy = append(v.HeldBy, id)
		case Waiting, Running, Done:
		}
	}
	switch {
	case len(v.HeldBy) > 0:
		v.Status = Held
	case e.stopped:
		v.Status = Stopped
	}
	return v
}

func (s *Snapshot) count(v *TaskView) {
	s.Steps += len(v.StepStates)
	for _, st := range v.StepStates {
		if st.Status == Done {
			s.StepsDone++
		}
	}
	s.OK = s.OK && v.Status == Done
	switch v.Status {
	case Done:
		s.Done++
	case Running:
		s.Running++
	case FailedTask, Stopped, LostTask:
		s.Failed++
	case Held:
		s.Held++
	case Waiting:
		s.Waiting++
	}
}
