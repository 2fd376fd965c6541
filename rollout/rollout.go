package rollout

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Rollout carries a deployment out: tasks whose dependencies are done become runs, one at a
// time on each host, the longest way first; what depends on a failed task is held, and
// everything else goes on.
type Rollout struct {
	fleet    deploy.Fleet
	by       string
	now      func() time.Time
	sink     func(Update)
	patience time.Duration
	demands  []Demand
	copies   bool // agents keep copies of the log
	copier   copier

	wake   chan struct{} // size 1: something may be launched; a full one is enough
	wg     sync.WaitGroup
	cancel context.CancelFunc

	sinkMu  sync.Mutex // one event at a time, in the order in which they take effect
	mu      sync.Mutex // guards all below
	state   *State
	log     Log
	logErr  error    // why records cannot be kept any more
	records []Record // all that are kept
	live    map[resolver.TaskID]*attempt
	ask     asking
	lost    error // who carries the deployment out now, in the place of this process
	closed  bool  // the loop has ended
	left    bool  // Close was called
	lines   logs
	version int
	changed chan struct{} // closed at the next change
	snap    *Snapshot     // of version, nil if not made yet
}

// attempt is what is known only here of a task that is carried out.
type attempt struct {
	events *spec.EventCheck
	sent   bool               // the agent may have the run
	leave  context.CancelFunc // ends following the run
}

// New prepares to carry out the session's plan. The error is spec.Invalid if there is none
// yet.
func New(s *deploy.Session, opt Options) (*Rollout, error) {
	res := s.Result()
	if res.Plan == nil {
		return nil, spec.Errorf(spec.Invalid, "the deployment is not planned yet: answers are missing or wrong")
	}
	r := newRollout(s.Fleet(), opt)
	tops := res.Tops()
	made := &Made{ID: opt.ID, Name: opt.Name, Pattern: s.Pattern(), Root: tops[0].Provide.Path, Hosts: res.Plan.Hosts, Changed: opt.Changed}
	if made.ID == "" {
		made.ID = spec.DeploymentID(NewID(r.now()))
	}
	if made.Name == "" {
		made.Name = DefaultName(s)
	}
	if err := CheckName(made.Name); err != nil {
		return nil, err
	}
	var err error
	if opt.Logs != nil {
		if made.Replaces, err = opt.Logs.replace(made.ID, made.Name, opt.By, r.now()); err != nil {
			return nil, err
		}
		if r.log, err = opt.Logs.create(made.ID); err != nil {
			return nil, err
		}
	}
	r.change(func() {
		r.record(Record{Kind: RecordMade, Who: opt.By, Made: made})
		plan := newPlan(s, opt.Shown)
		plan.unpin(opt)
		r.record(Record{Kind: RecordPlanned, Plan: plan})
		r.demand(plan, opt.Shown)
	})
	r.copies = opt.Logs != nil
	err = r.durable()
	return r, err
}

// Resume prepares to go on with a deployment from its log. What was handed over is asked
// for by its id, and is not done twice.
func Resume(f deploy.Fleet, records []Record, log Log, opt Options) (*Rollout, error) {
	r := newRollout(f, opt)
	r.state, r.log, r.records = Replay(records), log, slices.Clone(records)
	if r.state.ID == "" {
		return nil, spec.Errorf(spec.Invalid, "the log of the deployment has no beginning")
	}
	r.copies = log != nil
	if log == nil {
		r.log = noLog{}
	}
	r.change(func() { r.record(Record{Kind: RecordResumed, Who: opt.By, Leap: opt.far()}) })
	err := r.durable()
	return r, err
}

func newRollout(f deploy.Fleet, opt Options) *Rollout {
	r := &Rollout{fleet: f, by: opt.By, now: opt.Now, sink: opt.Sink, demands: opt.Approval, patience: cmp.Or(opt.Patience, 2*time.Minute),
		wake: make(chan struct{}, 1), state: &State{}, log: noLog{}, live: map[resolver.TaskID]*attempt{}, changed: make(chan struct{})}
	r.copier = copier{r: r, turn: make(chan struct{}, 1)}
	if r.now == nil {
		r.now = time.Now
	}
	return r
}

// ID names the deployment.
func (r *Rollout) ID() spec.DeploymentID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.ID
}

// Pattern is that of the root's provide.
func (r *Rollout) Pattern() spec.Pattern {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.Pattern
}

// Start begins, and returns at once. It is called once. Cancelling ctx detaches: agents
// finish what they were given.
func (r *Rollout) Start(ctx context.Context) {
	ctx, r.cancel = context.WithCancel(ctx)
	r.wg.Go(func() { r.loop(ctx) })
	if r.copies {
		r.wg.Go(func() { r.keepCopies(ctx) })
	}
	r.wg.Go(func() { r.yield(ctx) })
}

// Close detaches and waits until no goroutine of the rollout is left. That nobody carries
// it out any more is in its log.
func (r *Rollout) Close() {
	if r.cancel != nil {
		r.cancel()
	}
	r.wg.Wait()
	first := false
	r.change(func() {
		if first = !r.left; first && r.state.Ended.IsZero() && r.lost == nil {
			r.record(Record{Kind: RecordLeft, Who: r.by})
		}
		r.closed, r.left = true, true
	})
	if first && r.copies {
		r.lastCopy()
	}
	r.change(func() {
		if err := r.log.Close(); r.logErr == nil {
			r.logErr = err
		}
		r.log = noLog{}
	})
}

