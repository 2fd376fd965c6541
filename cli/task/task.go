package task

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// task is work on one lifecycle of one host: `armonic state-goto` and `provide-call`.
type task struct {
	find.Base
	values []string
	index  int
	dryRun bool
	check  bool

	agent spec.Agent
	route spec.Route
	work  spec.Work
}

func (t *task) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVarP(&t.values, "require", "R", nil, "give a value: `REQUIRE/VARIABLE=VALUE` (repeatable; longer: STATE/PROVIDE/…; the second set of a require is REQUIRE[1])")
	f.IntVar(&t.index, "path-index", 0, "take way `N`, counted from 0 as --path of state and provide lists them")
	f.BoolVar(&t.dryRun, "dry-run", false, "show what would be done and end")
	t.Register(c)
}

// prepare plans the way to a state or provide, and says what is wrong with the values.
func (t *task) prepare(ctx context.Context, target spec.Path) ([]spec.Problem, error) {
	values, err := parseGiven(t.values)
	if err != nil {
		return nil, err
	}
	if t.agent, err = t.Finder.Agent(target.Host()); err != nil {
		return nil, err
	}
	if t.route, err = t.agent.Route(ctx, spec.RouteQuery{Provide: target, Index: t.index}); err != nil {
		return nil, err
	}
	steps, problems, err := fill(target.Cut(2), t.route.Steps, values)
	if err != nil {
		return nil, err
	}
	t.work = spec.Work{Lifecycle: t.route.Lifecycle, From: t.route.From, Steps: steps}
	wrong, err := t.agent.Check(ctx, t.work)
	return append(problems, wrong...), err
}

// do goes the way to a state or provide, on one host or several.
func (t *task) do(ctx context.Context, targets []spec.Path) error {
	if len(targets) > 1 {
		return t.doAll(ctx, targets)
	}
	target := targets[0]
	problems, err := t.prepare(ctx, target)
	if err != nil {
		return err
	}
	switch {
	case t.check:
		return t.checked(problems)
	case len(problems) > 0:
		return output.WrongAnswers(output.ExitAnswers, problems)
	case t.dryRun:
		return t.preview(ctx, target)
	}
	return t.execute(ctx, target)
}
