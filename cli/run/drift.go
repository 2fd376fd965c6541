package run

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// driftCommand is `armonic drift`.
type driftCommand struct {
	command
	repair bool
}

// Drift is `armonic drift`.
func Drift(g *settings.Global, s output.Streams) *cobra.Command {
	c := &driftCommand{}
	cmd := &cobra.Command{
		Use:   "drift [PATTERN]",
		Short: "Show what on hosts is not as it was left",
		Long: `Look at what was changed on hosts when states were entered and provides were called,
and show what is not so any more, with the difference: of the lifecycles that PATTERN
matches, of all without it. What commands did cannot be looked at. The exit code is 1 if
something is not as it was left.`,
		Example: "  armonic drift --demo\n  armonic drift -J web1 --repair --local",
	}
	cmd.Flags().BoolVar(&c.repair, "repair", false, "enter the states again whose work is not as it was left")
	return c.Setup(cmd, g, s, query.Lifecycle, c.drift)
}

func (c *driftCommand) drift(ctx context.Context, p spec.Pattern) error {
	found, err := c.Finder.OfKind(ctx, p, query.Lifecycle)
	if err != nil {
		return err
	}
	drift, err := c.look(ctx, found)
	if err != nil {
		return err
	}
	if !c.repair || len(drift.Findings) == 0 {
		return c.printDrift(drift)
	}
	if err := c.repairAll(ctx, drift.Findings); err != nil {
		return err
	}
	if drift, err = c.look(ctx, found); err != nil {
		return err
	}
	return c.printDrift(drift)
}

// look asks the hosts of lifecycles, all at once.
func (c *driftCommand) look(ctx context.Context, lifecycles []spec.Resource) (out spec.Drift, err error) {
	all := make([]spec.Drift, len(lifecycles))
	errs := deploy.InParallel(len(lifecycles), func(i int) error {
		at := lifecycles[i].Path
		return deploy.AskHost(ctx, c.Fleet, at.Host(), func(ctx context.Context, a spec.Agent) (err error) {
			all[i], err = a.Drift(ctx, at.Lifecycle())
			return err
		})
	})
	targets := make([]spec.Path, len(lifecycles))
	for i, r := range lifecycles {
		targets[i] = r.Path
		out.Looked += all[i].Looked
		out.Findings = append(out.Findings, all[i].Findings...)
	}
	return out, join(targets, errs)
}

// repairAll enters the states again of which something is not as they left it.
func (c *driftCommand) repairAll(ctx context.Context, findings []spec.EffectFinding) error {
	repairs, err := deploy.PlanRepairs(ctx, c.Fleet, findings)
	if err != nil {
		return err
	}
	targets := make([]spec.Path, len(repairs))
	for i, r := range repairs {
		targets[i] = r.Service
	}
	runs := c.runs(targets)
	return join(targets, deploy.InParallel(len(repairs), func(i int) error {
		runs[i].out = c.Err
		return repairs[i].Run(ctx, c.Fleet, spec.RunID(rollout.NewID(time.Now())), settings.Operator(), runs[i].eventPrinter())
	}))
}

// printDrift lists what was found, and says by the exit code whether there was anything.
func (c *driftCommand) printDrift(d spec.Drift) error {
	slices.SortStableFunc(d.Findings, func(a, b spec.EffectFinding) int { return strings.Compare(string(a.Path), string(b.Path)) })
	for i := range d.Findings {
		d.Findings[i].Effect = d.Findings[i].Effect.Brief()
	}
	err := find.List(&c.Base, d.Findings, func(w io.Writer, f spec.EffectFinding) {
		output.Printf(w, "%s  %s: %s\n", f.Path, f.Effect.Key, deploy.Found(f))
		for line := range strings.Lines(f.Diff) {
			output.Printf(w, "    %s\n", strings.TrimRight(line, "\n"))
		}
	})
	switch {
	case err != nil:
		return err
	case len(d.Findings) > 0:
		return output.Exit(output.ExitFailed, nil)
	case !c.JSON():
		output.Printf(c.Out, "all is as it was left (%s looked at)\n", spec.Count(d.Looked, "change", "changes"))
	}
	return nil
}
