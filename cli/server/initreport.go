package server

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/server"
)

func (i *initCommand) say(format string, args ...any) {
	output.Printf(i.Out, format+"\n", args...)
}

func (i *initCommand) created(c server.Created) {
	o := i.o
	i.say("%s for %s is ready in %s", o.Make, o.Domain, o.Dir)
	i.say("  its certificate names %s and %s, and is valid until %s;", o.Domain, o.MUC(), c.Until.Format(time.DateOnly))
	i.say("  before that: armonic server init --domain %s --out %s --renew", o.Domain, o.Dir)
	i.say("  ca-key.pem signs certificates: keep it secret, or elsewhere. ca.pem is for every agent")
	if c.Account {
		i.say("  the account %s@%s is made; its password is in %s.password", o.Admin, o.Domain, filepath.Join(o.Dir, o.Admin))
	}
	i.say("  agents %s", map[bool]string{true: "may make their accounts, and so may strangers: none joins the fleet before armonic approve NAME@" + o.Domain, false: "may not make accounts: " + i.addUser()}[o.Register])
	if o.WebPort != 0 {
		i.say("  where only HTTPS gets out: the setting server: %s", o.WebSocket())
		i.say("  it is found without if https://%s/.well-known/host-meta and host-meta.json are what is in %s", o.Domain, filepath.Join(o.Dir, "web"))
	}
	i.say("")
	i.install(c)
	i.say("to start it here:")
	i.say("  %s%s", i.as(), strings.Join(o.Command(), " "))
	i.say("or for good:")
	i.say("  cp %s /etc/systemd/system/ && systemctl daemon-reload", filepath.Join(o.Dir, o.Unit()))
	i.say("  systemctl enable --now %s", o.Unit())
	i.say("then:")
	i.say("  armonic server check --config %s", filepath.Join(o.Dir, "cli.yaml"))
	i.say("cli.yaml there is for your ~/.config/armonic, agent.yaml and ca.pem for /etc/armonic of each host (mkdir -p /etc/armonic)")
}

// install says what to do if the server is not installed.
func (i *initCommand) install(c server.Created) {
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
func (i *initCommand) as() string {
	if i.o.User == "" || os.Geteuid() != 0 || i.o.User == "root" {
		return ""
	}
	return "runuser -u " + i.o.User + " -- "
}

// addUser is how an account is made by hand.
func (i *initCommand) addUser() string {
	if i.o.Make == server.Ejabberd {
		return i.as() + filepath.Join(i.o.Dir, "ejabberdctl") + " register NAME " + i.o.Domain + " PASSWORD (others on this host can see it meanwhile)"
	}
	return i.as() + "prosodyctl --config " + filepath.Join(i.o.Dir, "prosody.cfg.lua") + " adduser NAME@" + i.o.Domain
}

func (i *initCommand) renewed(c server.Created) {
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