// loop launches what may start whenever something has changed.
func (r *Rollout) loop(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		r.supervise(ctx)
		tasks, later := r.launch()
		for _, t := range tasks {
			r.wg.Go(func() { r.carryOut(ctx, t) })
		}
		r.seek(ctx)
		if !later.IsZero() {
			timer.Reset(max(0, later.Sub(r.now())))
		}
		select {
		case <-r.wake:
		case <-timer.C:
		case <-ctx.Done():
			r.change(func() { r.closed = true })
			return
		}
	}
}

// launch takes the tasks that start now into the log; among them are those that whoever
// carried the deployment out before had handed over. If none can start, later is when one
// can, the zero time if that depends on what runs or on somebody.
func (r *Rollout) launch() (tasks []*task, later time.Time) {
	r.mu.Lock()
	ready, later := r.state.next(r.now())
	over := r.state.Ended.IsZero() && r.state.over(r.now())
	idle := len(ready) == 0 && !over && !r.state.resumed || r.ask.supervised != r.state.plans
	r.mu.Unlock()
	if idle {
		return nil, later
	}
	r.change(func() {
		if r.state.resumed {
			tasks = r.rejoin()
		}
		if r.ask.supervised != r.state.plans {
			return // planned again: the loop finds out first who has to approve it
		}
		ready, later = r.state.next(r.now())
		for _, t := range ready {
			r.handOver(t)
			tasks = append(tasks, t)
		}
		if r.state.Ended.IsZero() && r.state.over(r.now()) {
			r.end()
		}
	})
	return tasks, later
}

// rejoin gives the tasks that were handed over before the deployment was resumed. mu is held.
func (r *Rollout) rejoin() (tasks []*task) {
	for _, t := range r.state.tasks {
		if t.status == Running && r.live[t.ID] == nil {
			r.live[t.ID] = &attempt{sent: true}
			tasks = append(tasks, t)
		}
	}
	r.state.resumed = false
	return tasks
}

// handOver records that a task becomes a run. mu is held.
func (r *Rollout) handOver(t *task) {
	rec := Record{Kind: RecordHandedOver, Task: t.ID, Who: r.by, Step: t.offset, Attempt: t.attempt, Run: t.run}
	switch {
	case !t.rejoin:
		rec.Attempt++
		rec.Run = runID(r.state.ID, t.ID, rec.Attempt)
		r.live[t.ID] = &attempt{}
	case r.live[t.ID] == nil:
		r.live[t.ID] = &attempt{sent: true}
	}
	r.record(rec)
}

// end records that the deployment is over, and how it ended. mu is held.
func (r *Rollout) end() {
	rec := Record{N: r.state.n + 1, Kind: RecordOver, At: r.now()}
	over := *r.state
	over.Apply(rec)
	summary := over.Summary()
	rec.Over = &summary
	r.record(rec)
}

// Stop cancels what runs and starts no more. Continue or Retry go on again. A run whose
// agent cannot be told is lost: the agent goes on with it.
func (r *Rollout) Stop(ctx context.Context) {
	var running []*task
	var runs []spec.RunID // of each
	r.change(func() {
		if !r.state.Stopped {
			r.record(Record{Kind: RecordStopped, Who: r.by})
		}
		for _, t := range r.state.tasks {
			if t.status == Running {
				running, runs = append(running, t), append(runs, t.run)
			}
		}
	})
	deploy.InParallel(len(running), func(i int) error { r.stop(ctx, running[i], runs[i]); return nil })
	r.poke()
}

// Wait returns when nothing runs and nothing can go on, with ctx's error, or with
// spec.Canceled once the rollout is detached.
func (r *Rollout) Wait(ctx context.Context) error {
	for {
		r.mu.Lock()
		over, closed, changed := !r.state.Ended.IsZero(), r.closed, r.changed
		r.mu.Unlock()
		switch {
		case over:
			return nil
		case closed:
			return r.detachedWhy()
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Snapshot gives the deployment as it is now. It is cheap when nothing has changed.
func (r *Rollout) Snapshot() *Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.snap == nil {
		r.snap = r.state.Snapshot(r.now())
		r.snap.Version, r.snap.Asked = r.version, r.ask.hosts
	}
	return r.snap
}

// Changed waits until the snapshot has a version greater than after, or until ctx
// ends, and returns the version.
func (r *Rollout) Changed(ctx context.Context, after int) int {
	for {
		r.mu.Lock()
		version, changed := r.version, r.changed
		r.mu.Unlock()
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
func (r *Rollout) change(fn func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn()
	r.bump()
}

// bump tells whoever waits for a change. mu is held.
func (r *Rollout) bump() {
	r.version++
	r.snap = nil
	close(r.changed)
	r.changed = make(chan struct{})
}

// record takes a record into the log, if it is kept, and into the state. mu is held.
func (r *Rollout) record(rec Record) {
	if rec.At.IsZero() {
		rec.At = r.now()
	}
	if rec.kept() {
		rec.N = r.state.n + 1
		r.records = append(r.records, rec)
		if err := r.log.Append(rec); err != nil && r.logErr == nil {
			r.logErr = err
		}
	}
	r.state.Apply(rec)
}

// durable waits until all records are kept for good. The error says why they cannot be.
func (r *Rollout) durable() error {
	r.mu.Lock()
	log, err := r.log, r.logErr
	r.mu.Unlock()
	if err != nil {
		return err
	}
	return log.Sync()
}

// poke makes the loop look for what may start.
func (r *Rollout) poke() {
	select {
	case r.wake <- struct{}{}:
	default: // it will look anyway
	}
}
