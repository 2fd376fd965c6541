package agent

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Approve is `armonic approve`.
func Approve(g *settings.Global, s output.Streams) *cobra.Command {
	return membership(g, s, &cobra.Command{
		Use:   "approve JID...",
		Short: "Take agents into the fleet",
		Long: `Take agents into the fleet that asked for it, or will. Agents with an account in the
operator's own domain are taken without this, unless the setting approve says otherwise;
but where anybody may make an account they get no work before they are approved.
Only approve what you trust: agents are given the secrets that they need.`,
		Example: "  armonic approve web1@armonic.example.com",
	}, "approved", func(f *connect.Live, jid session.JID) error { return f.Approve(jid) })
}

// Forget is `armonic forget`.
func Forget(g *settings.Global, s output.Streams) *cobra.Command {
	return membership(g, s, &cobra.Command{
		Use:     "forget JID...",
		Short:   "Take agents out of the fleet",
		Long:    "Take agents out of the fleet. One that still runs, with us among its masters, asks to join again,\nand waits for armonic approve.",
		Example: "  armonic forget web1@armonic.example.com",
	}, "forgotten", func(f *connect.Live, jid session.JID) error { return f.Remove(jid) })
}

// membership is a command that changes who is in the fleet.
func membership(g *settings.Global, s output.Streams, c *cobra.Command, done string, do func(*connect.Live, session.JID) error) *cobra.Command {
	c.ValidArgsFunction = connect.CompleteAccounts(g)
	c.RunE = func(c *cobra.Command, args []string) error {
		if g.Demo || g.Local {
			return spec.Errorf(spec.Invalid, "who is in the fleet of --demo or --local cannot be changed").WithHint("leave the flag out: %s is about agents that an XMPP server connects you with", c.CommandPath())
		}
		var jids []session.JID
		for _, a := range args {
			jid, err := session.ParseJID(a)
			if err != nil || jid.Local() == "" {
				return spec.Errorf(spec.Invalid, "%q is not the address of an account", a).WithHint("write it as name@domain")
			}
			jids = append(jids, jid.Bare())
		}
		fleet, closeFleet, err := connect.Open(c.Context(), g, s, false)
		if err != nil {
			return err
		}
		defer closeFleet()
		for _, jid := range slices.Compact(jids) {
			if err := do(fleet.(*connect.Live), jid); err != nil {
				return err
			}
			output.Printf(s.Out, "%s is %s\n", jid, done)
		}
		return nil
	}
	return c
}
