package run

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Call is `armonic provide-call`.
func Call(g *settings.Global, s output.Streams) *cobra.Command {
	c := &command{}
	cmd := &cobra.Command{
		Use:   "provide-call PATH",
		Short: "Call one provide, entering the states that it needs",
		Long: `Call the provide that PATH, a pattern, names, unless its state is applied after entering
the states on the way to it. Nothing else is called: what other provides would return is
given with -R, as everything that the provide and the states on the way ask. See
armonic deploy for the other way round.`,
		Example: `  armonic provide-call //WebServer//start --demo -J web1 -R conf/port=8080
  armonic provide-call //WebSite//start --check --demo -J web1 -R webserver/url=http://web1`,
	}
	cmd.Flags().BoolVar(&c.check, "check", false, "only say what is wrong with the values")
	c.flags(cmd)
	return c.Setup(cmd, g, s, query.Provide, c.call)
}

func (c *command) call(ctx context.Context, p spec.Pattern) error {
	targets, err := c.Targets(ctx, p, query.Provide)
	if err != nil {
		return err
	}
	if first := targets[0]; first.Provide() == string(spec.Enter) {
		return spec.Errorf(spec.Invalid, "%s enters a state and is not called", first).
			WithHint("armonic state-goto %s", first.Cut(3))
	}
	return c.do(ctx, targets)
}
