package server

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/spec"
)

// Command is `armonic server`.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "server",
		Short: "Set up an XMPP server, or find out what one can do",
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newInit(g, s), newCheck(g, s))
	return c
}

func newCheck(g *settings.Global, s output.Streams) *cobra.Command {
	var format output.Format
	var wait time.Duration
	c := &cobra.Command{
		Use:   "check",
		Short: "Find out what an XMPP server can do, and what to change where it cannot",
		Long: `Connect to the server as the settings say, and report line by line what works: the
address, TLS, passwords, registration, rooms for logs, latency, limits. A line that
warns or fails says what to change in the server's configuration.

It ends with 0 if nothing fails, with 4 if the server cannot be reached, else with 1.`,
		Example: `  armonic server check --jid master@armonic.example.com --ca-file ca.pem
  armonic server check --config /srv/armonic-xmpp/cli.yaml -o json`,
		RunE: func(c *cobra.Command, _ []string) error { return check(c.Context(), g, s, format.JSON(), wait) },
	}
	format.Register(c)
	c.Flags().DurationVar(&wait, "wait", 10*time.Second, "how long to wait for a server that does not answer yet")
	return c
}

func check(ctx context.Context, g *settings.Global, s output.Streams, asJSON bool, wait time.Duration) error {
	var tell func(server.Line)
	if !asJSON {
		tell = func(l server.Line) {
			output.Printf(s.Out, "%-4s  %-14s %s\n", l.Status, l.Name, l.Text)
			if l.Fix != "" {
				output.Printf(s.Out, "      hint: %s\n", l.Fix)
			}
		}
	}
	if g.Demo || g.Local {
		return spec.Errorf(spec.Invalid, "--demo and --local have no server").WithHint("name an account with --jid NAME@DOMAIN")
	}
	set, _, err := g.Client()
	if err != nil {
		return err
	}
	if set.JID == "" {
		return spec.Errorf(spec.Invalid, "jid is not set").WithHint("name an account with --jid NAME@DOMAIN")
	}
	a, err := connect.Account(ctx, set.Connection, s, nil)
	if err != nil {
		return err
	}
	patient, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	_ = server.Await(patient, a) // what is wrong is reported below
	r := server.Check(ctx, a, set.Rooms(), tell)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if asJSON {
		if err := output.WriteJSON(s.Out, r); err != nil {
			return err
		}
	}
	switch {
	case r.Unreachable:
		return output.Exit(output.ExitUnreachable, nil)
	case r.Failed():
		return output.Exit(output.ExitFailed, nil)
	}
	return nil
}
