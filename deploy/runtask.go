package deploy

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// carryOut makes a run of a task, follows it to its end, and frees the host.
func (e *Execution) carryOut(ctx context.Context, t *task) {
	status, err := e.runTask(ctx, t)
	e.change(func() {
		e.busy[t.Host] = false
		t.away, t.awayWhy = time.Time{}, nil
		if ctx.Err() != nil {
			return // detached: the agent goes on, and nobody here knows how it ends
		}
		t.ended = e.now()
		t.err = spec.AsError(err)
		t.status = status
		t.rejoin = t.status == LostTask
		for i := range t.steps {
			if t.steps[i].Status == Running {
				t.steps[i].Status, t.steps[i].Ended = t.status, t.ended
			}
		}
	})
	e.poke()
}

// statusOf is how a run that has ended is spoken of, or one that could not be started.
func statusOf(err error) TaskStatus {
	switch {
	case err == nil:
		return Done
	case spec.KindOf(err) == spec.Canceled:
		return Stopped
	}
	return FailedTask
}

func (e *Execution) runTask(ctx context.Context, t *task) (TaskStatus, error) {
	steps, err := e.inputs(t)
	if err != nil {
		return statusOf(err), err
	}
	from := spec.StackAfter(t.From, t.Steps[:t.offset])
	return e.followRun(ctx, t, spec.Run{ID: t.run, Deployment: e.id, By: e.by,
		Work: spec.Work{Lifecycle: t.Lifecycle, From: from, Steps: steps[t.offset:]}})
}

func (e *Execution) isStopped() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stopped
}

// inputs are the task's steps with all values that were to be returned put in.
func (e *Execution) inputs(t *task) ([]spec.Step, error) {
	if !slices.ContainsFunc(t.Steps, deferred) {
		return t.Steps, nil
	}
	res := e.resolve()
	for _, q := range res.Questions {
		if q.Status == resolver.Wrong && q.Path.Host() == t.Host && q.Key.Node == t.Node {
			return nil, &spec.Error{Kind: spec.Invalid, At: string(q.Path), Msg: q.Problem, Hint: q.Hint}
		}
	}
	n := res.Node(t.Node)
	if n == nil || len(n.Steps) < t.First+len(t.Steps) {
		return nil, spec.Errorf(spec.Internal, "the plan of %s changed while it was carried out", t.Node)
	}
	steps := n.Steps[t.First : t.First+len(t.Steps)]
	if i := slices.IndexFunc(steps, deferred); i >= 0 {
		return nil, spec.Errorf(spec.Internal, "a value for %q of %s is not known yet", steps[i].Name(), t.Node)
	}
	return steps, nil
}

// resolve gives what follows from all that was returned so far. Tasks that begin without
// anything having been returned in between share it, for it is large.
func (e *Execution) resolve() *resolver.Result {
	e.resolving.Lock()
	defer e.resolving.Unlock()
	e.mu.Lock()
	facts, returned := e.facts, e.returned
	facts.Returns = maps.Clone(e.facts.Returns)
	e.mu.Unlock()
	if e.resolved == nil || e.resolvedAt != returned {
		e.resolved = nil // it need not be there beside the next one
		e.resolved, e.resolvedAt = resolver.Resolve(e.root, facts, e.answers), returned
	}
	return e.resolved
}

func deferred(s spec.Step) bool { return value.IsDeferred(s.Inputs) }

// event takes one event of a task's run into the state, then hands it on.
func (e *Execution) event(t *task, steps []spec.Step, ev spec.Event) {
	e.sinkMu.Lock()
	defer e.sinkMu.Unlock()
	e.change(func() { e.apply(t, ev) })
	if e.sink == nil {
		return
	}
	u := Update{Task: t.ID, Node: t.Node, Host: t.Host, Lifecycle: t.Lifecycle, Event: ev}
	if ev.Step >= 0 && ev.Step < len(steps) {
		u.Step = &steps[ev.Step]
	}
	e.sink(u)
}

func (e *Execution) apply(t *task, ev spec.Event) {
	var s *StepState
	name := ""
	if i := ev.Step + t.offset; ev.Step >= 0 && i < len(t.steps) {
		s, name = &t.steps[i], t.Steps[i].Name()
	}
	if ev.Stack != nil {
		t.stack = ev.Stack
	}
	switch ev.Kind {
	case spec.EventLog:
		e.logs.add(LogLine{At: ev.At, Host: t.Host, Task: t.ID, Step: name, Level: ev.Level, Text: ev.Text})
	case spec.EventStepFailed:
		if ev.Err != nil {
			e.logs.add(LogLine{At: ev.At, Host: t.Host, Task: t.ID, Step: name, Level: spec.LevelError, Text: ev.Err.Error()})
		}
	case spec.EventRunDone:
		for i := t.offset; i < len(t.steps) && ev.Err == nil; i++ {
			if s := &t.steps[i]; s.Status != Done { // what was told of it was dropped
				s.Status, s.Ended = Done, ev.At
			}
		}
	case spec.EventQueued, spec.EventStarted, spec.EventStepStarted, spec.EventProgress, spec.EventStepDone:
	}
	if s == nil {
		return
	}
	switch ev.Kind {
	case spec.EventStepStarted:
		*s = StepState{Status: Running, Started: ev.At}
	case spec.EventProgress:
		s.Done, s.Total = ev.Done, ev.Total
	case spec.EventStepDone:
		s.Status, s.Ended, s.Returns = Done, ev.At, ev.Returns
		if t.Steps[ev.Step+t.offset].Action == spec.Call {
			e.facts.Returns[t.Node] = ev.Returns
			e.returned++
		}
	case spec.EventStepFailed:
		s.Status, s.Ended = FailedTask, ev.At
	case spec.EventQueued, spec.EventStarted, spec.EventLog, spec.EventRunDone:
	}
}
