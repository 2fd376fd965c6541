package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// usualDir is where a server that is installed has its folder.
const usualDir = "/srv/armonic-xmpp"

// startTime is how long a server may take until it answers.
const startTime = time.Minute

// installed goes as far as the server that runs, and the operator who can use it. What is so
// already stays as it is.
func (i *initCommand) installed(ctx context.Context) error {
	if os.Geteuid() != 0 {
		return spec.Errorf(spec.Invalid, "only root can install a server").WithHint("sudo armonic server init --install …; without --install only the folder is written")
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return spec.Errorf(spec.Invalid, "this host does not run systemd").WithHint("without --install the folder is written, and you are told how to start the server")
	}
	there, exists := server.Existing(i.o)
	if exists && i.o.Domain != "" && i.o.Domain != there.Domain {
		return spec.Errorf(spec.Conflict, "the server in %s is that of %s", i.o.Dir, there.Domain).WithHint("give another folder with --out, and other ports")
	}
	if exists && i.web && !there.HasWebSocket() {
		return spec.Errorf(spec.Conflict, "the server in %s is there already, and without WebSocket", i.o.Dir).WithHint("docs/operations.md says what to add to its configuration")
	}
	if exists {
		i.o = there
	}
	changed := 0
	n := server.Installer{Options: i.o, Say: func(text string) {
		changed++
		output.Printf(i.Out, "%s\n", text)
	}}
	if err := n.Packages(ctx); err != nil {
		return err
	}
	if !n.Running(ctx) {
		if err := n.Ports(ctx); err != nil {
			return err
		}
	}
	if !exists {
		n.Say("write " + i.o.Dir)
		if _, err := i.create(ctx); err != nil {
			return err
		}
		n.Options = i.o
	}
	if err := n.Enable(ctx); err != nil {
		return err
	}
	where, err := i.operator(n.Say)
	if err != nil {
		return err
	}
	if err := i.answers(ctx); err != nil {
		return err
	}
	if changed == 0 {
		i.say("nothing to do: %s for %s runs", i.o.Make, i.o.Domain)
		return nil
	}
	i.say("%s for %s runs, and starts with this host", i.o.Make, i.o.Domain)
	i.say("  you are %s@%s: %s", i.o.Admin, i.o.Domain, where)
	if i.o.WebPort != 0 {
		i.say("  where only HTTPS gets out: the setting server: %s", i.o.WebSocket())
	}
	i.say("  what it keeps is in %s; its certificate must be renewed before it ends:", i.o.Dir)
	i.say("  armonic server init --domain %s --out %s --renew", i.o.Domain, i.o.Dir)
	i.say("next: armonic host add root@HOST, for each host of the fleet")
	return nil
}

// answers waits until the server answers and lets the first account in.
func (i *initCommand) answers(ctx context.Context) error {
	c, _, err := config.LoadClient(config.Sources{Required: filepath.Join(i.o.Dir, "cli.yaml")})
	if err != nil {
		return err
	}
	password, _, err := c.Secret()
	if err != nil {
		return err
	}
	a := session.Account{JID: session.JID(c.JID), Password: password, Server: c.Server, CAFile: c.CAFile}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := server.Await(ctx, a); err != nil {
		return err
	}
	s, err := a.Open(ctx)
	if err != nil {
		return err
	}
	s.Close()
	return nil
}

// operator gives who called this the settings of the first account, unless there are some;
// also if that was with sudo. It gives the folder.
func (i *initCommand) operator(say func(string)) (string, error) {
	u, err := user.Current()
	if name := os.Getenv("SUDO_USER"); err == nil && name != "" {
		u, err = user.Lookup(name)
	}
	if err != nil {
		return "", spec.Errorf(spec.Invalid, "cannot find out who you are: %v", err)
	}
	dir := filepath.Join(u.HomeDir, ".config", "armonic")
	name := filepath.Join(dir, "cli.yaml")
	if old, err := os.ReadFile(name); err == nil {
		if strings.Contains(string(old), i.o.Admin+"@"+i.o.Domain) {
			return "your settings are in " + name, nil
		}
		return "your settings in " + name + " are for another account, and stay: use --config " + filepath.Join(i.o.Dir, "cli.yaml"), nil
	}
	say("write your settings to " + dir)
	if err := i.writeSettings(u, dir); err != nil {
		return "", fmt.Errorf("cannot write your settings: %w", err)
	}
	return "your settings are in " + name, nil
}

// writeSettings puts what the operator needs beside the settings, so that nobody else has to
// be able to read the folder of the server.
func (i *initCommand) writeSettings(u *user.User, dir string) error {
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	for d := range folders(u.HomeDir, dir) {
		switch err := os.Mkdir(d, 0o700); {
		case errors.Is(err, os.ErrExist):
		case err != nil:
			return err
		default:
			if err := os.Chown(d, uid, gid); err != nil {
				return err
			}
		}
	}
	password, ca := filepath.Join(i.o.Dir, i.o.Admin+".password"), filepath.Join(i.o.Dir, "ca.pem")
	beside := strings.NewReplacer(password, "password", ca, "ca.pem")
	for _, f := range []struct{ from, to string }{{password, "password"}, {ca, "ca.pem"}, {filepath.Join(i.o.Dir, "cli.yaml"), "cli.yaml"}} {
		text, err := os.ReadFile(f.from)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, f.to)
		if err := renameio.WriteFile(to, []byte(beside.Replace(string(text))), 0o600, renameio.IgnoreUmask()); err != nil {
			return err
		}
		if err := os.Chown(to, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

// folders are those from below top down to dir.
func folders(top, dir string) func(func(string) bool) {
	return func(yield func(string) bool) {
		rel, _ := filepath.Rel(top, dir)
		at := top
		for part := range strings.SplitSeq(rel, "/") {
			if at = filepath.Join(at, part); !yield(at) {
				return
			}
		}
	}
}
