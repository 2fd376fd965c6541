package rollout

import (
	"slices"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// State is what follows from the records of a deployment. The zero value is that of none.
// It is not for concurrent use.
type State struct {
	Made
	Plan       *Plan // the last; a rollback is none
	MadeAt     time.Time
	MadeBy     string
	By         string // who carries it out, or did last
	Ended      time.Time
	ReplacedBy spec.DeploymentID
	Stopped    bool // start no more
	Left       bool // nobody carries it out
	RolledBack bool // it is being taken back, or was, as a whole or on some hosts
	Returns    map[resolver.NodeID]any

	resumed bool      // what ran then has not been asked for yet
	plans   int       // how often it was planned, or a rollback was
	began   time.Time // it was planned, or gone on with
	n       int       // number of the last record
	epoch   int       // how often it was resumed
	tasks   []*task
	whole   resolver.Plan // the tasks of them all
	byID    map[resolver.TaskID]*task
	ready   map[spec.Host][]*task // what waits for nothing but its host, in plan order
	busy    map[spec.Host]int     // running tasks
	running int
	worked  time.Duration // how long something ran, until nothing did the last time
	since   time.Time     // since when something runs
	batches []*batches
}

// task is a task while it is carried out.
type task struct {
	PlannedTask
	status   TaskStatus
	run      spec.RunID
	who      string // asked for the run
	attempt  int
	offset   int  // the current run's first step among Steps
	rejoin   bool // the run was lost: ask for it by its id before anything else
	steps    []StepState
	started  time.Time
	ended    time.Time
	err      *spec.Error
	reason   string
	stack    []string
	away     time.Time
	awayWhy  *spec.Error
	guard    time.Time   // when what its step did is taken back, unless it is confirmed
	rollback bool        // it takes others back
	rest     []spec.Step // that were dropped

	dependents []*task
	unmet      int           // tasks that must be done before, and are not
	bad        int           // of those, the ones that failed or are held
	way        time.Duration // how long the longest way from its start to the end takes
	in         []inBatch
	at         int       // its place in the log
	view       *TaskView // as it was drawn last; nil if it has changed
}

func (s *State) apply(r Record) {
	switch r.Kind {
	case RecordPlanned, RecordRollback:
		s.began, s.plans = r.At, s.plans+1
	case RecordResumed, RecordContinued:
		s.began = r.At
	default:
	}
	switch r.Kind {
	case RecordMade:
		if r.Made != nil {
			s.Made, s.MadeAt, s.MadeBy, s.By = *r.Made, r.At, r.Who, r.Who
			s.Returns, s.byID = map[resolver.NodeID]any{}, map[resolver.TaskID]*task{}
			s.ready, s.busy = map[spec.Host][]*task{}, map[spec.Host]int{}
		}
	case RecordPlanned:
		s.planned(r.Plan)
	case RecordRollback:
		s.rollback(r.Plan)
	case RecordResumed:
		s.By, s.Left, s.resumed = r.Who, false, true
	case RecordStopped:
		s.setStopped(true)
	case RecordContinued:
		s.setStopped(false)
	case RecordLeft:
		s.Left = true
	case RecordReplaced:
		s.ReplacedBy = r.Other
	case RecordOver:
		s.Ended = r.At
	default:
		if t := s.byID[r.Task]; t != nil {
			s.applyTo(t, r)
		}
	}
}

// applyTo takes a record about a task.
func (s *State) applyTo(t *task, r Record) {
	t.view = nil
	switch r.Kind {
	case RecordHandedOver:
		t.run, t.attempt, t.offset, t.who = r.Run, r.Attempt, r.Step, r.Who
		t.err, t.ended = nil, time.Time{}
		if t.started.IsZero() {
			t.started = r.At
		}
		for _, in := range t.in {
			in.of.begun = max(in.of.begun, in.phase)
		}
		s.set(t, Running)
	case RecordStepStarted:
		if x := t.step(r.Step); x != nil && x.Status != Done {
			*x = StepState{Status: Running, Started: r.At, Run: t.run}
		}
	case RecordProgress:
		if x := t.step(r.Step); x != nil {
			x.Done, x.Total = r.Done, r.Total
		}
	case RecordStepDone:
		t.guard = time.Time{}
		s.stepDone(t, r)
	case RecordStepFailed:
		t.guard = time.Time{}
		if x := t.step(r.Step); x != nil {
			x.Status, x.Ended, x.Run = FailedTask, r.At, t.run
		}
		t.setStack(r.Stack)
	case RecordAway:
		if t.awayWhy = r.Err; r.Err == nil {
			t.away = time.Time{}
		} else if t.away.IsZero() {
			t.away = r.At
		}
	case RecordTaskEnded:
		s.taskEnded(t, r)
	case RecordRetried:
		t.offset, t.started, t.err, t.reason = r.Step, time.Time{}, nil, ""
		t.setStack(r.Stack)
		if !t.rejoin {
			for i := range t.steps {
				switch {
				case i >= r.Step:
					t.steps[i] = StepState{Status: Waiting}
				case t.steps[i].Status != Done:
					t.steps[i] = StepState{Status: Done}
				}
			}
		}
		s.Ended = time.Time{}
		s.set(t, Waiting)
	case RecordSkipped:
		t.reason, t.ended = r.Reason, r.At
		s.Ended = time.Time{}
		s.set(t, SkippedTask)
	case RecordMarkedDone:
		t.reason, t.ended, t.err = r.Reason, r.At, nil
		for i := range t.steps {
			if t.steps[i].Status != Done {
				t.steps[i] = StepState{Status: Done, Ended: r.At}
			}
		}
		t.setStack(r.Stack)
		if r.Returns != nil {
			s.Returns[t.Node] = r.Returns
		}
		s.Ended = time.Time{}
		s.set(t, Done)
	}
}

func (s *State) stepDone(t *task, r Record) {
	x := t.step(r.Step)
	if x == nil {
		return
	}
	x.Status, x.Ended, x.Returns, x.Run = Done, r.At, r.Returns, t.run
	t.setStack(r.Stack)
	if t.Steps[r.Step].Action == spec.Call && !t.rollback {
		s.Returns[t.Node] = r.Returns
	}
}

func (s *State) taskEnded(t *task, r Record) {
	t.ended, t.err, t.rejoin = r.At, r.Err, r.Status == LostTask
	t.away, t.awayWhy, t.guard = time.Time{}, nil, time.Time{}
	t.setStack(r.Stack)
	for i := range t.steps {
		switch x := &t.steps[i]; {
		case r.Status == Done && x.Status != Done: // what was told of it was dropped
			x.Status, x.Ended, x.Run = Done, r.At, t.run
		case x.Status == Running:
			x.Status, x.Ended = r.Status, r.At
		}
	}
	s.set(t, r.Status)
}

// step is a step of the task, nil if it has none of that index.
func (t *task) step(i int) *StepState {
	if i < 0 || i >= len(t.steps) {
		return nil
	}
	return &t.steps[i]
}

func (t *task) setStack(stack []string) {
	if stack != nil {
		t.stack = stack
	}
}

// planned adds tasks, in the place of those that are not done.
func (s *State) planned(p *Plan) {
	if p == nil {
		return
	}
	for _, t := range s.tasks {
		s.drop(t)
	}
	s.Plan, s.Ended, s.Stopped = p, time.Time{}, false
	if len(p.Hosts) > 0 {
		s.Hosts = p.Hosts
	}
	s.batches = nil
	s.add(p.Tasks, false)
	s.addBatches(p.Batches)
}

// rollback adds tasks that take others back. What is not done is dropped: on the hosts of
// the plan, or everywhere if that names none.
func (s *State) rollback(p *Plan) {
	if p == nil {
		return
	}
	for _, t := range s.tasks {
		if len(p.Hosts) == 0 || slices.Contains(p.Hosts, t.Host) {
			s.drop(t)
		}
	}
	s.RolledBack, s.Ended, s.Stopped = true, time.Time{}, false
	s.add(p.Tasks, true)
}

// drop gives a task up that is not done. Of one of which some steps are done those stay, as
// a task that is done.
func (s *State) drop(t *task) {
	if t.status.met() || t.status == Running {
		return
	}
	done := t.done()
	t.rest = append(slices.Clone(t.Steps[done:]), t.rest...)
	t.Steps, t.steps, t.Usual, t.view = t.Steps[:done], t.steps[:done], t.Usual[:min(done, len(t.Usual))], nil
	if done > 0 {
		s.set(t, Done)
	} else {
		s.set(t, Dropped)
	}
}

func (s *State) add(tasks []PlannedTask, rollback bool) {
	first := len(s.tasks)
	for _, p := range tasks {
		t := &task{PlannedTask: p, status: Waiting, steps: make([]StepState, len(p.Steps)), stack: p.From, rollback: rollback}
		for i := range t.steps {
			t.steps[i].Status = Waiting
		}
		for _, id := range p.After {
			before := s.byID[id]
			if before == nil {
				continue
			}
			before.dependents = append(before.dependents, t)
			if !before.status.met() {
				t.unmet++
			}
			if before.held() {
				t.bad++
			}
		}
		t.at = len(s.tasks)
		s.tasks = append(s.tasks, t)
		s.whole.Tasks = append(s.whole.Tasks, t.Task)
		s.byID[t.ID] = t
	}
	for i := len(s.tasks) - 1; i >= first; i-- { // those that depend on it come after it
		t := s.tasks[i]
		for _, d := range t.dependents {
			t.way = max(t.way, d.way)
		}
		t.way += t.usual()
	}
	for _, t := range s.tasks[first:] {
		if t.unmet == 0 {
			s.ready[t.Host] = append(s.ready[t.Host], t)
		}
	}
}

// held reports whether a task keeps those from going on that need it, until somebody
// decides.
func (t *task) held() bool { return t.status.failing() || t.status == Waiting && t.bad > 0 }

// set changes the status of a task, and with it what can be started.
func (s *State) set(t *task, status TaskStatus) {
	was, wasHeld := t.status, t.held()
	t.status, t.view = status, nil
	if was == Running && status != Running {
		s.running--
		s.busy[t.Host]--
	}
	if was != Running && status == Running {
		s.running++
		s.busy[t.Host]++
	}
	if was == Waiting && status != Waiting && t.unmet == 0 {
		s.ready[t.Host] = slices.DeleteFunc(s.ready[t.Host], func(x *task) bool { return x == t })
	}
	if was != Waiting && status == Waiting && t.unmet == 0 {
		s.ready[t.Host] = append(s.ready[t.Host], t)
	}
	if was.met() != status.met() {
		for _, d := range t.dependents {
			s.unmet(d, map[bool]int{true: -1, false: 1}[status.met()])
		}
	}
	s.hold(t, wasHeld)
}

// unmet changes how many tasks must be done before another.
func (s *State) unmet(t *task, by int) {
	before := t.unmet
	t.unmet += by
	if t.status != Waiting {
		return
	}
	switch {
	case t.unmet == 0:
		s.ready[t.Host] = append(s.ready[t.Host], t)
	case before == 0:
		s.ready[t.Host] = slices.DeleteFunc(s.ready[t.Host], func(x *task) bool { return x == t })
	}
}

// hold tells those that depend on a task whether it is held, if that has changed.
func (s *State) hold(t *task, was bool) {
	is := t.held()
	if is == was {
		return
	}
	for _, d := range t.dependents {
		dWas := d.held()
		d.view = nil
		if is {
			d.bad++
		} else {
			d.bad--
		}
		s.hold(d, dWas)
	}
}

func (s *State) setStopped(stopped bool) {
	s.Stopped = stopped
	if !stopped {
		s.Ended = time.Time{}
	}
	for _, t := range s.tasks {
		if t.status == Waiting {
			t.view = nil
		}
	}
}
