package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/armonic/armonic/spec"
)

// panicError is a module function that panicked: a fault of the program, not of
// the host.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// limitError says that a step passed the limit of its engine.
type limitError struct{ limit time.Duration }

func (l *limitError) Error() string { return fmt.Sprintf("it took longer than %v", l.limit) }

// withLimit ends the context of a step at the engine's limit.
func (e *Engine) withLimit(ctx context.Context) (context.Context, context.CancelFunc) {
	if e.deps.Limit <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, e.deps.Limit, &limitError{e.deps.Limit})
}

// callModule calls a function of a module, whose panic becomes an error.
func callModule(ctx context.Context, fn func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicError{r, debug.Stack()}
		}
	}()
	return fn(ctx)
}

// failure makes the error of a step from that of the function that failed: what
// was being done, where, and of which kind.
func failure(ctx context.Context, op string, at spec.Path, err error) *spec.Error {
	if err == nil {
		return nil
	}
	out := &spec.Error{Kind: spec.Failed, Msg: err.Error(), Err: err}
	var known *spec.Error
	if errors.As(err, &known) {
		out.Kind, out.Op, out.At, out.Hint = known.Kind, known.Op, known.At, known.Hint
		if known.Error() == out.Msg { // not wrapped in more words
			out.Msg = known.Msg
		}
		if out.Kind == spec.Internal {
			out.Kind = spec.Failed
		}
	}
	var p *panicError
	if errors.As(err, &p) {
		out.Kind = spec.Internal
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		out.Kind, out.Msg = spec.Canceled, stopped(ctx, "it was stopped", err, out.Msg)
	case ctx.Err() != nil:
		what := "it took too long"
		var late *limitError
		if errors.As(context.Cause(ctx), &late) {
			what = late.Error()
		}
		out.Kind, out.Msg = spec.Timeout, stopped(ctx, what, err, out.Msg)
	}
	if out.Op == "" {
		out.Op = op
	}
	if out.At == "" {
		out.At = string(at)
	}
	return out
}

// stopped adds what the function said when it was stopped, if that is more than that it was.
func stopped(ctx context.Context, what string, err error, msg string) string {
	if errors.Is(err, ctx.Err()) {
		return what
	}
	return what + ": " + msg
}
