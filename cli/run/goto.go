package run

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Goto is `armonic state-goto`.
func Goto(g *settings.Global, s output.Streams) *cobra.Command {
	c := &command{}
	cmd := &cobra.Command{
		Use:   "state-goto PATH",
		Short: "Bring a lifecycle to a state",
		Long: `Enter and leave states until the one that PATH names is the current one. PATH is a
pattern that matches one state. What the states on the way ask is given with -R;
what has a default need not be given.`,
		Example: `  armonic state-goto //WebServer/Active --demo -J web1 -R conf/port=8080
  armonic state-goto //WebServer/NotInstalled --local`,
	}
	c.flags(cmd)
	return c.Setup(cmd, g, s, query.State, c.gotoState)
}

func (c *command) gotoState(ctx context.Context, p spec.Pattern) error {
	targets, err := c.Targets(ctx, p, query.State)
	if err != nil {
		return err
	}
	return c.do(ctx, targets)
}
