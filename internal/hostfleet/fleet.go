package hostfleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
)

const (
	password = "correct horse"
	master   = session.JID("master@" + xmpptest.Domain)
	patience = 2 * time.Minute // for an agent to come or go
)

// Fleet is a server, its operator, and hosts with agents.
type Fleet struct {
	Bin    string // the program
	Dir    string // the home of the operator
	Server *xmpptest.Server
	Client *xmpp.Client // of the operator, who stays connected
	Hosts  []*hosttest.Host
	More   string // further lines of agent.yaml
}

// New starts a server that the hosts reach, and connects the operator. No agent runs yet.
func New(t testing.TB, hosts []*hosttest.Host) *Fleet {
	t.Helper()
	need.Program(t, "prosody")
	address := net.ParseIP(hosts[0].Address).To4()
	address[3] = 1 // the machine's own
	f := &Fleet{Bin: hosttest.Build(t, "github.com/armonic/armonic"), Dir: t.TempDir(), Hosts: hosts,
		Server: xmpptest.Start(t, xmpptest.Prosody, xmpptest.Listen(address.String()))}
	all := func(session.JID) bool { return true }
	f.Client = xmpp.NewClient(xmpp.ClientConfig{Approve: all, Vouched: all, Open: session.Account{JID: master, Password: password,
		Server: f.Server.TLS, CAFile: f.Server.CAFile, Register: true}.Open})
	t.Cleanup(f.Client.Close)
	return f
}

// Start has an agent run on each host, with the modules of a folder; "" is none but those
// that come with the program.
func (f *Fleet) Start(t testing.TB, modules string) {
	t.Helper()
	unit, err := exec.Command(f.Bin, "agentd", "--print-unit").Output()
	must(t, err)
	for _, h := range f.Hosts {
		h.Copy(t, f.Bin, "/usr/local/bin/armonic", 0o755)
		h.Copy(t, f.Server.CAFile, "/etc/armonic/ca.pem", 0o644)
		h.Write(t, "/etc/armonic/password", password+"\n", 0o600)
		h.Write(t, "/etc/armonic/agent.yaml", fmt.Sprintf("jid: %s@%s\npassword_file: /etc/armonic/password\nmasters: [%s]\nserver: %s\nca_file: /etc/armonic/ca.pem\npublic_ip: %s\n%s",
			h.Name, xmpptest.Domain, master, f.Server.TLS, h.Address, f.More), 0o644)
		h.Write(t, "/etc/systemd/system/armonic-agentd.service", string(unit), 0o644)
		if modules != "" {
			must(t, filepath.WalkDir(modules, func(name string, d os.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					h.Copy(t, name, "/etc/armonic/modules"+strings.TrimPrefix(name, modules), 0o644)
				}
				return err
			}))
		}
		h.Run(t, "systemctl", "enable", "--now", "--quiet", "armonic-agentd")
	}
	f.links(t, spec.LinkOn)
}

// Stop ends the agents, so that nobody expects them back.
func (f *Fleet) Stop(t testing.TB) {
	t.Helper()
	for _, h := range f.Hosts {
		h.Run(t, "systemctl", "disable", "--now", "--quiet", "armonic-agentd")
	}
	f.links(t, spec.LinkOff)
}

// links waits until the link of every host is so.
func (f *Fleet) links(t testing.TB, want spec.Link) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		hosts, changed := f.Client.Watch()
		so := 0
		for _, h := range hosts {
			if h.Link == want {
				so++
			}
		}
		if so == len(f.Hosts) {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			for _, h := range f.Hosts {
				out, _, _ := h.Try("journalctl", "-n", "20", "-u", "armonic-agentd")
				t.Log(out)
			}
			t.Fatalf("%d of %d agents are %v", so, len(f.Hosts), want)
		}
	}
}

// Command runs a command of the operator, and gives what it prints. The test fails if the
// command does.
func (f *Fleet) Command(t testing.TB, args ...string) string {
	t.Helper()
	out, code := f.Try(t, args...)
	if code != 0 {
		t.Fatalf("armonic %s: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// Try runs a command of the operator, and gives what it prints and the code it ends with.
func (f *Fleet) Try(t testing.TB, args ...string) (out string, code int) {
	t.Helper()
	cmd := f.Cmd(args...)
	b, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return string(b), exit.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	return string(b), 0
}

// Cmd is a command of the operator that is not started yet.
func (f *Fleet) Cmd(args ...string) *exec.Cmd {
	cmd := exec.Command(f.Bin, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + f.Dir, "ARMONIC_JID=" + string(master), "ARMONIC_PASSWORD=" + password,
		"ARMONIC_SERVER=" + f.Server.TLS, "ARMONIC_CA_FILE=" + f.Server.CAFile}
	return cmd
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
