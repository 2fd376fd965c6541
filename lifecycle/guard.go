package lifecycle

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
)

// guarded is how long what a step changes waits for being confirmed, 0 if it need not be.
func (x *stepExecution) guarded(sink Sink) time.Duration {
	s, _ := x.engine.graph.state(x.doing.Step.State)
	if sink.Guard == nil || s == nil || x.doing.Step.Action != spec.Enter || x.mode == undoLeave {
		return 0
	}
	return s.Guarded
}

// isGuarded reports whether a guarded step of the same state has failed and was not taken
// back.
func (e *Engine) isGuarded(step spec.Step) bool {
	f := e.fault()
	return f != nil && f.Guarded && f.Step.State == step.State
}

// endGuarded takes back what a guarded step has changed that failed, or was not confirmed. It
// is given how the step ended, and says what became of it.
func (e *Engine) endGuarded(ctx context.Context, failed error, sink Sink) error {
	if f := e.fault(); failed == nil || f == nil || !f.Guarded {
		return failed
	}
	out := *spec.AsError(failed)
	if err := e.takeBackGuarded(context.WithoutCancel(ctx), sink); err != nil {
		out.Msg += "; what it changed could not be taken back: " + spec.AsError(err).Msg
		return &out
	}
	out.Msg += "; what it had changed was taken back"
	return &out
}

// takeBackGuarded takes back what the guarded step of the fault has changed: a state that it
// entered is left, one that it entered again is entered with the values from before.
func (e *Engine) takeBackGuarded(ctx context.Context, sink Sink) error {
	f := e.fault()
	step := spec.Step{Action: spec.Leave, State: f.Step.State}
	if f.Step.Again {
		step = spec.Step{Action: spec.Enter, State: f.Step.State, Again: true, Inputs: e.appliedInputs(f.Step.State).Clone()}
	}
	sink = Sink{Who: sink.Who, Last: true, Log: sink.Log, Progress: sink.Progress}
	_, err := e.execute(ctx, e.status(), Doing{Step: step, By: f.By, Who: sink.Who}, spec.ChangedOverwrite, sink)
	return err
}

// TakeBackGuarded takes back what a guarded step has changed during which the agent, or the
// host, stopped: nobody has confirmed it. It does nothing if there is no such step.
func (e *Engine) TakeBackGuarded(ctx context.Context) error {
	if f := e.fault(); f == nil || !f.Guarded {
		return nil
	}
	e.mu.Lock()
	e.busy = true
	e.mu.Unlock()
	defer e.release()
	return e.takeBackGuarded(ctx, Sink{})
}
