package host

import (
	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/lookup"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
)

// Command is `armonic host`.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "host",
		Short: "Put agents on hosts, and take them away",
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	list := lookup.List(g, s)
	list.Example = "  armonic host list\n  armonic host list -J 'web*' -o json"
	c.AddCommand(newAdd(g, s), newRemove(g, s), list, newInvite(g, s), newJoin(g, s))
	return c
}
