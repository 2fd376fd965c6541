package tui_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/crash"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

func TestMain(m *testing.M) {
	crash.Monitor()       // this binary may be the one that waits for another to crash
	time.Local = time.UTC // golden frames show clock times
	if what := os.Getenv("ARMONIC_TUI_CHILD"); what != "" {
		os.Exit(child(what)) // this binary as a program on a terminal
	}
	os.Exit(m.Run())
}

// fakeFleet is agents in this process, with links that a test can cut.
type fakeFleet struct {
	mu     sync.Mutex
	hosts  []spec.Host
	agents map[spec.Host]*agentd.Service
	off    map[spec.Host]string
	broken bool // Flaky fails to be entered
}

// newFleet starts agents that serve the shipped modules and Flaky. Each has a pace
// of its own, so that no two things happen at the same time.
func newFleet(t testing.TB, hosts ...spec.Host) *fakeFleet {
	t.Helper()
	return newPacedFleet(t, 101*time.Millisecond, 7*time.Millisecond, hosts...)
}

// newPacedFleet is newFleet whose steps take that long, and on each host a little more than on
// the one before.
func newPacedFleet(t testing.TB, pace, more time.Duration, hosts ...spec.Host) *fakeFleet {
	t.Helper()
	f := &fakeFleet{agents: map[spec.Host]*agentd.Service{}, off: map[spec.Host]string{}}
	set, err := modules.Config{}.Load(modules.ShippedSource())
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range hosts {
		a, err := agentd.New(agentd.Config{
			Info: spec.Info{Host: h, Address: fmt.Sprintf("192.0.2.%d", 11+i), OS: spec.OS{Name: "debian", Release: "13"},
				Version: "1.0", Simulated: true},
			Lifecycles: append(slices.Clone(set.Lifecycles), f.flaky()),
			Store:      lifecycle.NewMemory(),
			Pace:       pace + time.Duration(i)*more,
		})
		if err != nil {
			t.Fatal(err)
		}
		f.hosts = append(f.hosts, h)
		f.agents[h] = a
	}
	slices.Sort(f.hosts)
	return f
}

// demo is the fleet that armonic --demo has.
func demo(t testing.TB) *fakeFleet {
	t.Helper()
	return newFleet(t, "db1", "lb1", "web1", "web2", "web3")
}

// flaky is a lifecycle with every type of question, that fails when it is told to.
func (f *fakeFleet) flaky() *lifecycle.Lifecycle {
	vars := []spec.Variable{
		{Name: "mode", Type: spec.Type{Kind: spec.KindStr}, OneOf: []any{"safe", "fast"}, Label: "Mode", Help: "Safe or fast."},
		{Name: "secret", Type: spec.Type{Kind: spec.KindPassword}, Label: "Password"},
		{Name: "tls", Type: spec.Type{Kind: spec.KindBool}, Default: true, Label: "Use TLS"},
		{Name: "names", Type: spec.Type{Kind: spec.KindList, Elem: &spec.Variable{Type: spec.Type{Kind: spec.KindStr}}}, Default: []any{"a", "b"}},
	}
	return &lifecycle.Lifecycle{Name: "Flaky", Doc: "Fails when it is told to.", States: []*lifecycle.State{
		{Name: "Off"},
		{Name: "On", Requires: []spec.Require{{Name: "conf", Vars: vars}},
			Enter: func(_ context.Context, c *lifecycle.Call) error {
				c.Log(spec.LevelInfo, "a \x1b[31mred\x1b[0m line with \x07 bells,\ttabs and 漢字 \x1b]0;title\x07that must not break the frame")
				c.Log(spec.LevelWarn, "a line that is far too long for any pane "+fmt.Sprint(make([]int, 200)))
				f.mu.Lock()
				defer f.mu.Unlock()
				if f.broken {
					return spec.Errorf(spec.Failed, "port 80 is in use by apache2 (pid 4121)").WithHint("stop apache2")
				}
				return nil
			},
			Provides: []*lifecycle.Provide{{Name: "go", Provide: spec.Provide{Label: "Fails when told to"}}}},
	}}
}

func (f *fakeFleet) setBroken(b bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = b
}

func (f *fakeFleet) cut(h spec.Host, why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off[h] = why
}

func (f *fakeFleet) Name() string { return "demo" }

func (f *fakeFleet) Hosts() []spec.HostStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]spec.HostStatus, len(f.hosts))
	for i, h := range f.hosts {
		out[i] = spec.HostStatus{Host: h, Link: spec.LinkOn}
		if why := f.off[h]; why != "" {
			out[i].Link, out[i].Why = spec.LinkOff, why
		}
	}
	return out
}

func (f *fakeFleet) Agent(h spec.Host) (spec.Agent, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if why := f.off[h]; why != "" {
		return nil, spec.Errorf(spec.Unavailable, "%s cannot be reached: %s", h, why)
	}
	if a, ok := f.agents[h]; ok {
		return a, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h))
}

func (f *fakeFleet) close() {
	for _, h := range f.hosts {
		f.agents[h].Close()
	}
}
