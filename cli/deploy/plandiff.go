package deploy

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// planDiff is one run of `armonic plan diff`.
type planDiff struct {
	*settings.Global
	output.Streams
	output.Format
}

// Plan is `armonic plan`.
func Plan(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{Use: "plan", Short: "Look at plans without carrying them out", RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	d := &planDiff{Global: g, Streams: s}
	diff := &cobra.Command{
		Use:   "diff FILE FILE",
		Short: "Show what two answers files do differently",
		Long: `Plan what two answers files say, for the hosts as they are now, and show what differs:
the hosts that are touched, the steps, and the values that these are given. Nothing is
done. The exit code is 1 if the plans differ, 0 if they do not.`,
		Example: "  armonic plan diff before.yaml after.yaml --demo",
		RunE: func(c *cobra.Command, args []string) error {
			err := d.run(c.Context(), args[0], args[1])
			if err != nil && d.Format.String() == "json" && !errors.Is(err, output.ErrPrinted) {
				return output.PrintFailure(s.Out, err)
			}
			return err
		},
	}
	d.Format.Register(diff)
	c.AddCommand(diff)
	return c
}

func (d *planDiff) run(ctx context.Context, a, b string) error {
	if a == "-" && b == "-" {
		return spec.Errorf(spec.Invalid, "standard input can be one of the two files only")
	}
	fleet, closeFleet, err := connect.Open(ctx, d.Global, d.Streams, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	catalogue := deploy.ReadCatalogue(ctx, fleet)
	if err := ctx.Err(); err != nil {
		return err
	}
	var plans [2]*resolver.Result
	for i, name := range []string{a, b} {
		if plans[i], err = d.plan(ctx, fleet, catalogue, name); err != nil {
			return err
		}
	}
	diff := deploy.DiffPlans(plans[0], plans[1])
	if d.Format.String() == "json" {
		err = output.WriteJSON(d.Out, struct {
			Same bool `json:"same"`
			deploy.PlanDiff
		}{diff.Same(), diff})
	} else {
		d.print(diff, a, b)
	}
	if err == nil && !diff.Same() {
		err = output.Exit(output.ExitFailed, nil)
	}
	return err
}

// plan resolves what a file says.
func (d *planDiff) plan(ctx context.Context, fleet deploy.Fleet, catalogue deploy.Catalogue, name string) (*resolver.Result, error) {
	one := &deployment{Global: d.Global, Streams: d.Streams, answers: name, autofill: true, yes: true, dryRun: true, show: output.NewPrinter(output.Format{}, d.Out)}
	answers, err := one.readAnswers()
	if err != nil {
		return nil, output.Exit(output.ExitAnswers, err)
	}
	found, _, err := catalogue.Find(answers.Provide)
	if err != nil {
		return nil, unreachable(catalogue, output.Exit(output.ExitAnswers, spec.Errorf(spec.KindOf(err), "%s: %v", name, err).WithHint("%s", spec.HintOf(err))))
	}
	if err := one.newSession(fleet, found); err != nil {
		return nil, err
	}
	one.newPrompter()
	answers.Provide = found
	if err := one.session.Replay(answers); err != nil {
		return nil, output.Exit(output.ExitAnswers, err)
	}
	if err := one.answerQuestions(ctx); err != nil {
		return nil, err
	}
	if err := one.checkComplete(); err != nil {
		return nil, output.InFile(name, err)
	}
	return one.session.Result(), nil
}

// print writes the difference for a person: what is only in the first file with -, what is
// only in the second with +.
func (d *planDiff) print(diff deploy.PlanDiff, a, b string) {
	say := func(format string, args ...any) { output.Printf(d.Out, format, args...) }
	if diff.Same() {
		say("%s and %s do the same\n", a, b)
		return
	}
	say("- %s\n+ %s\n", a, b)
	sign := map[deploy.Side]string{deploy.OnlyA: "-", deploy.OnlyB: "+"}
	for _, h := range diff.Hosts {
		say("%s host %s\n", sign[h.In], h.Host)
	}
	service := spec.Path("")
	for _, s := range diff.Steps {
		if at := spec.MakePath(s.Host, s.Lifecycle); at != service {
			service = at
			say("\n%s\n", at)
		}
		say("%s   %s", sign[s.In], s.Step)
		for _, name := range slices.Sorted(maps.Keys(s.Values)) {
			say("  %s=%s", name, output.Value(s.Values[name]))
		}
		say("\n")
	}
	if len(diff.Values) > 0 {
		say("\nvalues\n")
	}
	for _, v := range diff.Values {
		say("  %s: %s -> %s\n", v.Path, output.Value(v.A), output.Value(v.B))
	}
}
