package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Installer makes a server that runs for good on this host, step by step. What is so already
// is left as it is.
type Installer struct {
	Options Options
	Say     func(text string) // what is about to be done
}

// Packages has the server's package installed. Its own service, which listens at the ports
// that ours is to have, is switched off if the package was just installed.
func (i Installer) Packages(ctx context.Context) error {
	pkg := i.Options.missing()
	if pkg == "" {
		return nil
	}
	i.Say("install the package " + pkg)
	install := []string{"apt-get", "install", "-y", "-q", pkg}
	if _, err := i.run(ctx, install...); err != nil {
		if _, missing := exec.LookPath("apt-get"); missing != nil {
			return spec.Errorf(spec.Invalid, "%s is not installed, and there is no apt-get", i.Options.Make).WithHint("install %s, and say this again", pkg)
		}
		if _, err := i.run(ctx, "apt-get", "update", "-q"); err != nil { // the lists may be old
			return spec.Errorf(spec.Failed, "cannot install %s: %v", pkg, err)
		}
		if _, err := i.run(ctx, install...); err != nil {
			return spec.Errorf(spec.Failed, "cannot install %s: %v", pkg, err)
		}
	}
	i.Say("stop the service " + pkg + " of the package, which is not ours")
	_, err := i.run(ctx, "systemctl", "disable", "--now", "--quiet", pkg)
	return err
}

// Ports has the package's own service stopped if it is in the way and nobody uses it. One
// that is used is named in the error.
func (i Installer) Ports(ctx context.Context) error {
	err := i.Options.checkPorts()
	if err == nil {
		return nil
	}
	service := strings.ToLower(string(i.Options.Make))
	if _, stopped := i.run(ctx, "systemctl", "is-active", "--quiet", service); stopped != nil {
		return err
	}
	accounts, _ := filepath.Glob("/var/lib/" + service + "/*/accounts/*") // a pattern that is right
	hosts, _ := filepath.Glob("/etc/" + service + "/conf.d/[^l]*.cfg.lua")
	if i.Options.Make != Prosody || len(accounts)+len(hosts) > 0 {
		return spec.Errorf(spec.Conflict, "%v: the service %s of this host has it, and has accounts or hosts", err, service).
			WithHint("to have both choose other ports, --port 5322 --tls-port 5323; to have Armonic use that one see docs/operations.md; to do without it: systemctl disable --now %s", service)
	}
	i.Say("stop the service " + service + ", which is in the way and has no accounts")
	if _, err := i.run(ctx, "systemctl", "disable", "--now", "--quiet", service); err != nil {
		return err
	}
	return i.Options.checkPorts()
}

// Enable has systemd run the server, from now on and at each start of the host.
func (i Installer) Enable(ctx context.Context) error {
	name := i.Options.Unit()
	text, err := os.ReadFile(i.Options.file(name))
	if err != nil {
		return err
	}
	there := "/etc/systemd/system/" + name
	if old, err := os.ReadFile(there); err != nil || string(old) != string(text) {
		if err == nil && !strings.Contains(string(old), i.Options.Dir+"/") {
			return spec.Errorf(spec.Conflict, "%s is that of another server of Armonic", there).WithHint("systemctl cat %s shows it; give its folder with --out", name)
		}
		i.Say("write " + there)
		if err := renameio.WriteFile(there, text, 0o644, renameio.IgnoreUmask()); err != nil {
			return err
		}
		if _, err := i.run(ctx, "systemctl", "daemon-reload"); err != nil {
			return err
		}
	}
	if i.Running(ctx) {
		return nil
	}
	i.Say("start " + name)
	if _, err := i.run(ctx, "systemctl", "enable", "--now", "--quiet", name); err != nil {
		out, _ := i.run(ctx, "journalctl", "-u", name, "-n", "10", "--no-pager", "-o", "cat")
		return spec.Errorf(spec.Failed, "%s does not start: %v\n%s", name, err, out).WithHint("journalctl -u %s says more", name)
	}
	return nil
}

// Running reports whether the server runs, and will after the next start of the host.
func (i Installer) Running(ctx context.Context) bool {
	_, stopped := i.run(ctx, "systemctl", "is-active", "--quiet", i.Options.Unit())
	_, off := i.run(ctx, "systemctl", "is-enabled", "--quiet", i.Options.Unit())
	return stopped == nil && off == nil
}

// run runs a command of the system. The error has the last line that it printed.
func (i Installer) run(ctx context.Context, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	text := strings.TrimSpace(string(out))
	if errors.As(err, &exit) {
		err = fmt.Errorf("%s: %s", strings.Join(argv, " "), text[strings.LastIndexByte(text, '\n')+1:])
	}
	return text, err
}

// awaitEvery is how often it is tried whether a server answers.
const awaitEvery = 250 * time.Millisecond

// Await waits until a server takes connections, as long as ctx lasts. The error says why none
// can be made.
func Await(ctx context.Context, a session.Account) error {
	for {
		var last error
		for at, err := range a.Endpoints(ctx) {
			if last = err; err == nil {
				last = answers(ctx, a, at)
			}
			if last == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return last
		case <-time.After(awaitEvery):
		}
	}
}

// answers connects to an endpoint, and says nothing.
func answers(ctx context.Context, a session.Account, at session.Endpoint) error {
	ctx, cancel := context.WithTimeout(ctx, streamTime)
	defer cancel()
	if at.URL != "" {
		conn, _, err := a.Look(ctx, at)
		if err == nil {
			err = conn.Close()
		}
		return err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", at.Address)
	if err != nil {
		return spec.Errorf(spec.Unavailable, "nothing answers at %s", at.Address)
	}
	return conn.Close()
}

// Existing are the options of a server that Create has made in a folder, as far as its files
// say them; ok is false if there is none.
func Existing(o Options) (_ Options, ok bool) {
	if o.Make = MakeOf(o.Dir); o.Make == "" {
		return o, false
	}
	o.User = UserOf(o.Dir)
	text, _ := os.ReadFile(o.file("cli.yaml"))
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "jid":
			o.Admin, o.Domain, _ = strings.Cut(value, "@")
		case "server":
			if _, port, err := net.SplitHostPort(strings.Trim(value, `"`)); err == nil {
				o.TLSPort, _ = strconv.Atoi(port)
			}
		}
	}
	return o, o.Domain != ""
}
