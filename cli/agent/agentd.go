package agent

import (
	_ "embed"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/upgrade"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

//go:embed files/armonic-agentd.service
var unitFile string

//go:embed files/agent.yaml
var sampleFile string

// command is `armonic agentd`.
type command struct {
	*settings.Global
	output.Streams
	check, printUnit, printConfig bool

	set     config.Agent
	jid     session.JID
	os      spec.OS
	masters access.Masters

	upgradeKeys upgrade.Keys

	level slog.Level

	link   atomic.Pointer[session.Connector] // to the operators; nil as long as there is none
	begins chan struct{}                     // of size 1: a token means that a run has begun

	modules    modules.Config // what modules may use, in tests; otherwise it is zero
	stuckAfter time.Duration  // the same; 0 is inprocess.StuckAfter
}

// Command is `armonic agentd`.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	d := &command{Global: g, Streams: s, begins: make(chan struct{}, 1)}
	c := &cobra.Command{
		Use:   "agentd",
		Short: "Run the agent of this host",
		Long: `Run the agent of this host: connect to the XMPP server, serve the masters, and keep what
was applied in the state directory. It reconnects by itself. The name of the account is
the name of the host in the fleet.

SIGTERM or SIGINT finishes the step that is being executed, a second one interrupts
it. All settings may stand in /etc/armonic/agent.yaml; --print-config shows how, and
--print-unit a unit for systemd.`,
		Example: `  armonic agentd --jid web1@armonic.example.com --master master@armonic.example.com --password-file /etc/armonic/password
  armonic agentd --check
  armonic agentd --print-unit > /etc/systemd/system/armonic-agentd.service`,
		RunE: d.run,
	}
	f := c.Flags()
	f.StringArray("master", nil, "`JID` may give this agent work, with JID=push also modules, or with JID=observe look at it (repeatable)")
	f.String("public-ip", "", "`ADDRESS` or name of this host that others use")
	f.Bool("simulation", false, "do nothing real, and keep nothing")
	f.String("log", "info", "`LEVEL` of what is logged: debug, info, warn or error")
	f.BoolVar(&d.check, "check", false, "say what is wrong with the settings and modules, and end")
	f.BoolVar(&d.printUnit, "print-unit", false, "print a unit for systemd, and end")
	f.BoolVar(&d.printConfig, "print-config", false, "print a file of settings, and end")
	return c
}

func (d *command) run(c *cobra.Command, args []string) error {
	if dir := os.Getenv(switchFolder); dir != "" {
		return d.switchPrograms(c.Context(), dir)
	}
	for text, wanted := range map[string]bool{unitFile: d.printUnit, sampleFile: d.printConfig} {
		if wanted {
			_, err := io.WriteString(d.Out, text)
			return err
		}
	}
	if d.Demo || d.Local {
		return spec.Errorf(spec.Invalid, "agentd is the agent of this host; --demo and --local are for the other commands").
			WithHint("--simulation does nothing real")
	}
	if d.check {
		return inprocess.InChild(c, args, d.Streams, func(m modules.Config) error { return d.printCheck(c.Context(), m) }, func(e *spec.Error) error { return e })
	}
	if err := d.settings(); err != nil {
		return err
	}
	if info, err := os.Stat(d.set.StateDir); err == nil && !info.IsDir() && !d.set.Simulation {
		return noState(fmt.Errorf("%s is not a folder", d.set.StateDir))
	}
	return d.serve(c.Context())
}

// UnitFile is the unit of systemd for an agent in /usr/local/bin.
func UnitFile() string { return unitFile }
