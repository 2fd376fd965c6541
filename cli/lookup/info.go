package lookup

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newInfo(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{Global: g, Streams: s}
	c := &cobra.Command{
		Use:     "info",
		Short:   "Show what hosts are: system, address, version, load",
		Example: "  armonic info --demo\n  armonic info --local -o json",
	}
	l.Register(c)
	l.Pattern(c, "PATTERN", false, query.Location, func(ctx context.Context, _ spec.Pattern) error { return showInfo(ctx, l) })
	c.Args = cobra.NoArgs
	c.ValidArgsFunction = cobra.NoFileCompletions
	return c
}

func showInfo(ctx context.Context, l *find.Base) error {
	all, err := find.Gather(l.Finder, find.AskAll(ctx, l.Finder, func(ctx context.Context, a spec.Agent) ([]spec.Info, error) {
		i, err := a.Info(ctx)
		return []spec.Info{i}, err
	}))
	if err != nil {
		return err
	}
	if l.JSON() {
		return find.List(l, all, nil)
	}
	w := tabwriter.NewWriter(l.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "HOST\tSYSTEM\tADDRESS\tVERSION\tLOAD\tDOING")
	for _, i := range all {
		system, doing := i.OS.String(), "nothing"
		if system == "" {
			system = "unknown"
		}
		if i.Simulated {
			system += ", simulated"
		}
		if i.Busy != "" {
			doing = fmt.Sprintf("%s, %d more wait", i.Busy, i.Queue)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.2f\t%s\n", i.Host, output.Clean(system), output.Clean(i.Address), output.Clean(i.Version), i.Load, output.Clean(doing))
	}
	if err := w.Flush(); err != nil {
		return output.WriteError(err)
	}
	for _, i := range all {
		for _, note := range i.Notes {
			for line := range strings.Lines(note) {
				_, _ = fmt.Fprintf(l.Out, "%s: %s\n", i.Host, output.Clean(strings.TrimSuffix(line, "\n")))
			}
		}
	}
	return nil
}
