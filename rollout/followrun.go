package rollout

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
)

// How long an agent that is away is left alone between two tries.
const (
	minPause = 250 * time.Millisecond
	maxPause = 5 * time.Second
)

// maxHandovers is how often a run is handed over again of which its agent knows nothing.
const maxHandovers = 5

// followRun hands a run over and follows it to its end. An agent that is away does not
// end it: it goes on by itself, and is asked again until it is back, or until somebody
// stops the deployment and the agent cannot be told. Only a run that was certainly
// never handed over is given up, after the execution's patience.
func (r *Rollout) followRun(ctx context.Context, t *task, run spec.Run) (TaskStatus, error) {
	here, leave := context.WithCancel(ctx)
	defer leave()
	var a *attempt
	r.change(func() {
		a = r.live[t.ID]
		a.leave = leave
		if a.events == nil {
			a.events = spec.NewEventCheck(run)
		}
	})
	began, again := r.now(), 0
	for tries := 0; ; tries++ {
		seen := a.events.Last()
		failed, err := r.once(here, t, a, run)
		switch {
		case err == nil:
			return statusOf(failed), failed
		case ctx.Err() != nil:
			return LostTask, ctx.Err()
		case here.Err() != nil:
			return LostTask, r.unstopped(t)
		case spec.KindOf(err) == spec.NotFound && a.sent && a.events.Last() <= 1 && again < maxHandovers:
			again++ // the agent was started again before it began the run, so it knows nothing of it
		case spec.KindOf(err) == spec.Protocol:
			return LostTask, err // nobody knows what it does
		case !isAway(err):
			return statusOf(err), err
		case !a.sent && r.now().Sub(began) >= r.patience:
			return LostTask, err
		}
		if a.events.Last() > seen {
			tries = 0
		}
		r.change(func() { r.record(Record{Kind: RecordAway, Task: t.ID, Err: spec.AsError(err)}) })
		pause(here, min(minPause<<min(tries, 10), maxPause))
	}
}

// once hands a run over and follows it for as long as the link lasts. If there is no
// error it has ended, with what failed or nil. For a run that the agent has, handing it
// over is the same run again: it does nothing.
func (r *Rollout) once(ctx context.Context, t *task, live *attempt, run spec.Run) (failed, err error) {
	a, err := r.fleet.Agent(t.Host)
	if err != nil {
		return nil, err
	}
	live.sent = true // whatever becomes of it
	if err := a.Start(ctx, run); err != nil {
		return nil, err
	}
	r.reachable(t)
	if r.isStopped() { // by somebody who could not yet stop it
		if err := a.Stop(ctx, run.ID); err != nil {
			return nil, err
		}
	}
	ended := false
	err = a.Follow(ctx, run.ID, live.events.Last(), func(ev spec.Event) error {
		if err := live.events.Take(ev); err != nil {
			return err
		}
		r.event(t, run.Steps, ev)
		if ended = ev.Kind == spec.EventRunDone; ended && ev.Err != nil {
			failed = ev.Err
		}
		return nil
	})
	switch {
	case ended:
		return failed, nil // whatever became of the link then
	case err == nil: // nobody may say so, and nothing is done on such a word
		err = spec.Errorf(spec.Unavailable, "%s stopped telling what happens in the run", t.Host)
	}
	return nil, err
}

// reachable notes that an agent answers.
func (r *Rollout) reachable(t *task) {
	r.mu.Lock()
	away := !t.away.IsZero()
	r.mu.Unlock()
	if away {
		r.change(func() { r.record(Record{Kind: RecordAway, Task: t.ID}) })
	}
}

// isAway tells an agent that cannot be reached, or not now, from one that refuses.
func isAway(err error) bool {
	k := spec.KindOf(err)
	return k == spec.Unavailable || k == spec.Timeout
}

// unstopped is how a task ends that was stopped while its agent was away.
func (r *Rollout) unstopped(t *task) error {
	text := "the agent of " + string(t.Host) + " could not be told to stop, and may go on"
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.awayWhy != nil {
		text += ": " + t.awayWhy.Error()
	}
	return spec.Errorf(spec.Unavailable, "%s", text).WithHint("retry when it is back: it is asked what became of the run, and nothing is done twice")
}

// stop asks the agent of a task to end its run. If that is not possible the task is
// left, and with it whoever waits for it, unless it was retried meanwhile.
func (r *Rollout) stop(ctx context.Context, t *task, run spec.RunID) {
	a, err := r.fleet.Agent(t.Host)
	if err == nil {
		err = a.Stop(ctx, run)
	}
	if err == nil || !isAway(err) {
		return // a run that cannot be stopped is still followed
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.live[t.ID]; t.status == Running && t.run == run && a != nil && a.leave != nil {
		t.awayWhy, t.view = spec.AsError(err), nil
		a.leave()
	}
}

// pause waits, and not longer than ctx lasts.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
