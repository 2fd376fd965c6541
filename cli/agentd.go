package cli

import (
	"context"
	_ "embed" // the unit and the sample of settings
	"errors"
	"fmt"
	"log/slog"
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
	check := func(err error) {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	if d.set.JID == "" {
		check(spec.Errorf(spec.Invalid, "jid is not set").WithHint("give the account of this agent: --jid NAME@DOMAIN"))
	} else if d.jid, err = accountJID(d.set.Connection); err != nil {
		check(err)
	} else {
		check(checkName(d.jid.Local()))
	}
	_, err = d.set.Address()
	check(err)
	check(checkRooms(d.set.MUCDomain))
	d.masters, err = parseMasters(d.set.Masters, d.jid)
	check(err)
	d.os, err = parseOS(d.set.OS)
	check(err)
	if d.level.UnmarshalText([]byte(d.set.Log)) != nil {
		check(spec.Errorf(spec.Invalid, "log: there is no level %q", d.set.Log).WithHint("debug, info, warn or error"))
	}
	if strings.ContainsAny(d.set.PublicIP, "/ \t") {
		check(spec.Errorf(spec.Invalid, "public_ip: %q is neither an address nor a name", d.set.PublicIP).WithHint("for example 192.0.2.11"))
	}
	if d.set.StateDir == "" && !d.set.Simulation {
		check(spec.Errorf(spec.Invalid, "state_dir is empty").WithHint("leave it out to use %s", config.DefaultAgent().StateDir))
	}
	password, warning, err := d.set.Secret()
	check(err)
	d.set.Password = password // a pipe can be read once
	if warning != "" {
		_, _ = fmt.Fprintln(d.Err, "warning: "+warning)
	}
	check(checkAuthorities(d.set.CAFile))
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

// parseMasters reads "name@domain" and "name@domain=role". An agent is no master of
// itself.
func parseMasters(list []string, own session.JID) (map[session.JID]xmpp.Role, error) {
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
		if jid == own {
			return nil, spec.Errorf(spec.Invalid, "masters: %s is the account of this agent", jid).WithHint("operators need accounts of their own")
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
