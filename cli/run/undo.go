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

// undoCommand is `armonic provide-undo`.
type undoCommand struct {
	command
	states []string // those whose calls are taken back; none: all
	run    string
}

// Undo is `armonic provide-undo`.
func Undo(g *settings.Global, s output.Streams) *cobra.Command {
	c := &undoCommand{}
	cmd := &cobra.Command{
		Use:   "provide-undo PATH",
		Short: "Take back what calls of a provide did",
		Long: `Take back what calls of the provide that PATH, a pattern, means did, without leaving its
state: all of them, or those for one state, or of one run. What other calls rely on stays.`,
		Example: `  armonic provide-undo //WebServer//create_document_root --local --dry-run
  armonic provide-undo //WebServer//create_document_root --for /web1/WebSite/Templated -J web1 --demo`,
	}
	f := cmd.Flags()
	f.StringArrayVar(&c.states, "for", nil, "only what was called for the state `PATH`, /HOST/LIFECYCLE/STATE (repeatable)")
	f.StringVar(&c.run, "run", "", "only what the run `RUN` called")
	f.BoolVar(&c.dryRun, "dry-run", false, "show what would be done and end")
	_ = cmd.RegisterFlagCompletionFunc("for", find.CompleteStates(g))
	output.ChangedFlag(cmd, &c.changed)
	f.BoolVar(&c.breakUse, "break", false, "take it back although applied states required it")
	return c.Setup(cmd, g, s, query.Provide, c.undo)
}

func (c *undoCommand) undo(ctx context.Context, p spec.Pattern) error {
	targets, err := c.Targets(ctx, p, query.Provide)
	if err != nil {
		return err
	}
	c.yes, c.takesBack = true, true // that is what was asked for
	runs := c.runs(targets)
	errs := deploy.InParallel(len(runs), func(i int) error { return c.prepareUndo(ctx, runs[i]) })
	if err := join(targets, errs); err != nil {
		return err
	}
	return c.carryOut(ctx, targets, runs)
}

// prepareUndo plans what is taken back on one host.
func (c *undoCommand) prepareUndo(ctx context.Context, r *hostRun) error {
	var err error
	if r.agent, err = c.Finder.Agent(r.target.Host()); err != nil {
		return err
	}
	stacks, err := r.agent.Stacks(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(stacks, func(s spec.Stack) bool { return s.Path == r.target.Cut(2) })
	if i < 0 {
		return spec.Errorf(spec.NotFound, "there is no lifecycle %s", r.target.Cut(2))
	}
	s := stacks[i]
	steps := c.steps(s, r.target)
	also, err := r.alsoOn(s, steps)
	if err != nil {
		return err
	}
	r.work, r.route = also.work, also.route
	if r.work.Changed, err = output.ParseChanged(c.changed); err != nil {
		return err
	}
	return r.findUndoneCalls(ctx)
}

// steps take back the calls that are meant, none if there are none.
func (c *undoCommand) steps(s spec.Stack, provide spec.Path) []spec.Step {
	step := spec.Step{Action: spec.TakeBack, State: provide.State(), Provide: provide.Provide(), Run: spec.RunID(c.run)}
	for _, state := range c.states {
		step.For = append(step.For, spec.Path(state))
	}
	if step.Run != "" || len(step.For) > 0 {
		return meant(s, step)
	}
	everybody := step
	for _, call := range s.StandingCalls() {
		if call.State == step.State && call.Provide == step.Provide {
			everybody.For = append(everybody.For, call.For...)
		}
	}
	slices.Sort(everybody.For)
	everybody.For = slices.Compact(everybody.For)
	out := meant(s, step)
	if len(everybody.For) > 0 {
		out = append(out, everybody)
	}
	return out
}

// meant is a step, if it is about any call that stands.
func meant(s spec.Stack, step spec.Step) []spec.Step {
	for _, call := range s.StandingCalls() {
		_, takes := step.Takes(call.By, call.For)
		if takes && call.State == step.State && call.Provide == step.Provide {
			return []spec.Step{step}
		}
	}
	return nil
}
