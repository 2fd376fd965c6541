package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// takingBack is what a step of spec.TakeBack does.
type takingBack struct {
	undo   func(context.Context, *Call) error
	shared []spec.Effect // see takenBy
	takes  bool          // it takes something back, so that the states above are crossed
}

// takenBy are the effects of calls that a step takes back, the newest first, and those that
// it does not since other states required the calls as well: as they are without its own.
func (e *Engine) takenBy(step spec.Step, preview *Preview) (taken, shared []spec.Effect) {
	for _, f := range e.effectsOf(step.State, preview) {
		if !ofCall(f) || f.Provide != step.Provide {
			continue
		}
		switch left, takes := step.Takes(f.By, f.For); {
		case takes && len(left) == 0:
			taken = append(taken, f)
		case takes:
			f.For = left
			shared = append(shared, f)
		}
	}
	return taken, shared
}

// takingBack finds what a step takes back; in a preview, what it would then.
func (e *Engine) takingBack(s *State, p *Provide, step spec.Step, preview *Preview) takingBack {
	var out takingBack
	if step.Action != spec.TakeBack {
		return out
	}
	calls, stand := step.TakesOf(e.Stack().StandingCalls())
	calls = append(calls, e.failedCall(step)...)
	var effects []spec.Effect
	effects, out.shared = e.takenBy(step, preview)
	requirers := []string{}
	for _, c := range stand {
		for _, state := range c.For {
			if c.State == s.Name && c.Provide == p.Name && (step.Run == "" || c.By == step.Run) && !slices.Contains(requirers, string(state)) {
				requirers = append(requirers, string(state))
			}
		}
	}
	name := s.Name + "." + p.Name
	switch {
	case len(calls)+len(effects) == 0 && len(out.shared) > 0:
		out.undo = saying(fmt.Sprintf("what %s did stays: it is also for %s", name, strings.Join(requirers, ", ")))
	case len(calls)+len(effects) == 0:
		out.undo = saying(name + ": there is nothing to take back, it is not known to have been called so")
	case p.Keep:
		out.undo = saying("what " + name + " did is kept")
	case p.Undo != nil && len(calls) > 0:
		out.undo, out.takes = e.undoing(p, calls), true
	default:
		out.undo, out.takes = e.reversing(effects), true
	}
	return out
}

// saying does nothing but say something.
func saying(text string) func(context.Context, *Call) error {
	return func(_ context.Context, c *Call) error {
		if c.Preview != nil {
			c.Preview.Change(spec.Change{What: "  " + text})
		}
		c.Log(spec.LevelInfo, text)
		return nil
	}
}

// undoing calls the function of a provide that takes a call back for each, the last first.
func (e *Engine) undoing(p *Provide, calls []spec.Called) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		for _, called := range slices.Backward(calls) {
			one := *c
			one.Inputs = withoutSecrets(p.Requires, e.recordedCall(p, called))
			if err := p.Undo(ctx, &one); err != nil {
				return err
			}
		}
		return nil
	}
}

// failedCall is the call that failed last, if a step takes that back: some of it may be done.
func (e *Engine) failedCall(step spec.Step) (calls []spec.Called) {
	for f := e.fault(); f != nil && len(calls) == 0; f = f.Earlier {
		calls, _ = step.TakesOf(f.Calls())
	}
	return calls
}

// recordedCall gives the inputs of a call as its module sees them.
func (e *Engine) recordedCall(p *Provide, c spec.Called) spec.Inputs {
	r := reader{me: e.deps.Me, at: e.path(c.State, c.Provide)}
	return modified(p.Requires, r.read(p.Requires, c.Inputs))
}

// withoutSecrets are inputs whose secrets are nothing: the history has only their digests.
func withoutSecrets(requires []spec.Require, in spec.Inputs) spec.Inputs {
	for _, req := range requires {
		for _, set := range in[req.Name] {
			for _, v := range req.Variables() {
				if v.Hidden() {
					set[v.Name] = nil
				}
			}
		}
	}
	return in
}

// reversing takes the effects of calls back, if there are any.
func (e *Engine) reversing(effects []spec.Effect) func(context.Context, *Call) error {
	if e.def.Effects == nil || len(effects) == 0 {
		return nil
	}
	return func(ctx context.Context, c *Call) error { return e.undo(ctx, c, effects) }
}

// takeBack takes back what calls of a provide did, then crosses the states above.
func (x *stepExecution) takeBack(ctx context.Context, s *State) Outcome {
	e, step := x.engine, x.doing.Step
	p, _ := s.provide(step.Provide)
	taking := e.takingBack(s, p, step, nil)
	c := *x.call
	c.Effects = x.effects(s.Name, p.Name)
	if err := x.run(ctx, step.Name(), taking.undo, &c); err != nil {
		return x.failed(err)
	}
	var out Outcome
	if taking.takes {
		if err := x.cross(ctx, s, p); err != nil {
			out = x.failed(err)
		}
	}
	out.Called = x.called()
	if out.Fault != nil {
		out.Called.Err = out.Fault.Err
	}
	out.Effects.Begun = taking.shared
	if taking.takes {
		taken, _ := e.takenBy(step, nil)
		for _, f := range taken {
			out.Effects.Gone = append(out.Effects.Gone, f.N)
		}
	}
	return out
}
