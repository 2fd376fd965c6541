package cli

import "github.com/spf13/cobra"

func newServer(g *globals, s Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "server",
		Short: "Set up an XMPP server, or find out what one can do",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newServerInit(g, s), newServerCheck(g, s))
	return c
}
