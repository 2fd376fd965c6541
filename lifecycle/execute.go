package lifecycle

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
)

// Sink receives what a step says while it runs. Either function may be nil; they
// are called from where the step runs, never after it has ended.
type Sink struct {
	Who      string // who asked for the step, for the history
	Last     bool   // it is the last step of its run: what is owed is done with it
	Log      func(level spec.Level, text string)
	Progress func(done, total int)

	// Guard waits until somebody has confirmed that the host can still be reached, at most so
	// long. After an error what the step changed is taken back. Nil confirms at once.
	Guard func(ctx context.Context, atMost time.Duration) error

	// Ended gives what is to be kept of the run after a step that did not fail, to be recorded
	// with what the step did. It is told what the step returned, and the stack that there is
	// then. It may be set if the store is a RunEnder.
	Ended func(returns any, stack []string) spec.RunRecord
}

// Execute does one step, and returns what a provide returned. Nothing is done, and no
// fault is left, if the step is not possible now (Conflict), if ctx has ended (Canceled,
// Timeout) or if it cannot be recorded. Otherwise a failure is recorded as the stack's
// fault.
//
// The first step of all enters the initial state before, if that does something.
//
// A provide that succeeded and could not be crossed returns its result and the
// error of the crossing.
func (e *Engine) Execute(ctx context.Context, run spec.RunID, p Prepared, sink Sink) (any, error) {
	if ctx.Err() != nil {
		return nil, failure(ctx, p.step.Name(), e.pathOf(p.step), ctx.Err())
	}
	now, err := e.claim(p)
	if err != nil {
		return nil, err
	}
	defer e.release()
	returns, err := e.executeFrom(ctx, now, run, p, sink)
	return returns, e.endGuarded(ctx, err, sink)
}

// executeFrom does a step, and before the first of all enters the initial state.
func (e *Engine) executeFrom(ctx context.Context, now status, run spec.RunID, p Prepared, sink Sink) (any, error) {
	if initial := e.graph.states[e.graph.initial].Name; now.initialPending && (p.step.Action != spec.Enter || p.step.State != initial) {
		enter := spec.Step{Action: spec.Enter, State: initial}
		in, problems := e.read(ctx, now, enter, e.newCall(), false)
		if err := Invalid(problems); err != nil {
			return nil, err
		}
		enter.Inputs = in
		first := sink
		first.Ended = nil
		if _, err := e.execute(ctx, now, Doing{Step: enter, By: run, Who: sink.Who}, p.changed, first); err != nil {
			return nil, err
		}
		now = e.status()
	}
	return e.execute(ctx, now, Doing{Step: p.step, By: run, Who: sink.Who}, p.changed, sink)
}

// claim takes the engine for a step that is possible now, and says where the lifecycle
// stands. Unless there is an error, the engine must be released.
func (e *Engine) claim(p Prepared) (status, error) {
	e.mu.Lock()
	busy := e.busy
	e.busy = true
	e.mu.Unlock()
	if busy {
		return status{}, e.graph.refuse(p.step, spec.Errorf(spec.Conflict, "%s is busy with another step", e.path()))
	}
	if err := e.commitPending(); err != nil {
		e.release()
		return status{}, err
	}
	now := e.status()
	_, err := e.graph.advance(now, p.step)
	if err == nil && e.graph.mode(now, p.step) != p.mode {
		err = e.graph.refuse(p.step, spec.Errorf(spec.Conflict, "%s has changed since the step was prepared", e.path()))
	}
	if err != nil {
		e.release()
		err.At = string(e.pathOf(p.step))
		return now, err
	}
	return now, nil
}

func (e *Engine) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.busy = false
}
