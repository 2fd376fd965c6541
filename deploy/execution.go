package deploy

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Options of an execution. The zero value is usable.
type Options struct {
	ID   spec.DeploymentID // "" makes one
	By   string            // who asks, for the agents' history
	Now  func() time.Time  // nil is time.Now
	Sink func(Update)      // called for every event, one at a time; nil for none

	// Patience is for a host to which the fleet has no way when its turn comes; 0 is 2
	// minutes. An agent that a run may have been handed to is waited for until Stop.
	Patience time.Duration
}

// Update is an event of the run of a task.
type Update struct {
	Task      resolver.TaskID
	Node      resolver.NodeID
	Host      spec.Host
	Lifecycle string
	Step      *spec.Step // with the inputs it is run with; nil where no step is meant
	Event     spec.Event
}

// Execution carries a plan out: tasks whose dependencies are done become runs, one
// at a time on each host, in plan order; what depends on a failed task is held, and
// everything else goes on.
type Execution struct {
	id    spec.DeploymentID
	by    string
	root  spec.Pattern
	fleet Fleet
	now   func() time.Time
	sink  func(Update)

	patience time.Duration

	wake   chan struct{} // size 1: something may be launched; a full one is enough
	wg     sync.WaitGroup
	cancel context.CancelFunc

	resolving  sync.Mutex       // guards the two below
	resolved   *resolver.Result // the last that inputs were taken from
	resolvedAt int              // and after how many returns

	sinkMu   sync.Mutex // one event at a time, in the order in which they take effect
	mu       sync.Mutex // guards all below
	facts    resolver.Facts
	answers  resolver.Answers
	returned int // how often a call returned something

	tasks   []*task
	byID    map[resolver.TaskID]*task
	busy    map[spec.Host]bool
	stopped bool // start no more
	closed  bool // the loop has ended
	started time.Time
	ended   time.Time
	logs    logs
	version int
	changed chan struct{} // closed at the next change
	snap    *Snapshot     // of version, nil if not made yet
}

// task is a task of the plan while it is carried out.
type task struct {
	resolver.Task
	status  TaskStatus
	run     spec.RunID
	attempt int
	offset  int                // the current run's first step among Steps
	rejoin  bool               // the run was lost: ask for it by its id before anything else
	sent    bool               // the agent may have the run
	events  *spec.EventCheck   // of the run, nil before its first hand-over
	leave   context.CancelFunc // ends following the run
	away    time.Time          // since when the agent does not answer; zero if it does
	awayWhy *spec.Error
	steps   []StepState
	started time.Time
	ended   time.Time
	err     *spec.Error
	stack   []string
}

// NewExecution prepares to carry out the session's plan. The error is spec.Invalid
// if there is none yet.
func NewExecution(s *Session, opt Options) (*Execution, error) {
	res := s.Result()
	if res.Plan == nil {
		return nil, spec.Errorf(spec.Invalid, "the deployment is not planned yet: answers are missing or wrong")
	}
	e := &Execution{
		id: opt.ID, by: opt.By, root: s.root, fleet: s.fleet, now: opt.Now, sink: opt.Sink, patience: cmp.Or(opt.Patience, 2*time.Minute),
		wake:    make(chan struct{}, 1),
		answers: maps.Clone(s.answers),
		byID:    map[resolver.TaskID]*task{},
		busy:    map[spec.Host]bool{},
		changed: make(chan struct{}),
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.id == "" {
		e.id = spec.DeploymentID(NewID(e.now()))
	}
	e.facts = resolver.Facts{Hosts: s.facts.Hosts, Learned: map[resolver.NeedKey]resolver.Fact{}, Returns: map[resolver.NodeID]any{}}
	for k, f := range s.facts.Learned {
		e.facts.Learned[k] = f
	}
	for _, t := range res.Plan.Tasks {
		x := &task{Task: t, status: Waiting, steps: make([]StepState, len(t.Steps)), stack: t.From}
		for i := range x.steps {
			x.steps[i].Status = Waiting
		}
		e.tasks = append(e.tasks, x)
		e.byID[t.ID] = x
	}
	return e, nil
}

// NewID makes the id of a deployment, or of a run of none. It cannot be guessed: who
// knows it may read the room of its log.
func NewID(now time.Time) string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails
	return now.UTC().Format("20060102-150405") + "-" + hex.EncodeToString(b)
}

