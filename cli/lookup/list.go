package lookup

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// listed is a host as `armonic list -o json` shows it.
type listed struct {
	Host    spec.Host  `json:"host"`
	Link    spec.Link  `json:"link"`
	Why     string     `json:"why,omitempty"`
	Since   time.Time  `json:"since,omitzero"`
	OS      spec.OS    `json:"os"`
	Version string     `json:"version,omitempty"`
	Busy    spec.RunID `json:"busy,omitempty"`

	Unapproved bool      `json:"unapproved,omitempty"` // it joined by itself, and gets no work
	Like       spec.Host `json:"like,omitempty"`       // another host that it can be taken for

	Twice bool `json:"twice,omitempty"` // its account is in use by another program too

	account string
}

func newList(g *settings.Global, s output.Streams) *cobra.Command {
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
	all := []listed{}
	for _, h := range l.Finder.Hosts() {
		all = append(all, listed{h.Host, h.Link, h.Why, h.Since, h.OS, h.Version, h.Busy, h.Unapproved, h.Like, h.Twice, h.Account})
	}
	if l.JSON() {
		return output.WriteJSON(l.Out, all)
	}
	rows := make([][]string, len(all))
	for i, h := range all {
		rows[i] = []string{string(h.Host), string(h.Link), output.Since(h.Since), orUnknown(h.OS.String()), orUnknown(h.Version), doing(h)}
	}
	if err := output.Table(l.Out, []string{"HOST", "LINK", "SINCE", "SYSTEM", "VERSION", "DOING"}, rows); err != nil {
		return err
	}
	if len(all) == 0 {
		output.Printf(l.Err, "no agent is in the fleet yet: on each server run armonic agentd --jid NAME@DOMAIN --master YOU@DOMAIN\n")
	}
	doubtful(l, all)
	return nil
}

// doubtful names the accounts about which a person should decide.
func doubtful(l *find.Base, all []listed) {
	for _, h := range all {
		if h.Unapproved {
			output.Printf(l.Err, "%s joined by itself, where anybody may make an account, and gets no work: armonic approve %s, or armonic forget %s\n", h.account, h.account, h.account)
		}
		if h.Twice {
			output.Printf(l.Err, "%s is in use twice: another program took the agent's connection, as after cloning a machine; give each its own account\n", h.account)
		}
		if h.Like != "" {
			output.Printf(l.Err, "%s is not %s, which it looks like: if it is not yours, armonic forget %s\n", h.account, h.Like, h.account)
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

func doing(h listed) string {
	switch {
	case h.Link == spec.LinkLost:
		return fmt.Sprintf("was at %s when it was lost", h.Busy)
	case h.Unapproved:
		return "nothing: it is not approved"
	case h.Link != spec.LinkOn:
		return ""
	case h.Busy != "":
		return string(h.Busy)
	}
	return "nothing"
}

// Commands are all commands of the package.
func Commands(g *settings.Global, s output.Streams) []*cobra.Command {
	return []*cobra.Command{
		newList(g, s), newInfo(g, s), newLifecycle(g, s), newState(g, s), newStateCurrent(g, s),
		newProvide(g, s), newXPath(g, s), newHistory(g, s), newPlot(g, s),
	}
}

func newInfo(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{}
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
			system += ", simulated"
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
		for _, note := range i.Notes {
			for line := range strings.Lines(note) {
				output.Printf(l.Out, "%s: %s\n", i.Host, strings.TrimSuffix(line, "\n"))
			}
		}
	}
	return nil
}
