package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Sink receives what a step says while it runs. Either function may be nil; they
// are called from where the step runs, never after it has ended.
type Sink struct {
	Who      string // who asked for the step, for the history
	Log      func(level spec.Level, text string)
	Progress func(done, total int)
}

// Do does one step, and returns what a provide returned. Nothing is done, and no
// fault is left, if the step is not possible now (Conflict), if its inputs are
// wrong (Invalid, with all of them), if ctx has ended (Canceled, Timeout) or if it
// cannot be recorded. Otherwise a failure is recorded as the stack's fault.
//
// A provide that succeeded and could not be crossed returns its result and the
// error of the crossing.
func (e *Engine) Do(ctx context.Context, run spec.RunID, step spec.Step, sink Sink) (any, error) {
	if ctx.Err() != nil {
		return nil, failure(ctx, step.Name(), e.place(step), ctx.Err())
	}
	at, err := e.claim(step)
	if err != nil {
		return nil, err
	}
	defer e.release()
	asked := deed{engine: e, at: at, doing: Doing{Step: step.Clone(), By: run, Who: sink.Who}, sink: sink}
	if err := asked.read(ctx); err != nil {
		return nil, err
	}
	if initial := e.m.states[e.m.start].Name; at.fresh && (step.Action != spec.Enter || step.State != initial) {
		first := asked
		first.doing.Step = spec.Step{Action: spec.Enter, State: initial}
		if err := first.read(ctx); err != nil {
			return nil, err
		}
		if _, err := first.do(ctx); err != nil {
			return nil, err
		}
		asked.at = e.now()
	}
	return asked.do(ctx)
}

// into connects the sink with the call, until the step has ended.
func (s Sink) into(c *Call, ended *atomic.Bool) {
	c.Log = func(level spec.Level, text string) {
		if s.Log != nil && !ended.Load() {
			s.Log(level, text)
		}
	}
	c.Progress = func(done, total int) {
		if s.Progress != nil && !ended.Load() {
			s.Progress(done, total)
		}
	}
}

// claim takes the engine for a step that is possible now, and gives the position.
// Unless there is an error, it must be released.
func (e *Engine) claim(step spec.Step) (position, error) {
	e.mu.Lock()
	busy := e.busy
	e.busy = true
	e.mu.Unlock()
	if busy {
		return position{}, e.m.refuse(step, spec.Errorf(spec.Conflict, "%s is busy with another step", e.path()))
	}
	if err := e.settle(); err != nil {
		e.release()
		return position{}, err
	}
	at := e.now()
	if _, err := e.m.follow(at, step); err != nil {
		e.release()
		err.At = string(e.place(step))
		return at, err
	}
	return at, nil
}

func (e *Engine) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.busy = false
}

// start records that the step begins, first in the store.
func (e *Engine) start(d Doing) error {
	if err := e.store.Begin(e.def.Name, d); err != nil {
		return &spec.Error{Kind: spec.KindOf(err), Op: d.Step.Name(), At: string(e.place(d.Step)),
			Msg: fmt.Sprintf("it cannot be recorded, so nothing was done: %v", err), Err: err}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rec.Begin(d)
	return nil
}

// sealed copies what a provide returned for the history, where secrets cannot be
// read.
func sealed(declared []spec.Variable, returns any) any {
	out := value.Clone(returns)
	table, ok := out.(map[string]any)
	if !ok {
		return out
	}
	for name, x := range table {
		text, isText := x.(string)
		hidden := slices.ContainsFunc(declared, func(v spec.Variable) bool { return v.Name == name && v.Hidden() })
		if hidden && isText {
			table[name] = spec.Secret(text)
		}
	}
	return table
}
