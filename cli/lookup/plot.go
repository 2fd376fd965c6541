package lookup

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/diagram"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newPlot(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{Global: g, Streams: s}
	var form string
	var reachable bool
	c := &cobra.Command{
		Use:   "plot LIFECYCLE",
		Short: "Draw the state machine of a lifecycle",
		Long: `Draw the state machine of the lifecycle that LIFECYCLE, a name or a pattern, means, with
what is applied of it now. Transitions that this host's system does not allow are
marked.`,
		Example: `  armonic plot WebServer --demo -J web1
  armonic plot WebServer -T dot --local | dot -Tsvg > webserver.svg`,
	}
	c.Flags().StringVarP(&form, "type", "T", "text", "draw as `FORM`: text, dot, mermaid, json or xml")
	c.Flags().BoolVar(&reachable, "reachable", false, "leave out what cannot be reached on this host")
	_ = c.RegisterFlagCompletionFunc("type", cobra.FixedCompletions(diagram.Forms(), cobra.ShellCompDirectiveNoFileComp))
	l.Register(c)
	l.Pattern(c, "LIFECYCLE", true, query.Lifecycle, func(ctx context.Context, p spec.Pattern) error {
		if l.JSON() && !c.Flags().Changed("type") {
			form = "json"
		}
		if !slices.Contains(diagram.Forms(), form) {
			return spec.Errorf(spec.Invalid, "there is no form %q", form).WithHint("-T %s", strings.Join(diagram.Forms(), ", "))
		}
		if l.JSON() && form != "json" {
			return spec.Errorf(spec.Invalid, "-o json and -T %s cannot be had together", form)
		}
		return plot(ctx, l, p, form, reachable)
	})
	return c
}

// plot draws a lifecycle: that of one host, or of each if several were chosen.
func plot(ctx context.Context, l *find.Base, p spec.Pattern, form string, reachable bool) error {
	targets, err := l.Targets(ctx, p, query.Lifecycle)
	if err != nil {
		return err
	}
	for _, t := range targets {
		r, err := l.Finder.One(ctx, spec.Pattern(t), query.Lifecycle)
		if err != nil {
			return err
		}
		if err := plotOne(ctx, l, r, form, reachable); err != nil {
			return err
		}
	}
	return nil
}

func plotOne(ctx context.Context, l *find.Base, r spec.Resource, form string, reachable bool) error {
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
	m := diagram.New(r, stacks[0], states)
	if reachable {
		m = m.OnlyReachable()
	}
	return m.Draw(l.Out, form)
}
