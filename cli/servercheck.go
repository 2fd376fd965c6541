package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/spec"
)

func newServerCheck(g *globals, s Streams) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "check",
		Short: "Find out what an XMPP server can do, and what to change where it cannot",
		Long: `Connect to the server as the settings say, and report line by line what works: the
address, TLS, passwords, registration, rooms for logs, latency, limits. A line that
warns or fails says what to change in the server's configuration.

It ends with 0 if nothing fails, with 4 if the server cannot be reached, else with 1.`,
		Example: `  armonic server check --jid master@armonic.example.com --ca-file ca.pem
  armonic server check --config /srv/armonic-xmpp/cli.yaml -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return serverCheck(c.Context(), g, s, output) },
	}
	c.Flags().StringVarP(&output, "output", "o", "plain", "`FORMAT`: plain or json")
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"plain", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func serverCheck(ctx context.Context, g *globals, s Streams, output string) error {
	var tell func(server.Line)
	switch output {
	case "json":
	case "plain":
		tell = func(l server.Line) {
			_, _ = fmt.Fprintf(s.Out, "%-4s  %-14s %s\n", l.Status, l.Name, clean(l.Text))
			if l.Fix != "" {
				_, _ = fmt.Fprintf(s.Out, "      hint: %s\n", clean(l.Fix))
			}
		}
	default:
		return spec.Errorf(spec.Invalid, "there is no output format %q", output).WithHint("-o plain or json")
	}
	if g.demo || g.local {
		return spec.Errorf(spec.Invalid, "--demo and --local have no server").WithHint("name an account with --jid NAME@DOMAIN")
	}
	set, _, err := g.client()
	if err != nil {
		return err
	}
	if set.JID == "" {
		return spec.Errorf(spec.Invalid, "jid is not set").WithHint("name an account with --jid NAME@DOMAIN")
	}
	a, err := account(ctx, set.Connection, s, nil)
	if err != nil {
		return err
	}
	r := server.Check(ctx, a, set.Rooms(), tell)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if output == "json" {
		if err := writeJSON(s.Out, r); err != nil {
			return err
		}
	}
	switch {
	case r.Unreachable:
		return exit(exitUnreachable, nil)
	case r.Failed():
		return exit(exitFailed, nil)
	}
	return nil
}
