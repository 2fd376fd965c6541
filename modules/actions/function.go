package actions

import (
	"context"
	"errors"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// Config is what functions are called with.
type Config struct {
	Machine Machine         // what they work on; nil: they can run nothing
	Time    time.Duration   // that one call may compute, waiting aside
	Monitor *interp.Monitor // is told of what computes; nil: nobody is

	// Beside gives the content of a file that lies beside a file of modules, by the name
	// that this one has for it, such as "files/motd"; nil: there are none.
	Beside func(file, name string) (string, error)
}

// Functions calls the functions of one lifecycle. Once all its states are known, it
// holds nothing that changes, so several agents may use it at once.
type Functions struct {
	Config
	lifecycle string
	asks      map[string][]spec.Require // what each state asks, by its name on the stack
}

// New makes the functions of a lifecycle.
func New(lifecycle string, c Config) *Functions {
	return &Functions{c, lifecycle, map[string][]spec.Require{}}
}

// State says what a state asks, for ctx.entered.
func (f *Functions) State(name string, requires []spec.Require) { f.asks[name] = requires }

// Action makes an action of a state of a function; nil stays nil. With flags, those of
// the provide that was called are its second argument.
func (f *Functions) Action(fn *starlark.Function, requires []spec.Require, flags bool) func(context.Context, *lifecycle.Call) error {
	if fn == nil {
		return nil
	}
	return func(ctx context.Context, in *lifecycle.Call) error {
		var more []starlark.Value
		if flags {
			v, err := newFlags(in.Flags)
			if err != nil {
				return &spec.Error{Kind: spec.Failed, At: fn.Position().String(), Msg: err.Error()}
			}
			more = append(more, v)
		}
		c := &call{Call: in, by: f}
		_, err := c.do(ctx, fn, requires, more...)
		return err
	}
}

// Provide makes the operation of a provide, which answers for what it declared.
func (f *Functions) Provide(fn *starlark.Function, p spec.Provide, requires []spec.Require) func(context.Context, *lifecycle.Call) (any, error) {
	if fn == nil {
		return nil
	}
	return func(ctx context.Context, in *lifecycle.Call) (any, error) {
		c := &call{Call: in, by: f}
		v, err := c.do(ctx, fn, requires)
		if err != nil {
			return nil, err
		}
		x, err := c.returned(v)
		if err == nil {
			x, err = checkReturns(p.Returns, x)
		}
		if err == nil {
			x, err = c.mask(x)
		}
		if err != nil {
			return nil, &spec.Error{Kind: spec.Failed, At: fn.Position().String(), Hint: spec.HintOf(err),
				Msg: c.hide(fn.Name() + " returned a wrong value: " + spec.AsError(err).Msg)}
		}
		return x, nil
	}
}

// do calls a function on a thread of its own, until it returns, fails, uses up its
// limits or the context ends.
func (c *call) do(ctx context.Context, fn *starlark.Function, requires []spec.Require, more ...starlark.Value) (starlark.Value, error) {
	at := fn.Position().String()
	if c.Effects == nil {
		in := *c.Call
		in.Effects = lifecycle.NoEffects{}
		c.Call = &in
	}
	if ctx.Err() != nil {
		return nil, ended(ctx, at)
	}
	c.learnEntered()
	req, err := c.shape(c.Inputs, requires)
	if err != nil {
		return nil, &spec.Error{Kind: spec.Failed, At: at, Msg: c.hide(err.Error())}
	}
	clock := interp.NewClock(c.by.Time)
	clock.About(at)
	end := c.by.Monitor.Begin(clock)
	defer end()
	t := interp.NewThread(ctx, fn.Name(), interp.ActSteps, clock)
	t.Print = func(t *starlark.Thread, msg string) { c.say(t, spec.LevelInfo, msg) }
	v, err := starlark.Call(t, fn, append(starlark.Tuple{c.ctx(ctx, req)}, more...), nil)
	if err == nil {
		return v, nil
	}
	e := interp.ErrorHiding(err, c.hide)
	if e.At == "" {
		e.At = at
	}
	if k := spec.KindOf(err); ctx.Err() != nil && (e.Msg == interp.Stopped || k == spec.Canceled || k == spec.Timeout) {
		return nil, ended(ctx, e.At)
	}
	e.Kind = spec.Failed
	return nil, e
}

// learnEntered learns the secrets that states were entered with: they may stand in a file.
func (c *call) learnEntered() {
	for state := range c.by.asks {
		if c.Entered == nil {
			return
		}
		in, _ := c.Entered(state)
		for _, sets := range in {
			for _, set := range sets {
				c.learn(map[string]any(set))
			}
		}
	}
}

// ended says why a context is over.
func ended(ctx context.Context, at string) *spec.Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &spec.Error{Kind: spec.Timeout, At: at, Msg: "the step took longer than it may", Err: ctx.Err()}
	}
	return &spec.Error{Kind: spec.Canceled, At: at, Msg: interp.Stopped, Err: ctx.Err()}
}
