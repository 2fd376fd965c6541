package deploy

import (
	"context"
	"slices"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Retry does again what a task did not finish: the steps that are done stay done.
// A run whose agent vanished is asked for by its id, and goes on being the same; in
// any other case the host is read first. After Stop, retrying a task that had not
// begun lets all go on. The error is spec.Conflict if somebody else has changed the
// lifecycle, spec.Invalid if the task did not fail, spec.Canceled after Close.
func (e *Execution) Retry(ctx context.Context, id resolver.TaskID) error {
	e.mu.Lock()
	t := e.byID[id]
	var rejoin, retriable bool
	if t != nil {
		rejoin, retriable = t.rejoin, e.retriable(t)
	}
	e.mu.Unlock()
	var now []string
	var err error
	if retriable && !rejoin && !e.detached() {
		if now, err = e.stackOf(ctx, t); err != nil {
			return err
		}
	}
	e.change(func() {
		switch {
		case e.closed:
			err = errDetached()
		case t == nil || !e.retriable(t): // also if somebody retried it meanwhile
			err = spec.Errorf(spec.Invalid, "%s did not fail, there is nothing to retry", id)
		case t.status == Waiting:
			e.resume()
		case rejoin:
			t.status = Waiting
			e.resume()
		default:
			err = e.restart(t, now)
		}
	})
	e.poke()
	return err
}

// retriable reports whether Retry has something to do. mu is held.
func (e *Execution) retriable(t *task) bool {
	switch t.status {
	case FailedTask, Stopped, LostTask:
		return true
	case Waiting:
		return e.stopped && e.met(t)
	case Running, Done, Held:
	}
	return false
}

// resume lets everything that is not done go on. mu is held.
func (e *Execution) resume() { e.stopped, e.ended = false, time.Time{} }

// restart makes a failed task ready again, from the step that the stack of now says.
func (e *Execution) restart(t *task, now []string) error {
	i := t.resumeAt(now)
	if i < 0 {
		return spec.Errorf(spec.Conflict, "%s on %s is at %s now, where the plan does not go", t.Lifecycle, t.Host, top(now)).
			WithHint("somebody else has changed it: plan the deployment again")
	}
	t.offset, t.stack, t.status, t.started = i, now, Waiting, time.Time{}
	for j := range t.steps {
		t.steps[j] = StepState{Status: Waiting}
		if j < i {
			t.steps[j].Status = Done
		}
	}
	e.resume()
	return nil
}

func (e *Execution) stackOf(ctx context.Context, t *task) ([]string, error) {
	v := SurveyHost(ctx, e.fleet, t.Host)
	if v.Err != nil {
		return nil, v.Err
	}
	for i := range v.Stacks {
		if v.Stacks[i].Path.Lifecycle() == t.Lifecycle {
			return v.Stacks[i].Names(), nil
		}
	}
	return nil, spec.Errorf(spec.NotFound, "there is no %s on %s", t.Lifecycle, t.Host)
}

// resumeAt is the step to go on with, given the stack of now: after those that are
// known to be done if that fits, else wherever the stack says; -1 if nowhere.
func (t *task) resumeAt(now []string) int {
	done := 0
	for done < len(t.steps) && t.steps[done].Status == Done {
		done++
	}
	if slices.Equal(spec.StackAfter(t.From, t.Steps[:done]), now) {
		return done
	}
	for i := len(t.Steps) - 1; i >= 0; i-- {
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
