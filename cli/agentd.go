package cli

import (
	"context"
	_ "embed" // the unit and the sample of settings
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
)

//go:embed files/armonic-agentd.service
var unitFile string

//go:embed files/agent.yaml
var sampleFile string

// daemon is `armonic agentd`.
type daemon struct {
	*globals
	Streams
	check, printUnit, printConfig bool

	set     config.Agent
	jid     session.JID
	os      spec.OS
	masters map[session.JID]xmpp.Role
	level   slog.Level
}

func newAgentd(g *globals, s Streams) *cobra.Command {
	d := &daemon{globals: g, Streams: s}
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
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return d.run(c.Context()) },
	}
	f := c.Flags()
	f.StringArray("master", nil, "`JID` may give this agent work, or with JID=observe look at it (repeatable)")
	f.String("public-ip", "", "`ADDRESS` or name of this host that others use")
	f.Bool("simulation", false, "do nothing real, and keep nothing")
	f.String("log", "info", "`LEVEL` of what is logged: debug, info, warn or error")
	f.BoolVar(&d.check, "check", false, "say what is wrong with the settings and modules, and end")
	f.BoolVar(&d.printUnit, "print-unit", false, "print a unit for systemd, and end")
	f.BoolVar(&d.printConfig, "print-config", false, "print a file of settings, and end")
	return c
}

func (d *daemon) run(ctx context.Context) error {
	for text, wanted := range map[string]bool{unitFile: d.printUnit, sampleFile: d.printConfig} {
		if wanted {
			_, err := fmt.Fprint(d.Out, text)
			return err
		}
	}
	if d.demo || d.local {
		return spec.Errorf(spec.Invalid, "agentd is the agent of this host; --demo and --local are for the other commands").
			WithHint("--simulation does nothing real")
	}
	if err := d.settings(); err != nil {
		return err
	}
	if d.check {
		return d.checked()
	}
	return d.serve(ctx)
}

// settings reads and checks all settings. The error names all that are wrong.
func (d *daemon) settings() error {
	var err error
	if d.set, _, err = d.agent(); err != nil {
		return err
	}
	var wrong []error
	if d.set.JID == "" {
		wrong = append(wrong, spec.Errorf(spec.Invalid, "jid is not set").WithHint("give the account of this agent: --jid NAME@DOMAIN"))
	} else if d.jid, err = accountJID(d.set.Connection); err != nil {
		wrong = append(wrong, err)
	}
	if _, err = d.set.Address(); err != nil {
		wrong = append(wrong, err)
	}
	if d.masters, err = parseMasters(d.set.Masters); err != nil {
		wrong = append(wrong, err)
	}
	if d.os, err = parseOS(d.set.OS); err != nil {
		wrong = append(wrong, err)
	}
	if err := d.level.UnmarshalText([]byte(d.set.Log)); err != nil {
		wrong = append(wrong, spec.Errorf(spec.Invalid, "log: there is no level %q", d.set.Log).WithHint("debug, info, warn or error"))
	}
	if _, _, err := d.set.Secret(); err != nil {
		wrong = append(wrong, err)
	}
	if d.set.CAFile != "" {
		if _, err := os.Stat(d.set.CAFile); err != nil {
			wrong = append(wrong, spec.Errorf(spec.Invalid, "ca_file: %v", err))
		}
	}
	return together(wrong)
}

// together makes one error of many, that shows them all with their hints.
func together(errs []error) error {
	if len(errs) < 2 {
		return errors.Join(errs...)
	}
	var lines []string
	for _, e := range errs {
		line := e.Error()
		if hint := spec.HintOf(e); hint != "" {
			line += " (" + hint + ")"
		}
		lines = append(lines, line)
	}
	return spec.Errorf(spec.Invalid, "%d settings are wrong:\n  %s", len(errs), strings.Join(lines, "\n  "))
}

// parseMasters reads "name@domain" and "name@domain=role".
func parseMasters(list []string) (map[session.JID]xmpp.Role, error) {
	if len(list) == 0 {
		return nil, spec.Errorf(spec.Invalid, "masters is not set").WithHint("say who may give this agent work: --master NAME@DOMAIN")
	}
	out := map[session.JID]xmpp.Role{}
	for _, text := range list {
		name, role, given := strings.Cut(text, "=")
		jid, err := session.ParseJID(name)
		if err != nil || jid.Resource() != "" {
			return nil, spec.Errorf(spec.Invalid, "masters: %q is not the address of an account", name).WithHint("write name@domain, or name@domain=observe")
		}
		r := xmpp.Deploy
		if given {
			if r, err = xmpp.ParseRole(role); err != nil {
				return nil, spec.Errorf(spec.Invalid, "masters: %q: %v", text, err).WithHint("it is deploy or observe")
			}
		}
		if _, twice := out[jid]; twice {
			return nil, spec.Errorf(spec.Invalid, "masters: %s is listed twice", jid)
		}
		out[jid] = r
	}
	return out, nil
}

// checked says what the settings mean. The server is not asked.
func (d *daemon) checked() error {
	_, set, err := d.loadModules()
	if err != nil {
		return err
	}
	for _, w := range set.Warnings {
		_, _ = fmt.Fprintln(d.Err, "warning: "+set.Explain(w))
	}
	password, warning, _ := d.set.Secret() // an error was found before
	if warning != "" {
		_, _ = fmt.Fprintln(d.Err, "warning: "+warning)
	}
	if password == "" {
		_, _ = fmt.Fprintln(d.Err, "warning: there is no password: the agent will ask for it, if it is started from a terminal")
	}
	if err := d.checkState(); err != nil {
		return err
	}
	server, _ := d.set.Address()
	if server == "" {
		server = "what DNS says of " + d.jid.Domain()
	}
	_, _ = fmt.Fprintf(d.Out, "host      %s\naccount   %s\nserver    %s\n", d.jid.Local(), d.jid, server)
	for _, text := range d.set.Masters {
		name, _, _ := strings.Cut(text, "=")
		jid, _ := session.ParseJID(name)
		_, _ = fmt.Fprintf(d.Out, "master    %s may %s\n", jid, d.masters[jid])
	}
	state := d.set.StateDir
	if d.set.Simulation {
		state = "none: it is a simulation"
	}
	_, _ = fmt.Fprintf(d.Out, "state     %s\nmodules   %d lifecycles\nnothing is wrong\n", state, len(set.Lifecycles))
	return nil
}

// checkState looks whether the state directory can be used; one that is not there yet
// will be made.
func (d *daemon) checkState() error {
	if d.set.Simulation {
		return nil
	}
	info, err := os.Stat(d.set.StateDir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return spec.Errorf(spec.Invalid, "state_dir: %v", err)
	case !info.IsDir():
		return spec.Errorf(spec.Invalid, "state_dir: %s is not a folder", d.set.StateDir)
	}
	probe, err := os.CreateTemp(d.set.StateDir, ".check")
	if err != nil {
		return spec.Errorf(spec.Invalid, "state_dir: %v", err).WithHint("the agent must be able to write there")
	}
	_ = probe.Close()
	return os.Remove(probe.Name())
}
