package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// serverInit is `armonic server init`.
type serverInit struct {
	*globals
	Streams
	o                    server.Options
	ejabberd, ask, renew bool
}

func newServerInit(g *globals, s Streams) *cobra.Command {
	i := &serverInit{globals: g, Streams: s}
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a configuration of an XMPP server, with certificates and the first account",
		Long: `Write all that an XMPP server needs to carry Armonic into one folder: a configuration
of Prosody (or ejabberd) as Debian packages it, an authority and a certificate that it
signed, the account of the first master, a unit for systemd, and settings for the
operator's commands and for agents. Nothing outside of the folder is touched.

The password of the first account is that of --password-file or ARMONIC_PASSWORD, or is
asked for with --ask-password; else one is made at random. It is kept in the folder.`,
		Example: `  armonic server init --domain armonic.example.com --out /srv/armonic-xmpp --register
  armonic server init --domain armonic.example.com --out /srv/armonic-xmpp --renew`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return i.run(c.Context()) },
	}
	f := c.Flags()
	f.StringVar(&i.o.Domain, "domain", "", "`DOMAIN` of the accounts")
	f.StringVar(&i.o.Dir, "out", "", "write into the folder `DIR`")
	f.BoolVar(&i.ejabberd, "ejabberd", false, "for ejabberd, not Prosody")
	f.BoolVar(&i.o.Register, "register", false, "let agents make their accounts")
	f.StringVar(&i.o.Admin, "admin", "master", "`NAME` of the first account")
	f.BoolVar(&i.ask, "ask-password", false, "ask for the password of the first account")
	f.StringSliceVar(&i.o.Listen, "listen", nil, "`ADDRESS` to listen at (repeatable; default all)")
	f.IntVarP(&i.o.Port, "port", "P", 5222, "`PORT` for STARTTLS")
	f.IntVar(&i.o.TLSPort, "tls-port", 5223, "`PORT` for direct TLS")
	f.StringVar(&i.o.User, "user", "", "`USER` that the server runs as (default: as root, that of the package; else you)")
	f.IntVar(&i.o.Years, "years", 5, "`YEARS` that the certificate of the server is valid")
	f.BoolVar(&i.renew, "renew", false, "make a new certificate for the server that is there, and leave the rest")
	return c
}

func (i *serverInit) run(ctx context.Context) error {
	if i.demo || i.local {
		return spec.Errorf(spec.Invalid, "--demo and --local are for other commands").WithHint("armonic server init writes into the folder given with --out only")
	}
	if i.o.Dir == "" {
		return spec.Errorf(spec.Invalid, "there is no folder to write into").WithHint("add --out DIR, such as --out /srv/armonic-xmpp")
	}
	dir, err := filepath.Abs(i.o.Dir)
	if err != nil {
		return spec.Errorf(spec.Invalid, "cannot find %s: %v", i.o.Dir, err)
	}
	i.o.Dir, i.o.Make = dir, server.Prosody
	if i.ejabberd {
		i.o.Make = server.Ejabberd
	}
	if i.renew {
		if made := server.MakeOf(dir); made != "" {
			i.o.Make = made
		}
		if i.o.User == "" {
			i.o.User = server.UserOf(dir)
		}
		done, err := server.Renew(ctx, i.o)
		if err != nil {
			return err
		}
		i.renewed(done)
		return nil
	}
	i.o.User = i.defaultUser()
	if i.o.Password, err = i.password(ctx); err != nil {
		return err
	}
	if i.o.Make == server.Ejabberd {
		if i.o.Inner, err = server.FreeInner(); err != nil {
			return err
		}
	}
	done, err := server.Create(ctx, i.o)
	if err != nil {
		return err
	}
	i.created(done)
	return nil
}

// defaultUser is that of Debian's package. It cannot be given files before the package
// is installed.
func (i *serverInit) defaultUser() string {
	name := strings.ToLower(string(i.o.Make))
	if i.o.User != "" || os.Geteuid() != 0 {
		return i.o.User
	}
	if _, err := user.Lookup(name); err != nil {
		return ""
	}
	return name
}

