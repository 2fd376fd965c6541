package run

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// command is `armonic state-goto` or `armonic provide-call`.
type command struct {
	find.Base
	values    []string
	pathIndex int
	dryRun    bool
	yes       bool // do not ask
	check     bool // only check the values
	changed   string
	again     bool // enter a state that is applied
	breakUse  bool // leave states that others rely on

	takesBack    bool // it is provide-undo
	keepProvides bool // what was called for states that are left stays
}

func (c *command) flags(cmd *cobra.Command, g *settings.Global) {
	f := cmd.Flags()
	f.StringArrayVarP(&c.values, "require", "R", nil, "give a value: `REQUIRE/VARIABLE=VALUE` (repeatable; longer: STATE/PROVIDE/…; the second set of a require is REQUIRE[1]; "+output.GivenUsage+")")
	_ = cmd.RegisterFlagCompletionFunc("require", find.CompleteVariables(g, true)) // the flag is there
	f.IntVar(&c.pathIndex, "path-index", 0, "take way `N`, counted from 0 as --path of state and provide lists them")
	f.BoolVar(&c.dryRun, "dry-run", false, "show what would be done and end")
	output.ChangedFlag(cmd, &c.changed)
	f.BoolVar(&c.breakUse, "break", false, "leave states that applied states of other lifecycles required")
	f.BoolVar(&c.keepProvides, "keep-provides", false, "do not take back what was called of other lifecycles for the states that are left")
	f.BoolVar(&c.yes, "yes", false, "leave states of which provides were called, and confirm guarded steps, without asking")
}

// do brings each target about, all at once. Nothing is done anywhere unless all is right
// everywhere.
func (c *command) do(ctx context.Context, targets []spec.Path) error {
	values, err := c.parseAssignments(ctx)
	if err != nil {
		return err
	}
	runs := c.runs(targets)
	problems := make([][]spec.Problem, len(runs))
	errs := deploy.InParallel(len(runs), func(i int) (err error) {
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
	}
	return c.carryOut(ctx, targets, runs)
}

// carryOut shows what was prepared, or does it, all at once.
func (c *command) carryOut(ctx context.Context, targets []spec.Path, runs []*hostRun) error {
	if c.dryRun {
		for _, r := range runs {
			if err := r.preview(ctx); err != nil {
				return err
			}
			if err := r.previewAlso(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	var hosts []spec.Host
	for _, r := range runs {
		hosts = append(hosts, r.hosts()...)
	}
	if err := deploy.ObserverError(deploy.Observed(ctx, c.Fleet, hosts)); err != nil {
		return err
	}
	if err := c.confirm(ctx, runs); err != nil {
		return err
	}
	return join(targets, deploy.InParallel(len(runs), func(i int) error { return runs[i].execute(ctx) }))
}

// Goto is `armonic state-goto`.
func Goto(g *settings.Global, s output.Streams) *cobra.Command {
	c := &command{}
	cmd := &cobra.Command{
		Use:   "state-goto PATH",
		Short: "Bring a lifecycle to a state",
		Long: `Enter and leave states until the one that PATH names is the current one. PATH is a
pattern that matches one state. What the states on the way ask is given with -R;
what has a default need not be given.`,
		Example: `  armonic state-goto //WebServer/Active --demo -J web1 -R conf/port=8080
  armonic state-goto //WebServer/NotInstalled --local`,
	}
	c.flags(cmd, g)
	cmd.Flags().BoolVar(&c.again, "again", false, "if the state is applied, enter it again: with the values of -R, and else as it was entered")
	return c.Setup(cmd, g, s, query.State, c.gotoState)
}

func (c *command) gotoState(ctx context.Context, p spec.Pattern) error {
	targets, err := c.Targets(ctx, p, query.State)
	if err != nil {
		return err
	}
	return c.do(ctx, targets)
}

// Call is `armonic provide-call`.
func Call(g *settings.Global, s output.Streams) *cobra.Command {
	c := &command{}
	cmd := &cobra.Command{
		Use:   "provide-call PATH",
		Short: "Call one provide, entering the states that it needs",
		Long: `Call the provide that PATH, a pattern, names, unless its state is applied after entering
the states on the way to it. Nothing else is called: what other provides would return is
given with -R, as everything that the provide and the states on the way ask. See
armonic deploy for the other way round.`,
		Example: `  armonic provide-call //WebServer//start --demo -J web1 -R conf/port=8080
  armonic provide-call //WebSite//start --check --demo -J web1 -R webserver/url=http://web1`,
	}
	cmd.Flags().BoolVar(&c.check, "check", false, "only say what is wrong with the values")
	c.flags(cmd, g)
	return c.Setup(cmd, g, s, query.Provide, c.call)
}

func (c *command) call(ctx context.Context, p spec.Pattern) error {
	targets, err := c.Targets(ctx, p, query.Provide)
	if err != nil {
		return err
	}
	if first := targets[0]; first.Provide() == string(spec.Enter) {
		return spec.Errorf(spec.Invalid, "%s enters a state and is not called", first).
			WithHint("armonic state-goto %s", first.Cut(3))
	}
	return c.do(ctx, targets)
}
