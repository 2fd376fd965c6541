package lookup

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// List is `armonic list`, and of a group of commands its list.
func List(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{}
	c := &cobra.Command{
		Use:   "list",
		Short: "List the hosts of the fleet, on and offline",
		Long: `List the hosts of the fleet: whether their agents are online, and since when they
are not; their system, the version of Armonic, and what they do. Agents that ask to
join the fleet and were not approved are listed below. No agent is asked anything.`,
		Example: "  armonic list\n  armonic list --demo -o json",
	}
	return l.Setup(c, g, s, query.Location, func(context.Context, spec.Pattern) error { return list(l) })
}

func list(l *find.Base) error {
	all := l.Finder.Hosts()
	if all == nil {
		all = []spec.HostStatus{}
	}
	if l.JSON() {
		return output.WriteJSON(l.Out, all)
	}
	rows := make([][]string, len(all))
	for i, h := range all {
		system := orUnknown(h.OS.String())
		if h.Simulated {
			system += ", " + output.Simulated
		}
		rows[i] = []string{string(h.Host), string(h.Link), output.Since(h.Since), system, orUnknown(h.Version), doing(h)}
	}
	if err := output.Table(l.Out, []string{"HOST", "LINK", "SINCE", "SYSTEM", "VERSION", "DOING"}, rows); err != nil {
		return err
	}
	if len(all) == 0 {
		output.Printf(l.Err, "no agent is in the fleet yet: armonic host add root@HOST puts one on a host\n")
	}
	doubtful(l, all)
	return nil
}

// doubtful names the accounts about which a person should decide.
func doubtful(l *find.Base, all []spec.HostStatus) {
	for _, h := range all {
		if h.Unapproved {
			output.Printf(l.Err, "%s joined by itself, where anybody may make an account, and gets no work: armonic approve %s, or armonic forget %s\n", h.Account, h.Account, h.Account)
		}
		if h.Twice {
			output.Printf(l.Err, "%s is in use twice: another program took the agent's connection, as after cloning a machine; give each its own account\n", h.Account)
		}
		if h.Like != "" {
			output.Printf(l.Err, "%s is not %s, which it looks like: if it is not yours, armonic forget %s\n", h.Account, h.Like, h.Account)
		}
	}
	f, ok := l.Fleet.(*connect.Live)
	if !ok {
		return
	}
	for _, jid := range f.Requests() {
		output.Printf(l.Err, "%s asks to join the fleet: armonic approve %s\n", jid, jid)
		for _, h := range all {
			if h.Host.Like(spec.Host(jid.Local())) {
				output.Printf(l.Err, "%s is not %s, which it looks like\n", jid, h.Host)
			}
		}
	}
	for _, jid := range f.Unusable() {
		output.Printf(l.Err, "%s is not in the fleet: %v\n", jid, spec.Host(jid.Local()).Check())
	}
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

func doing(h spec.HostStatus) string {
	switch {
	case h.Link == spec.LinkLost:
		return fmt.Sprintf("was at %s when it was last heard of", h.Busy)
	case h.Unapproved:
		return "nothing: it is not approved"
	case h.Link != spec.LinkOn:
		return ""
	case h.Busy != "":
		return string(h.Busy)
	}
	return "nothing"
}
