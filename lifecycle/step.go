package lifecycle

import (
	"cmp"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// stepExecution is a step while it is executed.
type stepExecution struct {
	engine *Engine
	before status
	mode   stepMode
	doing  Doing
	call   *Call // what each function of the step is given, but for inputs, flags and effects
	log    *stepLog
	last   bool // of its run
	guard  time.Duration
}

// execute does a step between its two records.
func (e *Engine) execute(ctx context.Context, now status, d Doing, changed spec.Changed, sink Sink) (any, error) {
	x := &stepExecution{engine: e, before: now, mode: e.graph.mode(now, d.Step), doing: d, call: e.newCall()}
	x.guard = x.guarded(sink)
	x.call.Changed, x.last = changed, sink.Last || x.guard > 0
	if x.mode == undoEnter {
		x.doing.Step.Inputs = e.faultInputs(d.Step.State)
	}
	x.doing.At = e.deps.Clock()
	if err := e.begin(x.doing); err != nil {
		return nil, err
	}
	whole := ctx
	ctx, cancel := e.withLimit(ctx)
	defer cancel()
	var ended atomic.Bool
	sink.into(x.call, &ended)
	x.log = e.newStepLog(x.call, &ended)
	out, returns := x.perform(ctx)
	x.settle(ctx, &out)
	if x.guard > 0 && out.Fault == nil {
		if err := sink.Guard(whole, x.guard); err != nil {
			out = x.failed(failure(whole, x.doing.Step.Name(), e.pathOf(x.doing.Step), err))
		}
	}
	ended.Store(true)
	x.addEffects(&out)
	failed := out.Fault
	earlier := unrepaired(e.fault(), d.Step, failed != nil)
	if failed == nil {
		out.Fault = earlier
	} else {
		failed.Did, failed.Earlier, failed.Guarded = x.log.all(), earlier, x.guard > 0 || e.isGuarded(d.Step)
	}
	var kept *spec.RunRecord
	if sink.Ended != nil && failed == nil {
		r := sink.Ended(returns, e.stackAfter(out))
		kept = &r
	}
	notCommitted := e.commit(out, kept)
	if failed != nil {
		return returns, failed.Err
	}
	return returns, notCommitted
}

// addEffects completes an outcome with what is not recorded yet. Of a state that is not
// applied any more nothing is to be taken back.
func (x *stepExecution) addEffects(out *Outcome) {
	own := out.Effects
	out.Effects = x.log.takeEffects()
	out.Effects.Begun, out.Effects.Gone = append(out.Effects.Begun, own.Begun...), append(out.Effects.Gone, own.Gone...)
	if x.doing.Step.Action == spec.Enter && out.Fault == nil { // what an interrupted one had begun is done by now, or not
		found, _ := x.engine.lookAtBegun()
		out.Effects.Begun = append(out.Effects.Begun, found.Begun...)
		out.Effects.Done = append(out.Effects.Done, found.Done...)
		out.Effects.Gone = append(out.Effects.Gone, found.Gone...)
	}
	if out.Left || x.mode == undoEnter && out.Fault == nil {
		for _, f := range x.engine.effectsOf(x.doing.Step.State, nil) {
			out.Effects.Gone = append(out.Effects.Gone, f.N)
		}
	}
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

// perform calls the functions of the module.
func (x *stepExecution) perform(ctx context.Context) (Outcome, any) {
	e, step := x.engine, x.doing.Step
	s, _ := e.graph.state(step.State)
	c := *x.call
	switch {
	case step.Action == spec.Call:
		return x.callProvide(ctx, s)
	case step.Action == spec.TakeBack:
		return x.takeBack(ctx, s), nil
	case x.mode == enterAgain:
		out, _ := x.enterAgain(ctx, s)
		return out, nil
	case step.Action == spec.Enter && x.mode == ordinary:
		c.Inputs = modified(s.Requires, step.Inputs)
	case x.mode == undoEnter:
		c.Inputs = e.recorded(s, step.Inputs)
	default:
		c.Inputs, _ = e.entered(s.Name)
	}
	fn := s.Enter
	if step.Action == spec.Leave {
		fn = e.leaving(s, nil)
	}
	c.Effects = x.effects(s.Name, string(step.Action))
	switch err := x.run(ctx, step.Name(), fn, &c); {
	case err != nil:
		return x.failed(err), nil
	case x.mode != ordinary: // the stack is as it was
		return Outcome{}, nil
	case step.Action == spec.Leave:
		return Outcome{Left: true, Called: x.called()}, nil
	}
	entered := &spec.Applied{State: s.Name, At: e.deps.Clock(), By: x.doing.By, Inputs: step.Inputs}
	return Outcome{Entered: entered, Called: x.called()}, nil
}

// effects records those of a function of a state.
func (x *stepExecution) effects(state, provide string) EffectRecorder {
	out := stepEffects{log: x.log, state: state, provide: provide, by: x.doing.By}
	if step := x.doing.Step; step.Action.OfProvide() && state == step.State && provide == step.Provide {
		out.states, out.by = step.For, cmp.Or(step.Run, out.by) // what takes calls back is as if it were of them
	}
	return out
}

// called is the step as the history keeps it.
func (x *stepExecution) called() *spec.Called {
	step := x.doing.Step
	return &spec.Called{Action: step.Action, State: step.State, Provide: step.ProvideName(), At: x.doing.At,
		Took: x.engine.deps.Clock().Sub(x.doing.At), By: x.doing.By, Who: x.doing.Who, For: step.For, Of: step.Run, Inputs: step.Inputs}
}

func (x *stepExecution) callProvide(ctx context.Context, s *State) (Outcome, any) {
	step := x.doing.Step
	p, _ := s.provide(step.Provide)
	c := *x.call
	c.Inputs = modified(p.Requires, step.Inputs)
	c.Effects = x.effects(s.Name, p.Name)
	var returns any
	err := x.run(ctx, step.Name(), func(ctx context.Context, c *Call) (err error) {
		if p.Do != nil {
			returns, err = p.Do(ctx, c)
		}
		return err
	}, &c)
	if err != nil {
		return x.failed(err), nil
	}
	returns = secretReturns(p.Returns, returns)
	var out Outcome
	if err := x.cross(ctx, s, p); err != nil {
		out = x.failed(err)
	}
	out.Called = x.called()
	out.Called.Returns = value.Clone(returns)
	if out.Fault != nil {
		out.Called.Err = out.Fault.Err
	}
	return out, returns
}

// cross calls the cross of the states from that of the provide upward.
func (x *stepExecution) cross(ctx context.Context, s *State, p *Provide) *spec.Error {
	e, done := x.engine, x.doing.Step.Name()
	for _, above := range e.graph.upward(x.before.stack, e.graph.index[s.Name]) {
		if above.Cross == nil {
			continue
		}
		c := *x.call
		c.Inputs, _ = e.entered(above.Name)
		c.Effects = x.effects(above.Name, "cross")
		c.Flags = value.CloneTable(p.Flags)
		if c.Flags == nil {
			c.Flags = map[string]any{}
		}
		op := "cross " + above.Name
		err := failure(ctx, op, e.pathOf(x.doing.Step), x.call.Note("done: "+done))
		if err == nil {
			err = x.run(ctx, op, above.Cross, &c)
		}
		if err != nil {
			did := fmt.Sprintf("%s.%s succeeded", s.Name, p.Name)
			if x.doing.Step.Action == spec.TakeBack {
				did = fmt.Sprintf("%s.%s was taken back", s.Name, p.Name)
			}
			err.Msg = fmt.Sprintf("%s, but %s could not be crossed: %s", did, above.Name, err.Msg)
			return err
		}
		done = op
	}
	return nil
}

// run calls a function of the module, if there is one.
func (x *stepExecution) run(ctx context.Context, op string, fn func(context.Context, *Call) error, c *Call) *spec.Error {
	if fn == nil {
		return nil
	}
	err := callModule(ctx, func(ctx context.Context) error { return fn(ctx, c) })
	return failure(ctx, op, x.engine.pathOf(x.doing.Step), err)
}

func (x *stepExecution) failed(err *spec.Error) Outcome {
	return Outcome{Fault: &spec.Fault{Step: x.doing.Step, At: x.engine.deps.Clock(), By: x.doing.By, Err: err}}
}

// secretReturns copies what a provide returned, with what it declares as secret made one,
// also within lists.
func secretReturns(declared []spec.Variable, returns any) any {
	out := value.Clone(returns)
	table, _ := out.(map[string]any)
	for _, v := range declared {
		if x, given := table[v.Name]; given && v.Hidden() {
			table[v.Name], _ = value.Map(x, func(leaf any) (any, error) {
				if text, isText := leaf.(string); isText {
					return value.Secret(text), nil
				}
				return leaf, nil
			})
		}
	}
	return out
}
