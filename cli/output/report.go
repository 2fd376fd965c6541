package output

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/armonic/armonic/spec"
)

// answersError lists what is missing or wrong.
type answersError struct {
	problems []spec.Problem
}

// Error lists the problems, one a line, with their hints.
func (e *answersError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d answers are missing or wrong:", len(e.problems))
	if len(e.problems) == 1 {
		b.Reset()
		b.WriteString("an answer is missing or wrong:")
	}
	for _, p := range e.problems {
		fmt.Fprintf(&b, "\n  %s  %s", p.Path, p.Msg)
		if p.Hint != "" {
			fmt.Fprintf(&b, "\n      hint: %s", p.Hint)
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
		if i == 0 {
			line = "armonic: " + line
		}
		_, _ = fmt.Fprintln(w, Clean(line))
	}
	if hint := spec.HintOf(err); hint != "" {
		_, _ = fmt.Fprintf(w, "  hint: %s\n", Clean(hint))
	}
}

// WrongAnswers is an error that lists what is missing or wrong, with its exit code.
func WrongAnswers(code int, problems []spec.Problem) error {
	return Exit(code, &answersError{problems})
}
