package run

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/spec"
)

// Confirm is `armonic confirm`.
func Confirm(g *settings.Global, s output.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "confirm HOST...",
		Short: "Keep what a guarded step has changed on hosts",
		Long: `Keep what a guarded step has changed on hosts: a step that may lock people out is taken back
by the agent unless somebody confirms in time. Try first whether you can still log in.`,
		Example: "  ssh -p 2222 root@web1 true && armonic confirm web1",
		RunE: func(c *cobra.Command, args []string) error {
			fleet, closeFleet, err := connect.Open(c.Context(), g, s, false)
			if err != nil {
				return err
			}
			defer closeFleet()
			for _, host := range args {
				a, err := fleet.Agent(spec.Host(host))
				if err == nil {
					err = confirm(c.Context(), a)
				}
				if err != nil {
					return err
				}
				output.Printf(s.Out, "%s keeps what was changed\n", host)
			}
			return nil
		},
	}
}

// confirm confirms what the run that an agent executes has changed.
func confirm(ctx context.Context, a spec.Agent) error {
	info, err := a.Info(ctx)
	if err != nil {
		return err
	}
	if info.Busy == "" {
		return spec.Errorf(spec.Conflict, "%s does nothing that waits for being confirmed", info.Host)
	}
	return a.Confirm(ctx, info.Busy)
}
