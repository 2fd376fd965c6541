package cli

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

func newList(g *globals, s Streams) *cobra.Command {
	l := &low{globals: g, Streams: s}
	c := &cobra.Command{
		Use:   "list",
		Short: "List the hosts of the fleet, on and offline",
		Long: `List the hosts of the fleet: whether their agents are online, and since when they
are not; their system, the version of Armonic, and what they do. Agents that ask to
join the fleet and were not approved are listed below. No agent is asked anything.`,
		Example: "  armonic list\n  armonic list --demo -o json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return l.run(c.Context(), func(context.Context) error { return listHosts(l) })
		},
	}
	l.register(c)
	return c
}

// listed is a host as `armonic list -o json` shows it.
type listed struct {
	Host    spec.Host   `json:"host"`
	Link    deploy.Link `json:"link"`
	Why     string      `json:"why,omitempty"`
	Since   time.Time   `json:"since,omitzero"`
	OS      spec.OS     `json:"os"`
	Version string      `json:"version,omitempty"`
	Busy    spec.RunID  `json:"busy,omitempty"`
}

func listHosts(l *low) error {
	all := []listed{}
	for _, h := range l.find.Hosts() {
		all = append(all, listed{h.Host, h.Link, h.Why, h.Since, h.OS, h.Version, h.Busy})
	}
	if l.json() {
		return writeJSON(l.Out, all)
	}
	w := tabwriter.NewWriter(l.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "HOST\tLINK\tSINCE\tSYSTEM\tVERSION\tDOING")
	for _, h := range all {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", h.Host, h.Link, since(h.Since),
			clean(orUnknown(h.OS.String())), clean(orUnknown(h.Version)), clean(doing(h)))
	}
	if err := w.Flush(); err != nil {
		return unwritten(err)
	}
	if len(all) == 0 {
		_, _ = fmt.Fprintln(l.Err, "no agent is in the fleet yet: on each server run armonic agentd --jid NAME@DOMAIN --master YOU@DOMAIN")
	}
	if f, ok := l.fleet.(*liveFleet); ok {
		for _, jid := range f.client.Requests() {
			_, _ = fmt.Fprintf(l.Err, "%s asks to join the fleet: armonic approve %s\n", jid, jid)
		}
	}
	return nil
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// since writes a moment of today by its time, and others by their day.
func since(t time.Time) string {
	switch {
	case t.IsZero():
		return "unknown"
	case time.Since(t) < 20*time.Hour:
		return t.Local().Format("15:04:05")
	}
	return t.Local().Format("2006-01-02 15:04")
}

func doing(h listed) string {
	switch {
	case h.Link == deploy.Lost:
		return fmt.Sprintf("was at %s when it was lost", h.Busy)
	case h.Link != deploy.On:
		return ""
	case h.Busy != "":
		return string(h.Busy)
	}
	return "nothing"
}

func newApprove(g *globals, s Streams) *cobra.Command {
	return membership(g, s, &cobra.Command{
		Use:   "approve JID...",
		Short: "Take agents into the fleet",
		Long: `Take agents into the fleet that asked for it, or will. Agents with an account in the
operator's own domain are taken without this, unless the setting approve says otherwise.
Only approve what you trust: agents are given the secrets that they need.`,
		Example: "  armonic approve web1@armonic.example.com",
	}, "approved", func(f *liveFleet, jid session.JID) error { return f.client.Approve(jid) })
}

func newForget(g *globals, s Streams) *cobra.Command {
	return membership(g, s, &cobra.Command{
		Use:     "forget JID...",
		Short:   "Take agents out of the fleet",
		Long:    "Take agents out of the fleet. One that still runs, with us among its masters, will ask to join again.",
		Example: "  armonic forget web1@armonic.example.com",
	}, "forgotten", func(f *liveFleet, jid session.JID) error { return f.client.Remove(jid) })
}

// membership is a command that changes who is in the fleet.
func membership(g *globals, s Streams, c *cobra.Command, done string, do func(*liveFleet, session.JID) error) *cobra.Command {
	c.Args = cobra.MinimumNArgs(1)
	c.RunE = func(c *cobra.Command, args []string) error {
		if g.demo || g.local {
			return spec.Errorf(spec.Invalid, "the fleet of --demo and --local is what it is")
		}
		var jids []session.JID
		for _, a := range args {
			jid, err := session.ParseJID(a)
			if err != nil || jid.Local() == "" {
				return spec.Errorf(spec.Invalid, "%q is not the address of an account", a).WithHint("write it as name@domain")
			}
			jids = append(jids, jid.Bare())
		}
		fleet, closeFleet, err := open(c.Context(), g, s, false)
		if err != nil {
			return err
		}
		defer closeFleet()
		for _, jid := range slices.Compact(jids) {
			if err := do(fleet.(*liveFleet), jid); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(s.Out, "%s is %s\n", jid, done)
		}
		return nil
	}
	return c
}
