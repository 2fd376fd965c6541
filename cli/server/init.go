package server

import (
	"context"
	"crypto/rand"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
)

// initCommand is `armonic server init`.
type initCommand struct {
	*settings.Global
	output.Streams
	o                    server.Options
	ejabberd, ask, renew bool
	installs             bool // and starts it
	web                  bool // over WebSocket too
	webPort              int
}

func newInit(g *settings.Global, s output.Streams) *cobra.Command {
	i := &initCommand{Global: g, Streams: s}
	c := &cobra.Command{
		Use:   "init",
		Short: "Write a configuration of an XMPP server, with certificates and the first account",
		Long: `Write all that an XMPP server needs to carry Armonic into one folder: a configuration
of Prosody (or ejabberd) as Debian packages it, an authority and a certificate that it
signed, the account of the first master, a unit for systemd, and settings for the
operator's commands and for agents. Nothing outside of the folder is touched.

With --install, as root, it goes as far as the server that runs: the package is installed, a
service of it that is in the way and has no accounts is switched off, the unit is started,
and you are given the settings of the operator. Said again, it changes nothing.

The password of the first account is that of --password-file or ARMONIC_PASSWORD, or is
asked for with --ask-password; else one is made at random. It is kept in the folder.`,
		Example: `  armonic server init --install --domain armonic.example.com
  armonic server init --domain armonic.example.com --out /srv/armonic-xmpp --register
  armonic server init --domain armonic.example.com --out /srv/armonic-xmpp --renew`,
		RunE: func(c *cobra.Command, _ []string) error { return i.run(c.Context()) },
	}
	f := c.Flags()
	f.StringVar(&i.o.Domain, "domain", "", "`DOMAIN` of the accounts")
	f.StringVar(&i.o.Dir, "out", "", "write into the folder `DIR`")
	f.BoolVar(&i.installs, "install", false, "also install and start the server (in "+usualDir+", unless --out says otherwise)")
	f.BoolVar(&i.ejabberd, "ejabberd", false, "for ejabberd, not Prosody")
	f.BoolVar(&i.o.Register, "register", false, "let agents make their accounts")
	f.StringVar(&i.o.Admin, "admin", "master", "`NAME` of the first account")
	f.BoolVar(&i.ask, "ask-password", false, "ask for the password of the first account")
	f.StringSliceVar(&i.o.Listen, "listen", nil, "`ADDRESS` to listen at (repeatable; default all)")
	f.IntVarP(&i.o.Port, "port", "P", 5222, "`PORT` for STARTTLS")
	f.IntVar(&i.o.TLSPort, "tls-port", 5223, "`PORT` for direct TLS")
	f.BoolVar(&i.web, "websocket", false, "also listen for WebSocket, for agents and operators from where only HTTPS gets out")
	f.IntVar(&i.webPort, "websocket-port", 5281, "`PORT` for WebSocket; proxies often let through 443 only")
	f.StringVar(&i.o.User, "user", "", "`USER` that the server runs as (default: as root, that of the package; else you)")
	f.IntVar(&i.o.Years, "years", 5, "`YEARS` that the certificate of the server is valid")
	f.BoolVar(&i.renew, "renew", false, "make a new certificate for the server that is there, and leave the rest")
	return c
}

func (i *initCommand) run(ctx context.Context) error {
	if i.Demo || i.Local {
		return spec.Errorf(spec.Invalid, "--demo and --local are for other commands").WithHint("armonic server init writes into the folder given with --out only")
	}
	if i.o.Dir == "" && i.installs {
		i.o.Dir = usualDir
	}
	if i.o.Dir == "" {
		return spec.Errorf(spec.Invalid, "there is no folder to write into").WithHint("add --out DIR, such as --out /srv/armonic-xmpp")
	}
	dir, err := filepath.Abs(i.o.Dir)
	if err != nil {
		return spec.Errorf(spec.Invalid, "cannot find %s: %v", i.o.Dir, err)
	}
	i.o.Dir, i.o.Make = dir, server.Prosody
	if i.web {
		if i.webPort < 1 {
			return spec.Errorf(spec.Invalid, "there is no port %d", i.webPort).WithHint("--websocket-port is 1 to 65535, usually 5281 or 443")
		}
		i.o.WebPort = i.webPort
	}
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
	if i.installs {
		return i.installed(ctx)
	}
	done, err := i.create(ctx)
	if err != nil {
		return err
	}
	i.created(done)
	return nil
}

// create writes the folder.
func (i *initCommand) create(ctx context.Context) (done server.Created, err error) {
	i.o.User = i.defaultUser()
	if i.o.Password, err = i.password(ctx); err != nil {
		return done, err
	}
	if i.o.Make == server.Ejabberd {
		if i.o.Inner, err = server.FreeInner(); err != nil {
			return done, err
		}
	}
	return server.Create(ctx, i.o)
}

// defaultUser is that of Debian's package. It cannot be given files before the package
// is installed.
func (i *initCommand) defaultUser() string {
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
func (i *initCommand) password(ctx context.Context) (value.Secret, error) {
	given, _, err := config.LoadClient(config.Sources{Env: os.Environ(), Flags: i.Flags})
	if err != nil {
		return "", err
	}
	given.JID = i.o.Admin + "@" + i.o.Domain
	secret, warning, err := given.Secret()
	if warning != "" {
		output.Printf(i.Err, "warning: %s\n", warning)
	}
	switch {
	case err != nil || secret != "":
		return secret, err
	case i.ask:
		return connect.AskPassword(ctx, session.JID(given.JID), i.Streams)
	}
	return value.Secret(rand.Text()), nil
}
