package rollout

import (
	"context"
	"slices"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Retry does again what a task did not finish: the steps that are done stay done, those
// that somebody did by hand as well. A run whose agent vanished is asked for by its id, and
// goes on being the same; in any other case the host is read first. After Stop, retrying a
// task that had not begun lets all go on. The error is spec.Conflict if somebody else has
// changed the lifecycle, spec.Invalid if the task did not fail, spec.Canceled after Close.
func (r *Rollout) Retry(ctx context.Context, id resolver.TaskID) error {
	r.mu.Lock()
	t := r.state.byID[id]
	read := t != nil && t.status.failing() && !t.rejoin && !r.closed // whether its host is looked at first
	err := r.state.gone()
	r.mu.Unlock()
	if err != nil {
		return err
	}
	var now *spec.Stack
	if read {
		if now, err = r.stackOf(ctx, t); err != nil {
			return err
		}
	}
	r.change(func() {
		switch {
		case r.closed:
			err = errDetached()
		case t != nil && t.status == Waiting && r.state.retriable(t):
		case t != nil && t.status.failing() && t.rejoin:
			r.record(Record{Kind: RecordRetried, Task: id, Who: r.by})
		case t != nil && t.status.failing() && read:
			err = r.restart(t, now)
		default: // also if somebody retried it meanwhile, or it fails only now
			err = spec.Errorf(spec.Invalid, "%s did not fail, there is nothing to retry", id)
		}
		if err == nil && r.state.Stopped {
			r.record(Record{Kind: RecordContinued, Who: r.by})
		}
	})
	r.poke()
	return err
}

// gone says why nothing can be decided about a deployment any more; nil if it can.
func (s *State) gone() error {
	if s.ReplacedBy != "" {
		return spec.Errorf(spec.Invalid, "deployment %s has taken the place of this one", s.ReplacedBy).WithHint("go on with that: armonic deployments show %s", s.ReplacedBy)
	}
	return nil
}

// retriable reports whether Retry has something to do.
func (s *State) retriable(t *task) bool {
	return t.status.failing() || t.status == Waiting && s.Stopped && t.unmet == 0
}

// restart makes a failed task ready again, from the step that the stack of now says. mu is
// held.
func (r *Rollout) restart(t *task, stack *spec.Stack) error {
	now := stack.Names()
	i := t.resumeAt(now)
	called, was := r.state.calledOn(stack, t)
	switch {
	case i < 0:
		return spec.Errorf(spec.Conflict, "%s on %s is at %s now, where the plan does not go", t.Lifecycle, t.Host, top(now)).
			WithHint("somebody else has changed it: plan what is left again")
	case i == len(t.Steps):
		r.record(Record{Kind: RecordMarkedDone, Task: t.ID, Who: r.by, Reason: "it was done by hand", Stack: now})
	case i == len(t.Steps)-1 && was:
		r.record(Record{Kind: RecordMarkedDone, Task: t.ID, Who: r.by, Reason: "the run " + string(called.By) + " did it", Stack: now, Returns: called.Returns})
	default:
		r.record(Record{Kind: RecordRetried, Task: t.ID, Who: r.by, Step: i, Stack: now})
	}
	return nil
}

// calledOn finds the call of a task's last step which the host knows and the log does not: two
// may have carried the deployment out for a moment.
func (s *State) calledOn(stack *spec.Stack, t *task) (spec.Called, bool) {
	last := t.Steps[len(t.Steps)-1]
	if last.Action != spec.Call || t.rollback {
		return spec.Called{}, false
	}
	for _, c := range stack.StandingCalls() {
		if c.State == last.State && c.Provide == last.Provide && c.Err == nil && isRunOf(c.By, s.ID, t.ID) {
			return c, true
		}
	}
	return spec.Called{}, false
}

func (r *Rollout) stackOf(ctx context.Context, t *task) (*spec.Stack, error) {
	v := deploy.SurveyRuns(ctx, r.fleet, t.Host)
	if v.Err != nil {
		return nil, v.Err
	}
	for i := range v.Stacks {
		if v.Stacks[i].Path.Lifecycle() == t.Lifecycle {
			return &v.Stacks[i], nil
		}
	}
	return nil, spec.Errorf(spec.NotFound, "there is no %s on %s", t.Lifecycle, t.Host)
}

// resumeAt is the step to go on with, given the stack of now: after those that are known to
// be done if that fits, else wherever the stack says; the number of steps if all of them
// are done, -1 if it says nothing that the task could go on from.
func (t *task) resumeAt(now []string) int {
	done := t.done()
	if slices.Equal(spec.StackAfter(t.From, t.Steps[:done]), now) {
		return done
	}
	last := len(t.Steps)
	if last > 0 && t.Steps[last-1].Action != spec.Enter && t.Steps[last-1].Action != spec.Leave || last > 0 && t.Steps[last-1].Again {
		last-- // the stack does not tell whether that was done
	}
	for i := last; i >= 0; i-- {
		if slices.Equal(spec.StackAfter(t.From, t.Steps[:i]), now) {
			return i
		}
	}
	return -1
}

func top(stack []string) string {
	if len(stack) == 0 {
		return "nothing"
	}
	return stack[len(stack)-1]
}
