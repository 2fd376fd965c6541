package xmpp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// The test binary is also an agent, and a client of it, for tests to kill.
func TestMain(m *testing.M) {
	role := os.Getenv("XMPP_TEST_ROLE")
	if role == "" {
		os.Exit(m.Run())
	}
	var p party
	err := json.Unmarshal([]byte(os.Getenv("XMPP_TEST_PARTY")), &p)
	if err == nil {
		ctx, cancel := context.WithCancel(context.Background())
		go func() { // until whoever started it has gone
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
		err = map[string]func(context.Context) error{"agent": p.agent, "client": p.client}[role](ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, role, err, spec.HintOf(err))
		os.Exit(1)
	}
}

// party is one side of a pair of which each may be a process of its own.
type party struct {
	JID, Peer session.JID // bare
	Server    string
	CAFile    string
	Dir       string // for what is to be there after it was killed
	Memory    bool   // it is not going to be killed: nothing need be there
	Pace      time.Duration
	Seed      uint64
}

func (p party) account(resource string) session.Account {
	return session.Account{JID: p.JID, Password: "correct horse", Resource: resource, Server: p.Server, CAFile: p.CAFile, Register: true}
}

// The states of the lifecycle that a party's agent serves: each step leaves a line in
// a file that says so.
const workStates = 8

func state(i int) string { return fmt.Sprint("S", i) }

func effectsFile(dir string) string { return filepath.Join(dir, "effects") }

func (p party) work() *lifecycle.Lifecycle {
	l := &lifecycle.Lifecycle{Name: "Work", States: []*lifecycle.State{{Name: state(0)}}}
	for i := 1; i <= workStates; i++ {
		l.States = append(l.States, &lifecycle.State{
			Name:     state(i),
			Requires: []spec.Require{{Name: "by", Vars: []spec.Variable{{Name: "run", Type: spec.Type{Kind: spec.KindStr}}}}},
			Enter: func(_ context.Context, c *lifecycle.Call) error {
				c.Log(spec.LevelInfo, "before")
				if err := appendLine(effectsFile(p.Dir), fmt.Sprint(c.Inputs["by"][0]["run"], " ", state(i))); err != nil {
					return err
				}
				c.Log(spec.LevelInfo, "after")
				return nil
			},
		})
	}
	return l
}

// appendLine adds a line to a file, all of it or nothing.
func appendLine(file, text string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text + "\n")
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// agent is one until ctx ends.
func (p party) agent(ctx context.Context) error {
	c := agentd.Config{Info: spec.Info{Host: agenttest.Host, OS: spec.OS{Name: "debian", Release: "12"}},
		Lifecycles: []*lifecycle.Lifecycle{p.work()}, Store: lifecycle.NewMemory(), Pace: p.Pace}
	if !p.Memory {
		j, err := journal.Open(filepath.Join(p.Dir, journal.File), journal.Options{})
		if err != nil {
			return err
		}
		defer j.Close()
		c.Store, c.RunStore = j, j
	}
	s, err := agentd.New(c)
	if err != nil {
		return err
	}
	defer s.Close()
	r := xmpp.NewResponder(xmpp.ResponderConfig{Open: p.account(roster.Resource).Open, Agent: s,
		Masters: access.Masters{p.Peer: access.Deploy}})
	defer r.Close()
	<-ctx.Done()
	return nil
}

// child is a party that runs as a process of its own.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	ended chan error // of size 1
	peak  int        // KiB of memory that it used until stop, 0 if it had ended before
}

func (p party) start(t testing.TB, role string) *child {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{cmd: exec.Command(os.Args[0]), ended: make(chan error, 1)}
	c.cmd.Env = append(os.Environ(), "XMPP_TEST_ROLE="+role, "XMPP_TEST_PARTY="+string(text))
	c.cmd.Stderr = os.Stderr
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { c.ended <- c.cmd.Wait() }()
	return c
}

// kill ends it as kill -9 does, and returns when it has ended.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	c.ended <- <-c.ended
}

// peakMemory is the most memory that a process has used, in KiB, 0 if it is not there. What
// wait tells of it counts the process that started it, too.
func peakMemory(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}

// stop ends it as it wants.
func (c *child) stop() error {
	c.peak = peakMemory(c.cmd.Process.Pid)
	_ = c.stdin.Close()
	err := <-c.ended
	c.ended <- err
	return err
}
