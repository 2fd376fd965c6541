package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/spec"
)

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Main runs the command that args name and gives the exit code.
func Main(args []string, s Streams) int {
	signal.Ignore(syscall.SIGPIPE) // an output that is closed must not end a deployment
	stops := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup stays in force
		stops = append(stops, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), stops...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	report(s.Err, err)
	return codeOf(err)
}

func newRoot(s Streams) *cobra.Command {
	g := &globals{}
	root := &cobra.Command{
		Use:   "armonic",
		Short: "Deploy services on many hosts, from a terminal",
		Long: `Armonic deploys services on many hosts. Pick an operation, say where; it works
out everything that has to happen on every host, asks only what it cannot know,
shows what will change, and does it in parallel.`,
		Example: `  armonic tui --demo
  armonic deploy //WebSite//start --demo --on web1
  armonic deploy //Proxy//start --demo --on lb1 --hosts websites=web1,web2 --autofill --yes`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return spec.Errorf(spec.Invalid, "%v", err).WithHint("%s --help lists the flags", c.CommandPath())
	})
	g.register(root)
	root.PersistentPreRun = func(c *cobra.Command, _ []string) { g.flags = c.Flags() } // of the command, too
	root.AddCommand(newTUI(g, s), newDeploy(g, s), newVersion(s), newModule(g, s), newConfig(g, s), newApprove(g, s), newForget(g, s), newAgentd(g, s), newServer(g, s))
	root.AddCommand(lowLevel(g, s)...)
	return root
}
