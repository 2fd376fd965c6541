package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/armonic/armonic/spec"
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
	stack, err := e.claim(step)
	if err != nil {
		return nil, err
	}
	defer e.release()
	c := e.newCall()
	in, problems := e.read(ctx, step, c, false)
	if err := Invalid(problems); err != nil {
		return nil, err
	}
	doing := Doing{Step: step.Clone(), By: run, Who: sink.Who, At: e.clock()}
	doing.Step.Inputs = in
	if err := e.start(doing); err != nil {
		return nil, err
	}
	d := &deed{engine: e, doing: doing, stack: stack, call: c}
	var ended atomic.Bool
	sink.into(c, &ended)
	notes := e.takeNotes(c, &ended)
	out, returns := d.do(ctx)
	ended.Store(true)
	if out.Fault != nil {
		out.Fault.Did = notes.all()
	}
	unrecorded := e.end(out)
	if out.Fault != nil {
		return returns, out.Fault.Err
	}
	return returns, unrecorded
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

// claim takes the engine for a step that is possible now, and gives the stack.
func (e *Engine) claim(step spec.Step) ([]int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy {
		return nil, e.m.refuse(step, spec.Errorf(spec.Conflict, "%s is busy with another step", e.path()))
	}
	stack := e.stack()
	if _, err := e.m.follow(stack, step); err != nil {
		err.At = string(e.place(step))
		return nil, err
	}
	e.busy = true
	return stack, nil
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

// deed is a step while it is done.
type deed struct {
	engine *Engine
	doing  Doing
	stack  []int
	call   *Call
}

func (d *deed) do(ctx context.Context) (Outcome, any) {
	e, step := d.engine, d.doing.Step
	s, _ := e.m.state(step.State)
	switch step.Action {
	case spec.Enter:
		c := *d.call
		c.Inputs = modified(s.Requires, step.Inputs)
		if err := d.run(ctx, step.Name(), s.Enter, &c); err != nil {
			return d.fault(err), nil
		}
		return Outcome{Entered: &spec.Applied{State: s.Name, At: e.clock(), By: d.doing.By, Inputs: step.Inputs}}, nil
	case spec.Leave:
		c := *d.call
		c.Inputs, _ = e.entered(s.Name)
		if err := d.run(ctx, step.Name(), s.Leave, &c); err != nil {
			return d.fault(err), nil
		}
		return Outcome{Left: true}, nil
	}
	return d.callProvide(ctx, s)
}

func (d *deed) callProvide(ctx context.Context, s *State) (Outcome, any) {
	e, step := d.engine, d.doing.Step
	p, _ := s.provide(step.Provide)
	c := *d.call
	c.Inputs = modified(p.Requires, step.Inputs)
	var returns any
	err := d.run(ctx, step.Name(), func(ctx context.Context, c *Call) (err error) {
		if p.Do != nil {
			returns, err = p.Do(ctx, c)
		}
		return err
	}, &c)
	if err != nil {
		return d.fault(err), nil
	}
	out := Outcome{}
	after := step.Name()
	for _, above := range e.m.from(d.stack, e.m.index[s.Name]) {
		if above.Cross == nil {
			continue
		}
		c := *d.call
		c.Inputs, _ = e.entered(above.Name)
		c.Flags = spec.CloneTable(p.Flags)
		if c.Flags == nil {
			c.Flags = map[string]any{}
		}
		err := failure(ctx, "cross "+above.Name, e.place(step), d.call.Effect("done: "+after))
		if err == nil {
			err = d.run(ctx, "cross "+above.Name, above.Cross, &c)
		}
		if err != nil {
			err.Msg = fmt.Sprintf("%s.%s succeeded, but %s could not be crossed: %s", s.Name, p.Name, above.Name, err.Msg)
			out = d.fault(err)
			break
		}
		after = "cross " + above.Name
	}
	out.Called = &spec.Called{State: s.Name, Provide: p.Name, At: d.doing.At, Took: e.clock().Sub(d.doing.At),
		By: d.doing.By, Who: d.doing.Who, Inputs: step.Inputs, Returns: sealed(p.Returns, returns)}
	if out.Fault != nil {
		out.Called.Err = out.Fault.Err
	}
	return out, returns
}

// run calls a function of the module, if there is one.
func (d *deed) run(ctx context.Context, op string, fn func(context.Context, *Call) error, c *Call) *spec.Error {
	if fn == nil {
		return nil
	}
	err := guard(ctx, func(ctx context.Context) error { return fn(ctx, c) })
	return failure(ctx, op, d.engine.place(d.doing.Step), err)
}

func (d *deed) fault(err *spec.Error) Outcome {
	return Outcome{Fault: &spec.Fault{Step: d.doing.Step, At: d.engine.clock(), By: d.doing.By, Err: err}}
}

// sealed copies what a provide returned for the history, where secrets cannot be
// read.
func sealed(declared []spec.Variable, returns any) any {
	out := spec.CloneValue(returns)
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
