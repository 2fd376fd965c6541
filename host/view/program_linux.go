package view

import (
	"context"
	"strings"

	"github.com/armonic/armonic/spec"
)

// program runs a program of the system to its end. The error says what could not be done,
// and the last line that it printed.
func (r Real) program(ctx context.Context, what string, argv []string, input string) error {
	res, err := r.run(ctx, argv, input)
	if err != nil {
		return err
	}
	if res.Code != 0 {
		return spec.Errorf(spec.Failed, "cannot %s: %s", what, lastLine(argv[0], res))
	}
	return nil
}

func (r Real) run(ctx context.Context, argv []string, input string) (spec.CommandResult, error) {
	if r.Run == nil {
		return spec.CommandResult{}, spec.Errorf(spec.Unavailable, "cannot run %s here", argv[0])
	}
	return r.Run(ctx, spec.Command{Argv: argv, Input: input})
}

// lastLine is what a program said at its end.
func lastLine(program string, res spec.CommandResult) string {
	lines := strings.Split(strings.TrimSpace(res.Stderr), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return program + " failed"
}
