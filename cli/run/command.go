package run

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// command is `armonic state-goto` or `armonic provide-call`.
type command struct {
	find.Base
	values    []string
	pathIndex int
	dryRun    bool
	check     bool // only check the values
}

func (c *command) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVarP(&c.values, "require", "R", nil, "give a value: `REQUIRE/VARIABLE=VALUE` (repeatable; longer: STATE/PROVIDE/…; the second set of a require is REQUIRE[1])")
	f.IntVar(&c.pathIndex, "path-index", 0, "take way `N`, counted from 0 as --path of state and provide lists them")
	f.BoolVar(&c.dryRun, "dry-run", false, "show what would be done and end")
}

// do brings each target about, all at once. Nothing is done anywhere unless all is right
// everywhere.
func (c *command) do(ctx context.Context, targets []spec.Path) error {
	values, err := parseAssignments(c.values)
	if err != nil {
		return err
	}
	runs := c.runs(targets)
	problems := make([][]spec.Problem, len(runs))
	errs := find.InParallel(len(runs), func(i int) (err error) {
		problems[i], err = runs[i].prepare(ctx, values)
		return err
	})
	if err := join(targets, errs); err != nil {
		return err
	}
	all := slices.Concat(problems...)
	switch {
	case c.check:
		return c.printProblems(all)
	case len(all) > 0:
		return output.WrongAnswers(output.ExitAnswers, all)
	case c.dryRun:
		for _, r := range runs {
			if err := r.preview(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	return join(targets, find.InParallel(len(runs), func(i int) error { return runs[i].execute(ctx) }))
}