// password is that of the first account.
func (i *serverInit) password(ctx context.Context) (spec.Secret, error) {
	given, _, err := config.LoadClient(config.Sources{Env: os.Environ(), Flags: i.flags})
	if err != nil {
		return "", err
	}
	given.JID = i.o.Admin + "@" + i.o.Domain
	secret, warning, err := given.Secret()
	if warning != "" {
		_, _ = fmt.Fprintln(i.Err, "warning: "+warning)
	}
	switch {
	case err != nil || secret != "":
		return secret, err
	case i.ask:
		return askPassword(ctx, session.JID(given.JID), i.Streams)
	}
	return spec.Secret(rand.Text()), nil
}

func (i *serverInit) say(format string, args ...any) { _, _ = fmt.Fprintf(i.Out, format+"\n", args...) }

func (i *serverInit) created(c server.Created) {
	o := i.o
	i.say("%s for %s is ready in %s", o.Make, o.Domain, o.Dir)
	i.say("  its certificate names %s and %s, and is valid until %s;", o.Domain, o.MUC(), c.Until.Format(time.DateOnly))
	i.say("  before that: armonic server init --domain %s --out %s --renew", o.Domain, o.Dir)
	i.say("  ca-key.pem signs certificates: keep it secret, or elsewhere. ca.pem is for every agent")
	if c.Account {
		i.say("  the account %s@%s is made; its password is in %s.password", o.Admin, o.Domain, filepath.Join(o.Dir, o.Admin))
	}
	i.say("  agents %s", map[bool]string{true: "may make their accounts", false: "may not make accounts: " + i.addUser()}[o.Register])
	i.say("")
	i.install(c)
	i.say("to start it here:")
	i.say("  %s%s", i.as(), strings.Join(o.Command(), " "))
	i.say("or for good:")
	i.say("  cp %s /etc/systemd/system/ && systemctl daemon-reload", filepath.Join(o.Dir, o.Unit()))
	i.say("  systemctl enable --now %s", o.Unit())
	i.say("then:")
	i.say("  armonic server check --config %s", filepath.Join(o.Dir, "cli.yaml"))
	i.say("cli.yaml there is for your ~/.config/armonic, agent.yaml and ca.pem for /etc/armonic of each host")
}

// install says what to do if the server is not installed.
func (i *serverInit) install(c server.Created) {
	if c.Missing == "" {
		return
	}
	o := i.o
	i.say("%s is not installed:", o.Make)
	i.say("  apt-get install %s && systemctl disable --now %s", c.Missing, c.Missing)
	if os.Geteuid() == 0 && o.User == "" {
		i.say("it will run as root. To have it run as a user of its own, install it, remove %s, and do this again", o.Dir)
	}
	if !c.Account {
		i.say("  armonic server init --domain %s --out %s --admin %s --renew   # makes the account %s", o.Domain, o.Dir, o.Admin, o.Admin)
	}
}

// as makes a command one of the user of the server.
func (i *serverInit) as() string {
	if i.o.User == "" || os.Geteuid() != 0 || i.o.User == "root" {
		return ""
	}
	return "runuser -u " + i.o.User + " -- "
}

// addUser is how an account is made by hand.
func (i *serverInit) addUser() string {
	if i.o.Make == server.Ejabberd {
		return i.as() + filepath.Join(i.o.Dir, "ejabberdctl") + " register NAME " + i.o.Domain + " PASSWORD (others on this host can see it meanwhile)"
	}
	return i.as() + "prosodyctl --config " + filepath.Join(i.o.Dir, "prosody.cfg.lua") + " adduser NAME@" + i.o.Domain
}

func (i *serverInit) renewed(c server.Created) {
	o := i.o
	i.say("%s has a new certificate, valid until %s", o.Domain, c.Until.Format(time.DateOnly))
	if c.Account {
		i.say("  the account %s@%s is made; its password is in %s.password", o.Admin, o.Domain, filepath.Join(o.Dir, o.Admin))
	}
	i.install(c)
	if o.Make == server.Ejabberd {
		i.say("if it runs, have it read it:")
		i.say("  %s%s reload_config", i.as(), filepath.Join(o.Dir, "ejabberdctl"))
	} else { // told to reload, it would do so for STARTTLS only
		i.say("if it runs, restart it:")
		i.say("  systemctl restart %s", o.Unit())
	}
}
