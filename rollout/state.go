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
	Approval   *Approval // that the last plan needs, or one before did; see Awaits

	consent consent
	last    *Plan     // or rollback
	earlier []*Plan   // that were made before Plan: what they did it does not tell of
	resumed bool      // what ran then has not been asked for yet
	plans   int       // how often it was planned, or a rollback was
	began   time.Time // it was planned, or gone on with
	n       int       // number of the last record
	epoch   int       // how often it was resumed
	tasks   []*task
	whole   resolver.Plan // the tasks of them all
	byID    map[resolver.TaskID]*task
	on      map[spec.Host]*queue
	running int
	worked  time.Duration // how long something ran, until nothing did the last time
	since   time.Time     // since when something runs
	batches []*batches
}

// task is a task while it is carried out.
type task struct {
	*PlannedTask // of the plan: it is never changed
	status       TaskStatus
	run          spec.RunID
	who          string // asked for the run
	attempt      int
	offset       int  // the current run's first step among Steps
	rejoin       bool // the run was lost: ask for it by its id before anything else
	steps        []StepState
	started      time.Time
	ended        time.Time
	err          *spec.Error
	reason       string
	stack        []string
	away         time.Time
	awayWhy      *spec.Error
	guard        time.Time   // when what its step did is taken back, unless it is confirmed
	rollback     bool        // it takes others back
	rest         []spec.Step // that were dropped

	before     []*task
	dependents []*task
	unmet      int           // tasks that must be done before, and are not
	bad        int           // of those, the ones that failed or are held
	under      int           // of those, the ones that run or are ready
	place      place         // what of its host's queue it is in
	until      time.Time     // when its run is done if it takes a quarter longer than usual; zero if that is not known
	way        time.Duration // how long the longest way from its start to the end takes
	in         []inBatch
	at         int       // its place in the log
	view       *TaskView // as it was drawn last; nil if it has changed
}

func (s *State) apply(r Record) {
	switch r.Kind {
	case RecordPlanned, RecordRollback:
		s.began, s.plans, s.last = r.At, s.plans+1, r.Plan
	case RecordResumed, RecordContinued:
		s.began = r.At
	default:
	}
	switch r.Kind {
	case RecordMade:
		if r.Made != nil {
			s.Made, s.MadeAt, s.MadeBy, s.By = *r.Made, r.At, r.Who, r.Who
			s.Returns, s.byID = map[resolver.NodeID]any{}, map[resolver.TaskID]*task{}
			s.on = map[spec.Host]*queue{}
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
	case RecordAwaitsApproval, RecordApproved, RecordRefused:
		s.applyApproval(r)
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
		t.until = t.end(r.At)
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
	if s.Plan != nil {
		s.earlier = append(s.earlier, s.Plan)
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
	p := *t.PlannedTask
	t.PlannedTask = &p
	t.Steps, t.steps, t.Usual, t.view = t.Steps[:done], t.steps[:done], t.Usual[:min(done, len(t.Usual))], nil
	if done > 0 {
		s.set(t, Done)
	} else {
		s.set(t, Dropped)
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