// ID names the deployment.
func (e *Execution) ID() spec.DeploymentID { return e.id }

// Start begins, and returns at once. It is called once. Cancelling ctx detaches:
// agents finish what they were given.
func (e *Execution) Start(ctx context.Context) {
	ctx, e.cancel = context.WithCancel(ctx)
	e.change(func() { e.started = e.now() })
	e.wg.Go(func() { e.loop(ctx) })
}

// Close detaches and waits until no goroutine of the execution is left.
func (e *Execution) Close() {
	if e.cancel != nil {
		e.cancel()
	}
	e.wg.Wait()
}

// loop launches what is ready whenever something has changed.
func (e *Execution) loop(ctx context.Context) {
	for {
		for _, t := range e.ready() {
			e.wg.Go(func() { e.carryOut(ctx, t) })
		}
		select {
		case <-e.wake:
		case <-ctx.Done():
			e.change(func() { e.closed = true })
			return
		}
	}
}

// ready takes the tasks that can start now: the first of each host that is free.
func (e *Execution) ready() []*task {
	var out []*task
	e.change(func() {
		for _, t := range e.tasks {
			if e.stopped || t.status != Waiting || e.busy[t.Host] || !e.met(t) {
				continue
			}
			e.busy[t.Host] = true
			t.status, t.err, t.ended = Running, nil, time.Time{}
			t.attempt++
			if !t.rejoin {
				t.run = runID(e.id, t)
				t.events, t.sent = nil, false
			}
			if t.started.IsZero() {
				t.started = e.now()
			}
			out = append(out, t)
		}
		if e.quiet() && e.ended.IsZero() {
			e.ended = e.now()
		}
	})
	return out
}

// runID names an attempt: a run that ended is never executed again.
func runID(d spec.DeploymentID, t *task) spec.RunID {
	id := string(d) + "/" + string(t.ID)
	if t.attempt > 1 {
		id = spec.Indexed(id, t.attempt)
	}
	return spec.RunID(id)
}

// DeploymentOf is the deployment that a run is part of, by its name; "" if it is none's.
func DeploymentOf(id spec.RunID) spec.DeploymentID {
	d, _, ok := strings.Cut(string(id), "/")
	if !ok {
		return ""
	}
	return spec.DeploymentID(d)
}

func (e *Execution) met(t *task) bool {
	return !slices.ContainsFunc(t.After, func(id resolver.TaskID) bool { return e.byID[id].status != Done })
}

// quiet reports whether nothing runs and nothing can go on. mu is held.
func (e *Execution) quiet() bool {
	for _, t := range e.tasks {
		if t.status == Running || t.status == Waiting && !e.stopped && e.met(t) {
			return false
		}
	}
	return true
}

// Stop cancels what runs and starts no more. Retry goes on again. A run whose agent
// cannot be told is lost: the agent goes on with it.
func (e *Execution) Stop(ctx context.Context) {
	var running []*task
	e.change(func() {
		e.stopped = true
		for _, t := range e.tasks {
			if t.status == Running {
				running = append(running, t)
			}
		}
	})
	each(len(running), func(i int) { e.stop(ctx, running[i]) })
	e.poke()
}

// Wait returns when nothing runs and nothing can go on, with ctx's error, or with
// spec.Canceled once the execution is detached.
func (e *Execution) Wait(ctx context.Context) error {
	version := -1
	for {
		if version = e.Changed(ctx, version); ctx.Err() != nil {
			return ctx.Err()
		}
		if e.Snapshot().Over {
			return nil
		}
		if e.detached() {
			return errDetached()
		}
	}
}

func (e *Execution) detached() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closed
}

func errDetached() error {
	return spec.Errorf(spec.Canceled, "the deployment is no longer followed from here")
}

// Changed waits until the snapshot has a version greater than after, or until ctx
// ends, and returns the version.
func (e *Execution) Changed(ctx context.Context, after int) int {
	for {
		e.mu.Lock()
		version, changed := e.version, e.changed
		e.mu.Unlock()
		if version > after {
			return version
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return version
		}
	}
}

// change runs fn under the lock and tells whoever waits for a change.
func (e *Execution) change(fn func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fn()
	e.version++
	e.snap = nil
	close(e.changed)
	e.changed = make(chan struct{})
}

// poke makes the loop look for what is ready.
func (e *Execution) poke() {
	select {
	case e.wake <- struct{}{}:
	default: // it will look anyway
	}
}
