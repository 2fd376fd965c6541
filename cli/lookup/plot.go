package lookup

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// plotCommand is `armonic plot`.
type plotCommand struct {
	find.Base
	form      string
	reachable bool
}

func newPlot(g *settings.Global, s output.Streams) *cobra.Command {
	l := &plotCommand{}
	c := &cobra.Command{
		Use:   "plot LIFECYCLE",
		Short: "Draw the state machine of a lifecycle",
		Long: `Draw the state machine of the lifecycle that LIFECYCLE, a name or a pattern, means, with
what is applied of it now. Transitions that this host's system does not allow are
marked.`,
		Example: `  armonic plot WebServer --demo -J web1
  armonic plot WebServer -T dot --local | dot -Tsvg > webserver.svg`,
	}
	c.Flags().StringVarP(&l.form, "type", "T", "text", "draw as `FORM`: text, dot, mermaid, json or xml")
	c.Flags().BoolVar(&l.reachable, "reachable", false, "leave out what cannot be reached on this host")
	_ = c.RegisterFlagCompletionFunc("type", cobra.FixedCompletions(Forms(), cobra.ShellCompDirectiveNoFileComp))
	return l.Setup(c, g, s, query.Lifecycle, func(ctx context.Context, p spec.Pattern) error {
		if l.JSON() && !c.Flags().Changed("type") {
			l.form = "json"
		}
		if !slices.Contains(Forms(), l.form) {
			return spec.Errorf(spec.Invalid, "there is no form %q", l.form).WithHint("-T %s", strings.Join(Forms(), ", "))
		}
		if l.JSON() && l.form != "json" {
			return spec.Errorf(spec.Invalid, "-o json and -T %s cannot be had together", l.form)
		}
		return l.plot(ctx, p)
	})
}

// plot draws a lifecycle: that of one host, or of each if several were chosen.
func (l *plotCommand) plot(ctx context.Context, p spec.Pattern) error {
	targets, err := l.Targets(ctx, p, query.Lifecycle)
	if err != nil {
		return err
	}
	for _, at := range targets {
		if err := l.plotOne(ctx, at); err != nil {
			return err
		}
	}
	return nil
}

func (l *plotCommand) plotOne(ctx context.Context, at spec.Path) error {
	r, err := l.Finder.One(ctx, spec.Pattern(at), query.Lifecycle)
	if err != nil {
		return err
	}
	stacks, err := l.Finder.Stacks(ctx, []spec.Resource{r})
	if err == nil && len(stacks) != 1 {
		err = spec.Errorf(spec.NotFound, "%s has no stack", r.Path)
	}
	if err != nil {
		return err
	}
	states, err := l.Finder.Describe(ctx, spec.Pattern(string(r.Path)+"/*"))
	if err != nil {
		return err
	}
	m := NewMachine(r, stacks[0], states)
	if l.reachable {
		m = m.OnlyReachable()
	}
	return m.Draw(l.Out, l.form)
}
