package host

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// inviteCommand is `armonic host invite`.
type inviteCommand struct {
	*settings.Global
	output.Streams
	linkFlags
	from   string // where hosts get the program
	serve  string // where it is served by this command
	format output.Format
}

func newInvite(g *settings.Global, s output.Streams) *cobra.Command {
	i := &inviteCommand{Global: g, Streams: s}
	c := &cobra.Command{
		Use:   "invite NAME...",
		Short: "Print a line with which a host joins the fleet by itself",
		Long: `Print a line for each NAME, to be pasted into a root shell of that host or into its
cloud-init: with it the host gets settings and an account, and joins the fleet as NAME. It
is good once, and for an hour: the server sees to that. Who reads it meanwhile can join in
its place, so it is a secret.

The program must be on the host, as by a package; with --from it is fetched, with curl or wget, and
used only if it is this one, or that of --binary. With --serve it is this command that hosts fetch it
from: it ends when all have joined.`,
		Example: `  armonic host invite web7
  armonic host invite web7 --from http://192.0.2.10/armonic
  armonic host invite web7 web8 --serve 192.0.2.10:8000`,
		RunE: func(c *cobra.Command, args []string) error { return i.run(c.Context(), args) },
	}
	i.linkFlags.register(c.Flags())
	c.Flags().StringVar(&i.from, "from", "", "the host fetches the program from `URL`")
	c.Flags().StringVar(&i.serve, "serve", "", "serve the program at `[HOST]:PORT`, until all have joined; HOST is how hosts reach this machine")
	i.format.Register(c)
	return c
}

func (i *inviteCommand) run(ctx context.Context, names []string) error {
	if i.Demo || i.Local {
		return spec.Errorf(spec.Invalid, "nobody is invited to the fleet of --demo or --local").WithHint("leave the flag out")
	}
	for _, n := range names {
		if err := spec.Host(n).Check(); err != nil {
			return err
		}
	}
	if err := connect.Named(i.Global); err != nil {
		return err
	}
	link, err := i.link(i.Global)
	if err != nil {
		return err
	}
	if onThisMachine(link.Server) && i.server == "" {
		own := ownAddress()
		if own == "" {
			return spec.Errorf(spec.Invalid, "how hosts reach the server is not known: %s is this machine", link.Server).WithHint("say it: --agent-server HOST:PORT")
		}
		link.Server = elsewhere(link.Server, own)
	}
	stop, err := i.startServing(ctx)
	if err != nil {
		return err
	}
	defer stop()
	get, err := i.fetching()
	if err != nil {
		return err
	}
	fleet, closeFleet, err := connect.Open(ctx, i.Global, i.Streams, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	live := fleet.(*connect.Live)
	accounts, err := accountsOf(ctx, live)
	if err != nil {
		return err
	}
	for _, n := range names {
		jid, err := session.ParseJID(strings.ToLower(n) + "@" + live.Account.JID.Domain())
		if err != nil {
			return err
		}
		if err := i.invite(ctx, live, accounts, jid, link, get); err != nil {
			return err
		}
	}
	if i.serve == "" {
		return nil
	}
	return i.awaitAll(ctx, live, names)
}

// invite prints the line for an account, which is in the fleet once it exists.
func (i *inviteCommand) invite(ctx context.Context, live *connect.Live, accounts enrol.Accounts, jid session.JID, link enrol.Link, get string) error {
	for _, h := range live.Hosts() {
		if h.Account == string(jid) && h.Version != "" {
			return spec.Errorf(spec.Conflict, "%s is in the fleet already", jid.Local()).WithHint("choose another name, or first armonic host remove --gone %s", jid.Local())
		}
	}
	invitation, err := accounts.Invite(ctx, jid, link)
	if err != nil {
		return err
	}
	code, err := invitation.Code()
	if err != nil {
		return err
	}
	if err := live.Approve(jid); err != nil {
		return err
	}
	line := get + "armonic host join " + code
	if i.format.JSON() {
		return output.WriteJSON(i.Out, map[string]any{"host": jid.Local(), "line": line, "until": time.Unix(invitation.Until, 0)})
	}
	output.Printf(i.Out, "%s\n", line)
	output.Printf(i.Err, "for %s, once, until %s; who reads it can join in its place\n", jid.Local(), time.Unix(invitation.Until, 0).Format(time.DateTime))
	return nil
}

// fetching are the commands that bring the program to a host, if it has none. They are
// written so that the line can stand in YAML without quotes.
func (i *inviteCommand) fetching() (string, error) {
	if i.from == "" {
		return "", nil
	}
	if u, err := url.Parse(i.from); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(i.from, " '\"\\$`;&|<>()#\n\t") {
		return "", spec.Errorf(spec.Invalid, "--from: %q is not a plain URL", i.from).WithHint("for example http://192.0.2.10/armonic")
	}
	p, err := i.programs()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`f=$(mktemp) && (command -v curl >/dev/null && curl -fsSL %[1]s -o $f || wget -qO $f %[1]s) && printf '%%s *%%s' %[2]s $f | sha256sum -c --quiet && install -m 755 $f /usr/local/bin/armonic && `, i.from, p[0].Sum), nil
}

// accountsOf are the accounts of a fleet that is connected.
func accountsOf(ctx context.Context, live *connect.Live) (enrol.Accounts, error) {
	s := live.Connector().Status().Session
	if s == nil {
		return enrol.Accounts{}, live.Disconnected()
	}
	return enrol.NewAccounts(ctx, s, live.Account)
}
