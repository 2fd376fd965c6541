package server

import (
	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
)

// Command is `armonic server`.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "server",
		Short: "Set up an XMPP server, or find out what one can do",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newInit(g, s), newCheck(g, s))
	return c
}
