package spec

import (
	"errors"
	"fmt"

	"github.com/armonic/armonic/value"
)

// Kind says what sort of failure an Error is, so that callers on either side of
// a wire can branch on it.
type Kind string

// The kinds. Internal is the zero value: an error nobody classified.
const (
	Internal    Kind = ""            // a fault of ours
	Invalid     Kind = "invalid"     // the caller's input is wrong
	NotFound    Kind = "not found"   // the thing named does not exist
	Ambiguous   Kind = "ambiguous"   // several things match where one was meant
	Conflict    Kind = "conflict"    // the host is not in the state that was planned on
	Unavailable Kind = "unavailable" // the agent or server cannot be reached
	Denied      Kind = "denied"      // the caller may not do this
	Failed      Kind = "failed"      // a step ran and failed
	Canceled    Kind = "canceled"    // somebody stopped it
	Timeout     Kind = "timeout"     // it took too long
	Protocol    Kind = "protocol"    // the other side said what it cannot say
)

// Kinds lists every kind, for tables that must cover them all.
func Kinds() []Kind {
	return []Kind{Internal, Invalid, NotFound, Ambiguous, Conflict, Unavailable, Denied, Failed, Canceled, Timeout, Protocol}
}

// Error is the error that crosses package and process borders. It prints as
// "Msg" and its parts are shown apart where there is room:
//
//	cannot enter Configured on web1: port 80 is in use
//	  at modules/webserver.star:12:5
//	  hint: …
type Error struct {
	Kind Kind   `json:"kind,omitempty"`
	Op   string `json:"op,omitempty"`   // what was being done: "enter Configured"
	At   string `json:"at,omitempty"`   // where: a path, or file:line:column
	Msg  string `json:"msg"`            // what happened, lower case, no full stop
	Hint string `json:"hint,omitempty"` // what the operator can do about it
	Err  error  `json:"-"`              // the cause, where a caller may inspect it
}

// Error prints the operation and the message, with the place where one is known.
func (e *Error) Error() string {
	s := e.Msg
	if e.Op != "" {
		s = "cannot " + e.Op + ": " + s
	}
	if e.At != "" {
		s = e.At + ": " + s
	}
	return s
}

// Redacted is the error without the secrets that are known, and without its cause, which
// may have some.
func (e *Error) Redacted(r *value.Redactor) *Error {
	if e == nil {
		return nil
	}
	return &Error{Kind: e.Kind, Op: r.Redact(e.Op), At: r.Redact(e.At), Msg: r.Redact(e.Msg), Hint: r.Redact(e.Hint)}
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a kind.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Msg: fmt.Sprintf(format, args...)}
}

// WithHint adds what the operator can do, and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// KindOf is the kind of the first Error in err's chain, Internal if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// AsError finds the Error in err's chain, or wraps err in one that is Internal.
// It is nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Msg: err.Error(), Err: err}
}

// HintOf is the hint of the first Error in err's chain, or "".
func HintOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}

// Problem is something wrong with what an operator said: it points at the
// resource (usually a variable) and says what to change. It is data, not an error.
type Problem struct {
	Path Path   `json:"path"`
	Msg  string `json:"message"`
	Hint string `json:"hint,omitempty"`
}

func (p Problem) String() string {
	if p.Path == "" {
		return p.Msg
	}
	return string(p.Path) + ": " + p.Msg
}
