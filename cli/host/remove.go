package host

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// removeCommand is `armonic host remove`.
type removeCommand struct {
	remote
	yes, gone bool
}

func newRemove(g *settings.Global, s output.Streams) *cobra.Command {
	r := &removeCommand{remote: remote{Global: g, Streams: s}}
	c := &cobra.Command{
		Use:   "remove [HOST...]",
		Short: "Take the agents of hosts away again, with their accounts",
		Long: `Take all away that armonic host add put on each HOST, [NAME=][USER@]HOST as for ssh: the
agent, its unit, its settings and what it remembers; its account on the server; its place in
the fleet. What deployments did on the host stays, and nothing remembers any more how it is
taken back: do that first. A program that a package installed is stopped, and stays.

With --gone HOST is not connected with, as it is no more: only its account, NAME at the
domain, and its place in the fleet are removed.`,
		Example: `  armonic host remove root@web1 root@web2 --yes
  armonic host remove --gone web3`,
		RunE: func(c *cobra.Command, args []string) error { return r.start(c.Context(), args) },
	}
	r.register(c)
	c.Flags().BoolVar(&r.yes, "yes", false, "do not ask for confirmation")
	c.Flags().BoolVar(&r.gone, "gone", false, "the hosts are no more: do not connect with them")
	return c
}

func (r *removeCommand) start(ctx context.Context, args []string) error {
	if err := r.possible(); err != nil {
		return err
	}
	if r.file != "-" { // what is wrong with the names is said before anybody is asked
		if _, err := r.targets(args); err != nil {
			return err
		}
	}
	if !r.yes && !r.dryRun {
		if err := r.confirm(ctx); err != nil {
			return err
		}
	}
	r.offline = r.gone
	return r.run(ctx, args, r.remove)
}

func (r *removeCommand) confirm(ctx context.Context) error {
	p := output.NewPrompter(r.In, r.Err)
	if r.format.JSON() || r.file == "-" || !p.AtTerminal() {
		return spec.Errorf(spec.Invalid, "nobody can be asked whether to go on").WithHint("--dry-run shows what would be removed; --yes removes it")
	}
	ok, err := p.Confirm(ctx, "Remove the agents of these hosts, and what they remember? What they set up stays.", false)
	if err == nil && !ok {
		err = output.ErrNotConfirmed
	}
	return err
}

// remove takes the agent of a host away, as far as it is there.
func (r *removeCommand) remove(ctx context.Context, j *job) (string, error) {
	there, err := j.facts.Agent()
	if err != nil {
		return "", err
	}
	jid := there.JID
	if jid == "" {
		if jid, err = session.ParseJID(string(j.Name) + "@" + r.live.Account.JID.Domain()); err != nil {
			return "", err
		}
	}
	h := r.find(jid)
	if err := enrol.Working(h); err != nil {
		return "", err
	}
	var unremoved error // the account: all else is removed all the same
	changes, err := j.facts.Removals(func(ctx context.Context, s *enrol.Shell) error {
		password, _ := enrol.Password(ctx, s) // without it the operator removes the account
		unremoved = r.accounts.Remove(ctx, jid, password)
		if spec.KindOf(unremoved) == spec.Unavailable { // later, then, as long as it is known
			return spec.Errorf(spec.Unavailable, "cannot remove the account: %v", unremoved).WithHint("once the server answers, say this again: it goes on with what is left")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if r.gone {
		changes = append(changes, enrol.Change{What: "remove the account " + string(jid), Do: func(ctx context.Context, _ *enrol.Shell) error {
			return r.accounts.Remove(ctx, jid, "")
		}})
	}
	if h.Account != "" {
		changes = append(changes, enrol.Change{What: "take it out of the fleet", Do: func(context.Context, *enrol.Shell) error { return r.live.Remove(jid) }})
	}
	if err := r.make(ctx, j, changes); err != nil {
		return "", err
	}
	switch {
	case unremoved != nil:
		return "", unremoved
	case len(changes) == 0:
		return "has no agent", nil
	case r.dryRun:
		return r.would(j), nil
	}
	return "has no agent any more", nil
}
