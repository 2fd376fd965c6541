package modules

import (
	"context"
	"errors"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// runner calls the functions of one lifecycle. It holds nothing that changes, so
// several agents may use it at once.
type runner struct {
	lifecycle string
	asks      map[string][]*requireValue // what each state asks, by its name on the stack
	machine   Machine                    // nil: there is none
	time      time.Duration              // of computing, per call
	monitor   *Monitor
}

// action makes an action of a state of a function; nil stays nil.
func (r *runner) action(fn *starlark.Function, requires []*requireValue, flags bool) func(context.Context, *lifecycle.Call) error {
	if fn == nil {
		return nil
	}
	return func(ctx context.Context, c *lifecycle.Call) error {
		var more []starlark.Value
		if flags {
			f, err := newFlags(c.Flags)
			if err != nil {
				return &spec.Error{Kind: spec.Failed, At: fn.Position().String(), Msg: err.Error()}
			}
			more = append(more, f)
		}
		s := &session{call: c, run: r}
		_, err := s.do(ctx, fn, requires, more...)
		return err
	}
}

// provide makes the function of a provide, which answers for what it declared.
func (r *runner) provide(p *provideValue) func(context.Context, *lifecycle.Call) (any, error) {
	if p.do == nil {
		return nil
	}
	return func(ctx context.Context, c *lifecycle.Call) (any, error) {
		s := &session{call: c, run: r}
		v, err := s.do(ctx, p.do, p.requires)
		if err != nil {
			return nil, err
		}
		x, err := toGo(v)
		if err == nil {
			x, err = checkReturns(p, x)
		}
		if err != nil {
			e := spec.AsError(err)
			return nil, &spec.Error{Kind: spec.Failed, At: p.do.Position().String(), Msg: s.hide(p.do.Name() + " returned a wrong value: " + e.Msg), Hint: e.Hint}
		}
		return x, nil
	}
}

// do calls a function on a thread of its own, until it returns, fails, uses up its
// limits or the context ends.
func (s *session) do(ctx context.Context, fn *starlark.Function, requires []*requireValue, more ...starlark.Value) (starlark.Value, error) {
	if ctx.Err() != nil {
		return nil, ended(ctx, fn.Position().String())
	}
	req, err := s.shape(s.call.Inputs, requires)
	if err != nil {
		return nil, &spec.Error{Kind: spec.Failed, At: fn.Position().String(), Msg: s.hide(err.Error())}
	}
	c := newClock(s.run.time)
	c.about(fn.Position().String())
	defer s.run.monitor.begin(c)()
	t := newThread(ctx, fn.Name(), actSteps, c)
	t.Print = func(t *starlark.Thread, msg string) {
		s.say(t, spec.LevelInfo, msg)
	}
	v, err := starlark.Call(t, fn, append(starlark.Tuple{s.ctx(ctx, req)}, more...), nil)
	if err == nil {
		return v, nil
	}
	e := evalError(err)
	if ctx.Err() != nil && e.Msg == isStopped {
		return nil, ended(ctx, e.At)
	}
	if k := spec.KindOf(err); ctx.Err() != nil && (k == spec.Canceled || k == spec.Timeout) {
		return nil, ended(ctx, e.At)
	}
	e.Kind, e.Msg = spec.Failed, s.hide(e.Msg)
	if e.At == "" {
		e.At = fn.Position().String()
	}
	return nil, e
}

// ended says why a context is over.
func ended(ctx context.Context, at string) *spec.Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &spec.Error{Kind: spec.Timeout, At: at, Msg: "the step took longer than it may", Err: ctx.Err()}
	}
	return &spec.Error{Kind: spec.Canceled, At: at, Msg: "the step was stopped", Err: ctx.Err()}
}

// evalError gives an error of the interpreter its place, the innermost one that is
// in a module, and a hint.
func evalError(err error) *spec.Error {
	out := &spec.Error{Kind: spec.Invalid, Msg: err.Error()}
	var ee *starlark.EvalError
	if errors.As(err, &ee) {
		out.Msg = ee.Msg
		out.Err = ee
		out.At = innermost(ee)
	}
	var se *spec.Error
	if errors.As(err, &se) {
		out.Msg, out.Hint = plainMessage(se.Msg), se.Hint
		return out
	}
	out.Hint = hintFor(out.Msg)
	out.Msg = plainMessage(out.Msg)
	return out
}

// innermost is the place in a module where an error arose. Arguments that a function
// does not take are the fault of who calls it.
func innermost(e *starlark.EvalError) string {
	for i := range e.CallStack {
		frame := e.CallStack.At(i)
		outside := i == 0 && strings.HasPrefix(e.Msg, "function "+frame.Name+" ") && len(e.CallStack) > 1
		if frame.Pos.Line > 0 && !outside {
			return frame.Pos.String()
		}
	}
	return ""
}

// cancelled begins the interpreter's message for a thread that was ended.
const cancelled = "Starlark computation cancelled"

// tooLarge reports whether the interpreter refused to make one value of that size.
func tooLarge(msg string) bool {
	return strings.HasPrefix(msg, "excessive repeat") || strings.HasPrefix(msg, "repeat count")
}

// plainMessage takes the interpreter's own words off.
func plainMessage(msg string) string {
	msg = strings.TrimPrefix(strings.TrimPrefix(msg, "fail: "), cancelled+": ")
	if tooLarge(msg) {
		msg = "size limit: " + msg
	}
	if len(msg) > maxMessage {
		msg = strings.ToValidUTF8(msg[:maxMessage], "") + "…"
	}
	return msg
}
