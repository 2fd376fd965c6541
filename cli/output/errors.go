package output

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// DeploymentExit is the exit code of an execution that is over.
func DeploymentExit(s *rollout.Snapshot) error {
	if s.OK {
		return nil
	}
	for _, t := range s.Tasks {
		if t.Status == rollout.LostTask {
			return Exit(ExitUnreachable, nil)
		}
	}
	return Exit(ExitFailed, nil)
}

// The exit codes, documented in docs/cli.md.
const (
	ExitOK          = 0
	ExitFailed      = 1   // a step failed, or something that is not the caller's fault
	ExitUsage       = 2   // the command line, a pattern or a module is wrong
	ExitAnswers     = 3   // answers are missing or wrong
	ExitUnreachable = 4   // a host or server cannot be reached
	ExitInterrupted = 130 // Ctrl-C
)

// exitError is an error with the code that the program ends with.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }

// Exit gives err a code. A nil err ends the program with the code, silently: all
// has been said.
func Exit(code int, err error) error {
	if err == nil {
		err = ErrPrinted
	}
	return &exitError{code, err}
}

// ErrPrinted stands for an error that has been printed already.
var ErrPrinted = errors.New("")

// ErrNotConfirmed is that somebody was asked whether to go on, and said no.
var ErrNotConfirmed = Exit(ExitInterrupted, errors.New("not confirmed, nothing was done"))

// ExitCode is the exit code for an error of a command.
func ExitCode(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.As(err, &e):
		return e.code
	}
	switch spec.KindOf(err) {
	case spec.Unavailable:
		return ExitUnreachable
	case spec.Failed, spec.Timeout, spec.Conflict, spec.Denied, spec.Protocol:
		return ExitFailed
	case spec.Canceled:
		return ExitInterrupted
	case spec.Internal, spec.Invalid, spec.NotFound, spec.Ambiguous:
	}
	return ExitUsage // Internal too: the command line parser gives plain errors
}

// problemsError is an error with a list of its reasons.
type problemsError struct {
	err      error
	problems []spec.Problem
}

func (e *problemsError) Unwrap() error { return e.err }

// Error lists the problems, one a line, with their hints.
func (e *problemsError) Error() string {
	var b strings.Builder
	Printf(&b, "%s:", e.err)
	for _, p := range e.problems {
		Printf(&b, "\n  %s  %s", p.Path, p.Msg)
		if p.Hint != "" {
			Printf(&b, "\n      hint: %s", p.Hint)
		}
	}
	return b.String()
}

// PrintError prints an error with its hint.
func PrintError(w io.Writer, err error) {
	if err == nil || errors.Is(err, ErrPrinted) || errors.Is(err, context.Canceled) {
		return
	}
	for i, line := range strings.Split(err.Error(), "\n") {
		switch {
		case i == 0:
			line = "armonic: " + line
		case !strings.HasPrefix(line, " "):
			line = "  " + line // what an agent said must not look like a line of ours
		}
		Printf(w, "%s\n", line)
	}
	if hint := spec.HintOf(err); hint != "" {
		Printf(w, "  hint: %s\n", hint)
	}
}

// WrongAnswers is an error that lists what is missing or wrong, with its exit code.
func WrongAnswers(code int, problems []spec.Problem) error {
	text := "an answer is missing or wrong"
	if len(problems) != 1 {
		text = fmt.Sprintf("%d answers are missing or wrong", len(problems))
	}
	return Exit(code, WithProblems(errors.New(text), problems))
}

// WithProblems adds the list of its reasons to an error.
func WithProblems(err error, problems []spec.Problem) error { return &problemsError{err, problems} }

// InFile says with which file a list of problems is about its answers.
func InFile(name string, err error) error {
	var list *problemsError
	if !errors.As(err, &list) {
		return err
	}
	return Exit(ExitCode(err), WithProblems(fmt.Errorf("%s: %w", name, list.err), list.problems))
}
