package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/spec"
)

// The exit codes, documented in docs/cli.md.
const (
	exitOK          = 0
	exitFailed      = 1   // a step failed, or something that is not the caller's fault
	exitUsage       = 2   // the command line, a pattern or a module is wrong
	exitAnswers     = 3   // answers are missing or wrong
	exitUnreachable = 4   // a host or server cannot be reached
	exitInterrupted = 130 // Ctrl-C
)

// exitError is an error with the code that the program ends with.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// exit gives err a code. A nil err ends the program with the code, silently: all
// has been said.
func exit(code int, err error) error {
	if err == nil {
		err = errSaid
	}
	return &exitError{code, err}
}

// errSaid stands for an error that has been printed already.
var errSaid = errors.New("")

// codeOf is the exit code for an error of a command.
func codeOf(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &e):
		return e.code
	}
	switch spec.KindOf(err) {
	case spec.Unavailable:
		return exitUnreachable
	case spec.Failed, spec.Timeout, spec.Conflict, spec.Denied:
		return exitFailed
	case spec.Canceled:
		return exitInterrupted
	case spec.Internal, spec.Invalid, spec.NotFound, spec.Ambiguous:
	}
	return exitUsage // Internal too: the command line parser gives plain errors
}

// report prints an error with its hint.
func report(w io.Writer, err error) {
	if err == nil || errors.Is(err, errSaid) || errors.Is(err, context.Canceled) {
		return
	}
	for i, line := range strings.Split(err.Error(), "\n") {
		if i == 0 {
			line = "armonic: " + line
		}
		_, _ = fmt.Fprintln(w, clean(line))
	}
	if hint := spec.HintOf(err); hint != "" {
		_, _ = fmt.Fprintf(w, "  hint: %s\n", clean(hint))
	}
}
