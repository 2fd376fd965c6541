package cli

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/agent"
	"github.com/armonic/armonic/cli/crash"
	"github.com/armonic/armonic/cli/deploy"
	"github.com/armonic/armonic/cli/host"
	"github.com/armonic/armonic/cli/lookup"
	"github.com/armonic/armonic/cli/module"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/run"
	"github.com/armonic/armonic/cli/server"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/cli/tui"
	"github.com/armonic/armonic/cli/web"
)

// Streams are where a command reads and writes.
type Streams = output.Streams

// Main is the program: it runs the command that args name, and gives the exit code. If it
// crashes a report is kept.
func Main(args []string, s Streams) int {
	crash.Monitor()
	collectGarbage()
	return execute(args, s, &settings.Global{WatchForCrash: crash.Watch})
}

// collectGarbage says how, unless who started the program did. A short command ends before it has garbage
// that is worth a collection. Later, planning allocates much more than it keeps: to collect often is a fifth
// less memory, at little cost.
func collectGarbage() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(200) // the first one at 8 MB
	runtime.AddCleanup(new([64]byte), func(percent int) { debug.SetGCPercent(percent) }, 50)
}

func execute(args []string, s Streams, g *settings.Global) int {
	signal.Ignore(syscall.SIGPIPE) // an output that is closed must not end a deployment
	stops := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup stays in force
		stops = append(stops, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), stops...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	return runCommand(ctx, g, args, s)
}

func runCommand(ctx context.Context, g *settings.Global, args []string, s Streams) int {
	s = s.Cleaned(output.ASCIIOnly(os.Getenv))
	root := newRoot(g, s)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) { // else they would only take time and memory
		addCompletions(root, g)
	}
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	output.PrintError(s.Err, err)
	return output.ExitCode(err)
}

// Command is all of the program as one command, for those who describe it.
func Command(s Streams) *cobra.Command {
	g := &settings.Global{}
	root := newRoot(g, s)
	addCompletions(root, g)
	return root
}

func newRoot(g *settings.Global, s output.Streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "armonic",
		Short: "Deploy services on many hosts, from a terminal",
		Long: `Armonic deploys services on many hosts. Pick an operation, say where; it works
out everything that has to happen on every host, asks only what it cannot know,
shows what will change, and does it in parallel.`,
		Example: `  armonic tui --demo
  armonic deploy //WebSite//start --demo --on web1
  armonic deploy //Proxy//start --demo --on lb1 --hosts websites=web1,web2 --autofill --yes`,
		Version:       thisVersion().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(badFlag)
	root.SetVersionTemplate("{{.Version}}\n")
	g.Register(root)
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		g.Flags = c.Flags() // of the command, too
		g.Plain = g.Plain || output.Accessible(os.Getenv)
		return oddFlag(c)
	}
	root.AddCommand(tui.Command(g, s), web.Command(g, s), deploy.Command(g, s), deploy.Deployments(g, s), deploy.Plan(g, s), run.Goto(g, s), run.Call(g, s), run.Undo(g, s), run.Confirm(g, s), run.Drift(g, s))
	root.AddCommand(lookup.Commands(g, s)...)
	root.AddCommand(host.Command(g, s), agent.Command(g, s), agent.Fleet(g, s), agent.Approve(g, s), agent.Forget(g, s))
	root.AddCommand(module.Command(g, s), server.Command(g, s), settings.Command(g, s), newVersion(s))
	checkArguments(root)
	addHelp(root, s)
	return root
}
