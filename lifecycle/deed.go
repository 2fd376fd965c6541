package lifecycle

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// deed is a step while it is done.
type deed struct {
	engine *Engine
	at     position // before it
	doing  Doing
	sink   Sink
	call   *Call
}

// read gives the step its inputs, typed and complete.
func (d *deed) read(ctx context.Context) error {
	e := d.engine
	in, problems := e.read(ctx, d.at, d.doing.Step, e.newCall(), false)
	if err := Invalid(problems); err != nil {
		return err
	}
	if e.m.manner(d.at, d.doing.Step) == undoing {
		in = e.enteredInPart(d.doing.Step.State)
	}
	d.doing.Step.Inputs = in
	return nil
}

// do does the step between its two records.
func (d *deed) do(ctx context.Context) (any, error) {
	e := d.engine
	d.doing.At = e.clock()
	if err := e.start(d.doing); err != nil {
		return nil, err
	}
	ctx, cancel := e.limited(ctx)
	defer cancel()
	d.call = e.newCall()
	var ended atomic.Bool
	d.sink.into(d.call, &ended)
	log := e.newStepLog(d.call, &ended)
	out, returns := d.act(ctx)
	ended.Store(true)
	earlier := unmended(e.fault(), d.doing.Step)
	failed := out.Fault
	if failed == nil {
		out.Fault = earlier
	} else {
		failed.Did, failed.Earlier = log.all(), earlier
	}
	unrecorded := e.end(out)
	if failed != nil {
		return returns, failed.Err
	}
	return returns, unrecorded
}

func (d *deed) act(ctx context.Context) (Outcome, any) {
	e, step := d.engine, d.doing.Step
	s, _ := e.m.state(step.State)
	c := *d.call
	m := e.m.manner(d.at, step)
	switch {
	case step.Action == spec.Call:
		return d.callProvide(ctx, s)
	case step.Action == spec.Enter && m == plainly:
		c.Inputs = modified(s.Requires, step.Inputs)
	case m == undoing:
		c.Inputs = e.seen(s, step.Inputs)
	default:
		c.Inputs, _ = e.entered(s.Name)
	}
	fn := s.Enter
	if step.Action == spec.Leave {
		fn = s.Leave
	}
	switch err := d.run(ctx, step.Name(), fn, &c); {
	case err != nil:
		return d.fault(err), nil
	case m != plainly: // the stack is as it was
		return Outcome{}, nil
	case step.Action == spec.Leave:
		return Outcome{Left: true}, nil
	}
	return Outcome{Entered: &spec.Applied{State: s.Name, At: e.clock(), By: d.doing.By, Inputs: step.Inputs}}, nil
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
	for _, above := range e.m.from(d.at.stack, e.m.index[s.Name]) {
		if above.Cross == nil {
			continue
		}
		c := *d.call
		c.Inputs, _ = e.entered(above.Name)
		c.Flags = value.CloneTable(p.Flags)
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
