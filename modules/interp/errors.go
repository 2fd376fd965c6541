package interp

import (
	"errors"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// Error gives an error of the interpreter its place, the innermost one that is
// in a module, and a hint.
func Error(err error) *spec.Error {
	return ErrorHiding(err, func(text string) string { return text })
}

// ErrorHiding is Error without what hide takes out of texts, before they are cut.
func ErrorHiding(err error, hide func(text string) string) *spec.Error {
	out := &spec.Error{Kind: spec.Invalid, Msg: err.Error()}
	var ee *starlark.EvalError
	if errors.As(err, &ee) {
		out.Msg = ee.Msg
		out.Err = ee
		out.At = innermost(ee)
		defer func() { out.Hint = WithCaller(out.Hint, ee.CallStack, out.At) }()
	}
	var se *spec.Error
	if errors.As(err, &se) {
		out.Msg, out.Hint = plainMessage(hide(se.Msg)), hide(se.Hint)
		return out
	}
	out.Hint = Hint(out.Msg)
	out.Msg = plainMessage(hide(out.Msg))
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

// WithCaller adds to a hint where another file called the code at a place: whoever uses a
// library does not know its lines.
func WithCaller(hint string, stack starlark.CallStack, at string) string {
	for i := range stack {
		pos := stack.At(i).Pos
		if pos.Line == 0 || strings.HasPrefix(at, pos.Filename()+":") {
			continue
		}
		if hint != "" {
			hint += "; "
		}
		return hint + "called at " + pos.String()
	}
	return hint
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
