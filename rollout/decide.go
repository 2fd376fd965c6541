package rollout

import (
	"context"
	"slices"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Skip goes on without a task, for a reason: what depends on it goes on as though it were
// done. The error is spec.Invalid if there is no reason, or the task runs or is done.
func (r *Rollout) Skip(id resolver.TaskID, reason string) error {
	if reason == "" {
		return spec.Errorf(spec.Invalid, "why is %s skipped?", id).WithHint("say it, for those who look at the deployment later")
	}
	return r.decide(id, "skipped", Record{Kind: RecordSkipped, Reason: reason})
}

// MarkDone takes a task as done, which somebody did by hand, also one that was skipped. Returns
// is what its call would have returned, by name; nil if nothing needs it. The error is as of
// Skip.
func (r *Rollout) MarkDone(id resolver.TaskID, reason string, returns map[string]any) error {
	rec := Record{Kind: RecordMarkedDone, Reason: reason}
	if returns != nil {
		rec.Returns = returns
	}
	return r.decide(id, "marked as done", rec)
}

func (r *Rollout) decide(id resolver.TaskID, what string, rec Record) (err error) {
	if err := r.mayDecide(); err != nil {
		return err
	}
	r.change(func() {
		t := r.state.byID[id]
		switch {
		case r.closed:
			err = errDetached()
		case r.state.gone() != nil:
			err = r.state.gone()
		case t == nil:
			err = spec.Errorf(spec.NotFound, "the deployment has no task %s", id).WithHint("armonic deployments show %s lists them", r.state.ID)
		case t.status == Running || t.status.met() && (t.status != SkippedTask || rec.Kind == RecordSkipped):
			err = spec.Errorf(spec.Invalid, "%s is %s, and cannot be %s", id, t.status, what)
		default:
			rec.Task, rec.Who = id, r.by
			r.record(rec)
			if r.state.Stopped {
				r.record(Record{Kind: RecordContinued, Who: r.by})
			}
		}
	})
	if err == nil {
		err = r.durable()
	}
	r.poke()
	return err
}

// Confirm keeps what the guarded step of a running task has changed: somebody has seen that
// its host can still be reached. The error is spec.Conflict if nothing waits for that.
func (r *Rollout) Confirm(ctx context.Context, id resolver.TaskID) error {
	r.mu.Lock()
	t := r.state.byID[id]
	var run spec.RunID
	if t != nil {
		run = t.run
	}
	r.mu.Unlock()
	if t == nil {
		return spec.Errorf(spec.NotFound, "the deployment has no task %s", id)
	}
	a, err := r.fleet.Agent(t.Host)
	if err != nil {
		return err
	}
	return a.Confirm(ctx, run)
}

// Continue lets everything go on that is not done, after Stop or after it was resumed: what
// failed is not tried again.
func (r *Rollout) Continue() error {
	var err error
	r.change(func() {
		switch {
		case r.closed:
			err = errDetached()
		case r.state.Stopped:
			r.record(Record{Kind: RecordContinued, Who: r.by})
		}
	})
	r.poke()
	return err
}

// Retriable lists the tasks that Retry can do again, in plan order.
func (s *Snapshot) Retriable() []*TaskView {
	var out []*TaskView
	for _, t := range s.Tasks {
		if t.Status.failing() {
			out = append(out, t)
		}
	}
	return out
}

// Task finds a task, nil if there is none.
func (s *Snapshot) Task(id resolver.TaskID) *TaskView {
	if i := slices.IndexFunc(s.Tasks, func(t *TaskView) bool { return t.ID == id }); i >= 0 {
		return s.Tasks[i]
	}
	return nil
}
