package lookup

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

func newList(g *settings.Global, s output.Streams) *cobra.Command {
	l := &find.Base{Global: g, Streams: s}
	c := &cobra.Command{
		Use:   "list",
		Short: "List the hosts of the fleet, on and offline",
		Long: `List the hosts of the fleet: whether their agents are online, and since when they
are not; their system, the version of Armonic, and what they do. Agents that ask to
join the fleet and were not approved are listed below. No agent is asked anything.`,
		Example: "  armonic list\n  armonic list --demo -o json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return l.Run(c.Context(), func(context.Context) error { return listHosts(l) })
		},
	}
	l.Register(c)
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

func listHosts(l *find.Base) error {
	all := []listed{}
	for _, h := range l.Finder.Hosts() {
		all = append(all, listed{h.Host, h.Link, h.Why, h.Since, h.OS, h.Version, h.Busy})
	}
	if l.JSON() {
		return output.WriteJSON(l.Out, all)
	}
	w := tabwriter.NewWriter(l.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "HOST\tLINK\tSINCE\tSYSTEM\tVERSION\tDOING")
	for _, h := range all {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", h.Host, h.Link, output.Since(h.Since),
			output.Clean(orUnknown(h.OS.String())), output.Clean(orUnknown(h.Version)), output.Clean(doing(h)))
	}
	if err := w.Flush(); err != nil {
		return output.WriteError(err)
	}
	if len(all) == 0 {
		_, _ = fmt.Fprintln(l.Err, "no agent is in the fleet yet: on each server run armonic agentd --jid NAME@DOMAIN --master YOU@DOMAIN")
	}
	if f, ok := l.Fleet.(*connect.Live); ok {
		for _, jid := range f.Client.Requests() {
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
