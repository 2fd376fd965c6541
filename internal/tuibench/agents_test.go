package tuibench_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

const (
	password = "correct horse"
	operator = session.JID("operator@" + xmpptest.Domain)
)

// patience is how long anything may take that is not measured.
const patience = 15 * time.Minute

// TestMain is the tests, or the process of the agents.
func TestMain(m *testing.M) {
	if os.Getenv("ARMONIC_BENCH_ROLE") == "" {
		os.Exit(m.Run())
	}
	s := &speech{tokens: make(chan struct{}, 1<<16)}
	go s.measure()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var n, parts int
		var err error
		switch {
		case scanned(in.Text(), "agents %d parts %d", &n, &parts):
			err = connectAgents(n, parts, s)
		case scanned(in.Text(), "rate %d", &n):
			s.rate.Store(int64(n))
		default:
			err = fmt.Errorf("cannot do %q", in.Text())
		}
		if err != nil {
			fmt.Println("error:", err, spec.HintOf(err))
			continue
		}
		fmt.Println("done")
	}
}

func scanned(text, form string, n ...any) bool {
	got, err := fmt.Sscanf(text, form, n...)
	return err == nil && got == len(n)
}

// speech is what all agents say together, in lines a second.
type speech struct {
	rate   atomic.Int64
	tokens chan struct{} // one for each line; what nobody wants is lost
}

// measure hands out the lines, a hundred times a second.
func (s *speech) measure() {
	for range time.Tick(10 * time.Millisecond) {
		for range s.rate.Load() / 100 {
			select {
			case s.tokens <- struct{}{}:
			default:
			}
		}
	}
}

// say is a step. Twenty of them end in a second, whatever the rate is.
func (s *speech) say(ctx context.Context, c *lifecycle.Call) error {
	for i := 0; i < 1 || int64(i) < s.rate.Load()/20; i++ {
		select {
		case <-s.tokens:
			c.Log(spec.LevelInfo, fmt.Sprintf("line %d of a step, as long as the lines of installations and tests are: reading, unpacking, setting up", i))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// lifecycles are a Load that needs many sites, each on a host, each of some parts.
func (s *speech) lifecycles(parts int) []*lifecycle.Lifecycle {
	call := func(ctx context.Context, c *lifecycle.Call) (any, error) { return nil, s.say(ctx, c) }
	var needs []spec.Require
	for i := range parts {
		needs = append(needs, spec.Require{Name: fmt.Sprintf("part%02d", i), Kind: spec.Local, Pattern: "//Part//work"})
	}
	return []*lifecycle.Lifecycle{
		{Name: "Load", States: []*lifecycle.State{{Name: "Off"}, {Name: "On",
			Requires: []spec.Require{{Name: "sites", Kind: spec.External, Pattern: "//Site//start", Nargs: spec.Nargs{Max: spec.Many}, Label: "Sites"}},
			Provides: []*lifecycle.Provide{{Name: "start", Provide: spec.Provide{Label: "Much to do"}, Do: call}}}}},
		{Name: "Site", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Requires: needs, Enter: s.say,
			Provides: []*lifecycle.Provide{{Name: "start"}}}}},
		{Name: "Part", States: []*lifecycle.State{{Name: "Off"}, {Name: "On",
			Provides: []*lifecycle.Provide{{Name: "work", Provide: spec.Provide{Each: true}, Do: call}}}}},
	}
}

func hostName(i int) string { return fmt.Sprintf("host%03d", i) }

// account is one that makes itself.
func account(name, server, ca string) session.Account {
	return session.Account{JID: session.JID(name + "@" + xmpptest.Domain), Password: password, Server: server, CAFile: ca, Register: true}
}

// connectAgents connects n agents, some at once: servers make accounts slowly.
func connectAgents(n, parts int, s *speech) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var all []*session.Connector
	for i := range n {
		name := hostName(i)
		a, err := agentd.New(agentd.Config{
			Info:       spec.Info{Host: spec.Host(name), Address: "192.0.2.11", OS: spec.OS{Name: "debian", Release: "12"}, Version: "0.4", Since: time.Now()},
			Lifecycles: s.lifecycles(parts), Store: lifecycle.NewMemory(),
		})
		if err != nil {
			return err
		}
		who := account(name, os.Getenv("ARMONIC_BENCH_SERVER"), os.Getenv("ARMONIC_BENCH_CA"))
		who.Resource = roster.Resource
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: who.Open, Agent: a, Masters: access.Masters{operator: access.Deploy}})
		all = append(all, r.Connector())
		if i >= 8 {
			if _, err := all[i-8].Wait(ctx, true); err != nil {
				return err
			}
		}
	}
	for _, k := range all {
		if _, err := k.Wait(ctx, true); err != nil {
			return err
		}
	}
	return nil
}

// fleet is a server, and a process with all agents.
type fleet struct {
	server *xmpptest.Server
	in     io.Writer
	out    *bufio.Reader
	home   string // of the operator
}

func newFleet(t *testing.T, hosts, parts int) *fleet {
	t.Helper()
	f := &fleet{server: xmpptest.Start(t, xmpptest.Prosody), home: t.TempDir()}
	all := func(session.JID) bool { return true }
	a := account("operator", f.server.TLS, f.server.CAFile)
	c := xmpp.NewClient(xmpp.ClientConfig{Open: a.Open, Approve: all, Vouched: all})
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	must(t, c.Ready(ctx))

	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "ARMONIC_BENCH_ROLE=agents", "ARMONIC_BENCH_SERVER="+f.server.TLS, "ARMONIC_BENCH_CA="+f.server.CAFile)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed: that is its error
	})
	f.in, f.out = in, bufio.NewReader(out)
	f.do(t, "agents %d parts %d", hosts, parts)
	for on := 0; on < hosts; {
		if ctx.Err() != nil {
			t.Fatalf("%d of %d agents are online", on, hosts)
		}
		time.Sleep(100 * time.Millisecond) // to look at each change would take longer
		on = 0
		for _, h := range c.Hosts() {
			if h.Link == spec.LinkOn {
				on++
			}
		}
	}
	return f
}

// do has the agents do something, and waits for it.
func (f *fleet) do(t *testing.T, format string, args ...any) {
	t.Helper()
	fmt.Fprintf(f.in, format+"\n", args...)
	if line, err := f.out.ReadString('\n'); line != "done\n" {
		t.Fatalf("%s: %s %v", fmt.Sprintf(format, args...), strings.TrimSpace(line), err)
	}
}

// command is the program, run by the operator.
func (f *fleet) command(bin string, args ...string) *exec.Cmd {
	cmd := exec.Command(bin, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + f.home, "ARMONIC_JID=" + string(operator), "ARMONIC_PASSWORD=" + password,
		"ARMONIC_SERVER=" + f.server.TLS, "ARMONIC_CA_FILE=" + f.server.CAFile, "ARMONIC_MUC_DOMAIN=none"}
	return cmd
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
