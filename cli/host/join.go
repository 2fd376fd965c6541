package host

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/agent"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
)

// joinCommand is `armonic host join`.
type joinCommand struct {
	*settings.Global
	output.Streams
	wait time.Duration
}

func newJoin(g *settings.Global, s output.Streams) *cobra.Command {
	j := &joinCommand{Global: g, Streams: s}
	c := &cobra.Command{
		Use:   "join INVITATION",
		Short: "Have this host join the fleet that it was invited to",
		Long: `Have this host join the fleet from which INVITATION is: it is what armonic host invite
prints. As root, it does what armonic host add does over ssh.`,
		Example: "  armonic host join INVITATION",
		RunE:    func(c *cobra.Command, args []string) error { return j.run(c.Context(), args[0]) },
	}
	c.Flags().DurationVar(&j.wait, "wait", time.Minute, "how long the agent may take until it is connected")
	return c
}

// lookAgain is how often it is looked whether the agent is connected.
const lookAgain = 500 * time.Millisecond

func (j *joinCommand) run(ctx context.Context, code string) error {
	i, err := enrol.ReadInvitation(code)
	if err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return spec.Errorf(spec.Invalid, "only root can have this host join a fleet").WithHint("say it in a root shell, or with sudo")
	}
	shell, err := enrol.Here(ctx)
	if err != nil {
		return err
	}
	defer shell.Close()
	facts, err := enrol.Look(ctx, shell)
	if err != nil {
		return err
	}
	programs, err := (&linkFlags{}).programs()
	if err != nil {
		return err
	}
	w := enrol.Wanted{JID: i.JID, Link: i.Link(), Programs: programs, Unit: agent.UnitFile(), Account: i.Register, Online: facts.Unit.Connected()}
	changes, err := w.Changes(facts)
	if err != nil {
		return err
	}
	for _, c := range changes {
		output.Printf(j.Out, "%s\n", c.What)
		if err := c.Do(ctx, shell); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, j.wait)
	defer cancel()
	for !facts.Unit.Connected() {
		select {
		case <-ctx.Done():
			return spec.Errorf(spec.Failed, "the agent is not connected: %s", facts.Unit.Status).WithHint("systemctl status armonic-agentd says more")
		case <-time.After(lookAgain):
		}
		if facts, err = enrol.Look(ctx, shell); err != nil {
			return err
		}
	}
	output.Printf(j.Out, "%s is %s\n", i.JID.Local(), facts.Unit.Status)
	return nil
}
