package xmppbench_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
)

const password = "correct horse"

// patience is how long anything may take that is not measured.
const patience = 2 * time.Minute

// fleet is a server and its master.
type fleet struct {
	server *xmpptest.Server
	master session.JID
	client *xmpp.Client
	bin    string
	dir    string // of the agents, and of the operator
}

// account is one that makes itself.
func account(name, server, ca string) session.Account {
	return session.Account{JID: session.JID(name + "@" + xmpptest.Domain), Password: password, Server: server, CAFile: ca, Register: true}
}

func newFleet(t testing.TB, k xmpptest.Kind, bin string) *fleet {
	t.Helper()
	f := &fleet{server: xmpptest.Start(t, k), bin: bin, dir: t.TempDir()}
	a := account("master", f.server.TLS, f.server.CAFile)
	f.master = a.JID
	f.client = connect(a)
	t.Cleanup(f.client.Close)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, f.client.Ready(ctx))
	return f
}

// connect is a master who takes everybody into the fleet.
func connect(a session.Account) *xmpp.Client {
	all := func(session.JID) bool { return true }
	return xmpp.NewClient(xmpp.ClientConfig{Open: a.Open, Approve: all, Vouched: all})
}

// online waits until n agents are.
func online(ctx context.Context, c *xmpp.Client, n int) error {
	for {
		hosts, changed := c.Watch()
		on := 0
		for _, h := range hosts {
			if h.Link == spec.LinkOn {
				on++
			}
		}
		if on >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return spec.Errorf(spec.Timeout, "%d of %d agents are online", on, n)
		}
	}
}

func (f *fleet) online(t testing.TB, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, online(ctx, f.client, n))
}

// offline waits until a host is not online, and gives the time.
func (f *fleet) offline(ctx context.Context, name string) (time.Time, error) {
	for {
		hosts, changed := f.client.Watch()
		for _, h := range hosts {
			if string(h.Host) == name && h.Link != spec.LinkOn {
				return time.Now(), nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return time.Time{}, spec.Errorf(spec.Timeout, "%s is still online", name)
		}
	}
}

// command is the program, run by somebody with settings that are in the environment.
func (f *fleet) command(jid session.JID, server string, args ...string) *exec.Cmd {
	cmd := exec.Command(f.bin, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + f.dir, "ARMONIC_JID=" + string(jid), "ARMONIC_PASSWORD=" + password,
		"ARMONIC_SERVER=" + server, "ARMONIC_CA_FILE=" + f.server.CAFile}
	return cmd
}

// agent starts a real agent, which connects to an address.
func (f *fleet) agent(t testing.TB, name, server string, args ...string) *process {
	t.Helper()
	args = append([]string{"agentd", "--master", string(f.master), "--state-dir", filepath.Join(f.dir, name)}, args...)
	return launch(t, f.command(session.JID(name+"@"+xmpptest.Domain), server, args...))
}

// run is a command of the operator: what it wrote, and how long it took.
func (f *fleet) run(t testing.TB, args ...string) (string, time.Duration) {
	t.Helper()
	cmd := f.command(f.master, f.server.TLS, args...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(began)
	if err != nil {
		t.Fatalf("armonic %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), took
}
