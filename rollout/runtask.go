package rollout

import (
	"context"
	"slices"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// carryOut makes a run of a task, follows it to its end, and frees the host.
func (r *Rollout) carryOut(ctx context.Context, t *task) {
	status, err := r.runTask(ctx, t)
	if ctx.Err() == nil { // else it is detached: the agent goes on, and nobody here knows how it ends
		r.change(func() { r.record(Record{Kind: RecordTaskEnded, Task: t.ID, Status: status, Err: spec.AsError(err)}) })
	}
	r.poke()
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

func (r *Rollout) runTask(ctx context.Context, t *task) (TaskStatus, error) {
	run, err := r.run(t)
	if err == nil {
		err = r.durable()
	}
	if err != nil {
		return statusOf(err), err
	}
	return r.followRun(ctx, t, run)
}

// run is what an agent is asked to do for a task, with what was returned put in.
func (r *Rollout) run(t *task) (spec.Run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	run := spec.Run{ID: t.run, Deployment: r.state.ID, By: t.who}
	if t.attempt == 1 {
		run.Shown = t.Shown
	}
	if !t.rollback && !t.aside() {
		run.Once = runsOf(r.state.ID, t.Node)
	}
	steps := slices.Clone(t.Steps)
	if slices.ContainsFunc(steps, deferred) {
		var err error
		if steps, err = r.state.fill(t); err != nil {
			return run, err
		}
	}
	for i := range steps {
		steps[i].Requires = nil // the agent knows what it requires
	}
	run.Work = spec.Work{Lifecycle: t.Lifecycle, From: spec.StackAfter(t.From, t.Steps[:t.offset]), Steps: steps[t.offset:], Changed: r.state.Changed}
	if t.attempt == 1 { // a retry is decided upon by somebody who may just have mended the module
		run.Module = t.Module
	}
	return run, nil
}

// fill puts what calls returned into the steps of a task.
func (s *State) fill(t *task) ([]spec.Step, error) {
	var skipped *task
	if t.Relay != nil {
		t = s.relayed(t)
	}
	steps, err := s.whole.FillReturns(&t.Task, func(id resolver.NodeID) (any, bool) {
		x, ok := s.Returns[id]
		if !ok {
			skipped = s.skipped(id)
		}
		return x, ok
	})
	if err != nil && skipped != nil {
		return nil, spec.Errorf(spec.Invalid, "%s on %s needs what %s on %s returns, which was skipped", t.Lifecycle, t.Host, skipped.Lifecycle, skipped.Host).
			WithHint("do it by hand, and mark it as done with what it returns")
	}
	return steps, err
}

// skipped is the task of a node that was skipped, nil if none was.
func (s *State) skipped(id resolver.NodeID) *task {
	for _, t := range s.tasks {
		if t.Node == id && t.status == SkippedTask {
			return t
		}
	}
	return nil
}

func (r *Rollout) isStopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state.Stopped
}

// aside reports whether the task is there for how others are rolled out: it is made again
// whenever these are.
func (t *PlannedTask) aside() bool {
	return t.Checks != "" || t.Drains != "" || t.Enables != "" || t.Relay != nil
}

func deferred(s spec.Step) bool { return value.IsDeferred(s.Inputs) }

// event takes one event of a task's run into the log and the state, then hands it on.
func (r *Rollout) event(t *task, steps []spec.Step, ev spec.Event) {
	r.sinkMu.Lock()
	defer r.sinkMu.Unlock()
	r.change(func() { r.take(t, ev) })
	if r.sink == nil {
		return
	}
	u := Update{Task: t.ID, Node: t.Node, Host: t.Host, Lifecycle: t.Lifecycle, Event: ev}
	if ev.Step >= 0 && ev.Step < len(steps) {
		u.Step = &steps[ev.Step]
	}
	r.sink(u)
}

// take makes records of an event. mu is held.
func (r *Rollout) take(t *task, ev spec.Event) {
	i, name := ev.Step+t.offset, ""
	if ev.Step >= 0 && i < len(t.Steps) {
		name = t.Steps[i].Name()
	}
	line := LogLine{At: ev.At, Host: t.Host, Task: t.ID, Step: name, Level: ev.Level, Text: ev.Text}
	rec := Record{Task: t.ID, Step: i, Stack: ev.Stack}
	switch ev.Kind {
	case spec.EventLog:
		r.lines.add(line)
		return
	case spec.EventStepStarted:
		rec.Kind = RecordStepStarted
	case spec.EventProgress:
		rec.Kind, rec.Done, rec.Total = RecordProgress, ev.Done, ev.Total
	case spec.EventGuarded: // not recorded: who takes over is told by the agent
		t.guard, t.view = ev.Until, nil
		r.lines.add(LogLine{At: ev.At, Host: t.Host, Task: t.ID, Step: name, Level: spec.LevelWarn, Text: ev.Text})
		return
	case spec.EventStepDone:
		rec.Kind, rec.Returns = RecordStepDone, ev.Returns
	case spec.EventStepFailed:
		rec.Kind, rec.Err = RecordStepFailed, ev.Err
		if ev.Err != nil {
			line.Level, line.Text = spec.LevelError, ev.Err.Error()
			r.lines.add(line)
		}
	case spec.EventRunDone:
		if ev.Stack != nil {
			t.setStack(ev.Stack)
			t.view = nil
		}
		return
	default:
		return
	}
	if name == "" || rec.Kind == RecordStepDone && t.steps[i].Status == Done { // it is known from before
		return
	}
	rec.At = ev.At
	r.record(rec)
}
