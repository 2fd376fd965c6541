package lookup

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newInfo(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{LateBelow: true}
	c := &cobra.Command{
		Use:     "info",
		Short:   "Show what hosts are: system, address, version, load",
		Example: "  armonic info --demo\n  armonic info --local -o json",
	}
	return l.Setup(c, g, s, query.Location, func(ctx context.Context, _ spec.Pattern) error { return info(ctx, l) })
}

func info(ctx context.Context, l *find.Base) error {
	all, err := find.AskAll(ctx, l.Finder, func(ctx context.Context, a spec.Agent) ([]spec.Info, error) {
		i, err := a.Info(ctx)
		return []spec.Info{i}, err
	})
	if err != nil {
		return err
	}
	if l.JSON() {
		return find.List(l, all, nil)
	}
	rows := make([][]string, len(all))
	for n, i := range all {
		system, doing := orUnknown(i.OS.String()), "nothing"
		if i.Simulated {
			system += ", " + output.Simulated
		}
		if i.Busy != "" {
			doing = fmt.Sprintf("%s, %d more wait", i.Busy, i.Queue)
		}
		rows[n] = []string{string(i.Host), system, i.Address, i.Version, fmt.Sprintf("%.2f", i.Load), doing}
	}
	if err := output.Table(l.Out, []string{"HOST", "SYSTEM", "ADDRESS", "VERSION", "LOAD", "DOING"}, rows); err != nil {
		return err
	}
	for _, i := range all {
		for _, name := range i.Simulations {
			output.Printf(l.Out, "%s: %s %s\n", i.Host, name, output.Pretends)
		}
		for _, b := range i.Bundles {
			output.Printf(l.Out, "%s: modules %s\n", i.Host, b.Text())
		}
		for _, note := range i.Notes {
			for line := range strings.Lines(note) {
				output.Printf(l.Out, "%s: %s\n", i.Host, strings.TrimSuffix(line, "\n"))
			}
		}
	}
	return nil
}
