package host

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/agent"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// addCommand is `armonic host add`.
type addCommand struct {
	remote
	linkFlags
	wait time.Duration

	link     enrol.Link
	programs []*enrol.Program
	debs     []string
	packages []*enrol.Package
}

func newAdd(g *settings.Global, s output.Streams) *cobra.Command {
	a := &addCommand{remote: remote{Global: g, Streams: s}}
	c := &cobra.Command{
		Use:   "add [HOST...]",
		Short: "Put agents on hosts over ssh, and take them into the fleet",
		Long: `Put an agent on each HOST, [NAME=][USER@]HOST as for ssh, and take it into the fleet. The
system's ssh is used, with its configuration, keys and agent; who is not root there becomes
so with sudo. Each host is looked at first; the program, its unit, an account with a password
of its own, and settings are put there as far as they are not there yet, and the agent is
started. The command ends when all hosts are in the fleet, and says what is wrong with those
that are not. Said again, it changes nothing, but that a key which armonic agent key has made
since is named in the settings of agents that name none.

Without NAME a host is called what ssh is told, or, if that is an address, what it calls
itself.`,
		Example: `  armonic host add root@web1 root@web2
  armonic host add --file hosts --dry-run
  armonic host add -K db1=admin@192.0.2.17
  armonic host add root@web1 --deb armonic_0.1.0_amd64.deb --deb armonic-agent_0.1.0_amd64.deb`,
		ValidArgsFunction: completeSSH,
		RunE:              func(c *cobra.Command, args []string) error { return a.run(c.Context(), args) },
	}
	a.remote.register(c)
	f := c.Flags()
	a.linkFlags.register(f)
	f.StringArrayVar(&a.debs, "deb", nil, "install the Debian package `FILE` on the hosts instead of a program: those of armonic and armonic-agent (repeatable)")
	f.DurationVar(&a.wait, "wait", time.Minute, "how long a host may take until it is in the fleet")
	return c
}

func (a *addCommand) run(ctx context.Context, args []string) (err error) {
	if err := a.possible(); err != nil {
		return err
	}
	if a.programs, err = a.linkFlags.programs(); err != nil {
		return err
	}
	for _, file := range a.debs {
		p, err := enrol.OpenPackage(file)
		if err != nil {
			return err
		}
		a.packages = append(a.packages, p)
	}
	if a.link, err = a.linkFlags.link(a.Global); err != nil {
		return err
	}
	return a.remote.run(ctx, args, a.add)
}

// add puts an agent on a host, as far as it is not there.
func (a *addCommand) add(ctx context.Context, j *job) (string, error) {
	jid, err := session.ParseJID(string(j.Name) + "@" + a.live.Account.JID.Domain())
	if err != nil {
		return "", err
	}
	link, err := a.linkOf(j)
	if err != nil {
		return "", err
	}
	online := a.online(jid)
	if online && j.facts.Unit.Active != "active" {
		return "", spec.Errorf(spec.Conflict, "there is another host %s in the fleet", j.Name).WithHint("give this one another name: NAME=%s", j.SSH)
	}
	w := enrol.Wanted{JID: jid, Link: link, Programs: a.programs, Packages: a.packages, Unit: agent.UnitFile(), Online: online, Account: a.accounts.Make}
	changes, err := w.Changes(j.facts)
	if err != nil {
		return "", err
	}
	if err := a.make(ctx, j, changes); err != nil || a.dryRun {
		return a.would(j), err
	}
	if !online {
		if err := a.live.Approve(jid); err != nil {
			return "", err
		}
	}
	h, err := a.await(ctx, j, jid)
	if err != nil {
		return "", err
	}
	if len(changes) == 0 && online {
		return "is as it was: in the fleet, " + describe(h), nil
	}
	return "is in the fleet: " + describe(h), nil
}

func describe(h spec.HostStatus) string { return h.OS.String() + ", armonic " + h.Version }

// linkOf is how the agent of a host reaches the server. One that is on this machine is where
// the host sees our connection come from.
func (a *addCommand) linkOf(j *job) (enrol.Link, error) {
	l := a.link
	switch {
	case a.server != "" || !onThisMachine(l.Server) || j.facts.Local:
		return l, nil
	case j.facts.Client == "":
		return l, spec.Errorf(spec.Invalid, "how it reaches the server is not known: %s is this machine", l.Server).WithHint("say it: --agent-server HOST:PORT")
	}
	l.Server = elsewhere(l.Server, j.facts.Client)
	return l, nil
}

// online reports whether an account is in the fleet, and its agent is there.
func (a *addCommand) online(jid session.JID) bool {
	h := a.find(jid)
	return h.Link == spec.LinkOn && !h.Unapproved
}
