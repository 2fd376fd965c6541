package agent

import (
	_ "embed" // for the unit
	"errors"
	"strings"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/upgrade"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

// settings reads and checks all settings. The error names all that are wrong.
func (d *command) settings() error {
	var err error
	if d.set, _, err = d.Agent(); err != nil {
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
	} else if d.jid, err = connect.AccountJID(d.set.Connection); err != nil {
		check(err)
	} else if err = spec.Host(d.jid.Local()).Check(); err != nil {
		check(spec.Errorf(spec.Invalid, "jid: %v", err).WithHint("%s", spec.HintOf(err)))
	}
	_, err = d.set.Address()
	check(err)
	check(connect.CheckRooms(d.set.MUCDomain))
	d.masters, err = parseMasters(d.set.Masters, d.jid)
	check(err)
	d.upgradeKeys, err = upgrade.ParseKeys(d.set.UpgradeKeys)
	check(err)
	d.os, err = inprocess.ParseOS(d.set.OS)
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
		output.Printf(d.Err, "warning: %s\n", warning)
	}
	check(checkCAFile(d.set.CAFile))
	return joinErrors(wrong)
}

// joinErrors makes one error of many, that shows them all with their hints.
func joinErrors(errs []error) error {
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

// CheckMasters says what is wrong with masters that an agent shall have.
func CheckMasters(list []string) error {
	_, err := parseMasters(list, "")
	return err
}

// parseMasters reads "name@domain" and "name@domain=role". An agent is no master of
// itself.
func parseMasters(list []string, own session.JID) (access.Masters, error) {
	if len(list) == 0 {
		return nil, spec.Errorf(spec.Invalid, "masters is not set").WithHint("say who may give this agent work: --master NAME@DOMAIN")
	}
	out := access.Masters{}
	for _, text := range list {
		name, role, given := strings.Cut(text, "=")
		jid, err := session.ParseJID(name)
		if err != nil || jid.Resource() != "" {
			return nil, spec.Errorf(spec.Invalid, "masters: %q is not the address of an account", name).WithHint("write name@domain, or name@domain=ROLE: %s", access.RoleNames())
		}
		if jid == own {
			return nil, spec.Errorf(spec.Invalid, "masters: %s is the account of this agent", jid).WithHint("operators need accounts of their own")
		}
		r := access.Deploy
		if given {
			if r, err = access.ParseRole(role); err != nil {
				return nil, spec.Errorf(spec.Invalid, "masters: %q: %v", text, err).WithHint("it is %s", access.RoleNames())
			}
		}
		if _, twice := out[jid]; twice {
			return nil, spec.Errorf(spec.Invalid, "masters: %s is listed twice", jid)
		}
		out[jid] = r
	}
	return out, nil
}
