package fleettest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Fleet is a fleet of real agents in this process, whose links can be cut.
type Fleet struct {
	mu     sync.Mutex
	Agents map[spec.Host]*agentd.Service
	off    map[spec.Host]string
	CutAt  map[spec.Host]int // the next Follow there breaks after so many events
}

// breaking is an agent whose next Follow loses its link.
type breaking struct {
	spec.Agent
	f *Fleet
	h spec.Host
}

func (b breaking) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	b.f.mu.Lock()
	left, broken := b.f.CutAt[b.h]
	delete(b.f.CutAt, b.h)
	b.f.mu.Unlock()
	return b.Agent.Follow(ctx, id, after, func(ev spec.Event) error {
		if left--; broken && left < 0 {
			return spec.Errorf(spec.Unavailable, "the link to %s broke", b.h)
		}
		return fn(ev)
	})
}

// New makes a fleet of agents that have the lifecycles.
func New(t testing.TB, lifecycles []*lifecycle.Lifecycle, hosts ...spec.Host) *Fleet {
	t.Helper()
	f := &Fleet{Agents: map[spec.Host]*agentd.Service{}, off: map[spec.Host]string{}, CutAt: map[spec.Host]int{}}
	for _, h := range hosts {
		a, err := agentd.New(agentd.Config{Info: spec.Info{Host: h, Address: string(h), Simulated: true}, Lifecycles: lifecycles, Store: lifecycle.NewMemory()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Close)
		f.Agents[h] = a
	}
	return f
}

// Name is that of the fleet.
func (f *Fleet) Name() string { return "test" }

// Hosts lists them by name, with those that were cut off.
func (f *Fleet) Hosts() []spec.HostStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []spec.HostStatus
	for h := range f.Agents {
		s := spec.HostStatus{Host: h, Link: spec.LinkOn}
		if why, off := f.off[h]; off {
			s.Link, s.Why = spec.LinkOff, why
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b spec.HostStatus) int {
		if a.Host < b.Host {
			return -1
		}
		return 1
	})
	return out
}

// Agent is that of a host, unless it was cut off.
func (f *Fleet) Agent(h spec.Host) (spec.Agent, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if why, off := f.off[h]; off {
		return nil, spec.Errorf(spec.Unavailable, "%s cannot be reached: %s", h, why)
	}
	if a, ok := f.Agents[h]; ok {
		return breaking{a, f, h}, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h))
}

// Cut takes a host off the fleet, for a reason.
func (f *Fleet) Cut(h spec.Host, why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off[h] = why
}

// StackOf names the applied states of a lifecycle.
func (f *Fleet) StackOf(t testing.TB, h spec.Host, lc string) []string {
	t.Helper()
	stacks, err := f.Agents[h].Stacks(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stacks {
		if s.Path.Lifecycle() == lc {
			return s.Names()
		}
	}
	t.Fatalf("no %s on %s", lc, h)
	return nil
}

// Lab gives the lifecycles of these tests: Part, whose call fails or waits as the
// lab is told, and Whole, which needs a Part on each of several hosts.
type Lab struct {
	Mu      sync.Mutex
	Fail    map[spec.Host]bool
	FailAs  spec.Kind
	Gate    map[spec.Host]chan struct{} // a Part's call waits until it is closed
	Calls   []string
	Lines   int           // that a Part's call says
	Text    string        // that each of them ends with
	Pace    time.Duration // how long it waits after each
	running int
	Most    int // of Parts that ran at the same time
}

// NewLab makes lifecycles that do what they are asked.
func NewLab() *Lab {
	return &Lab{Fail: map[spec.Host]bool{}, Gate: map[spec.Host]chan struct{}{}}
}

func (l *Lab) note(text string) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	l.Calls = append(l.Calls, text)
}

// SetFail has the calls on a host fail, or not.
func (l *Lab) SetFail(h spec.Host, fail bool) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	l.Fail[h] = fail
}

func (l *Lab) part(ctx context.Context, c *lifecycle.Call) (any, error) {
	h := c.Me.Host
	l.note("part " + string(h))
	l.Mu.Lock()
	l.running++
	l.Most = max(l.Most, l.running)
	fail, gate, lines, text, pace := l.Fail[h], l.Gate[h], l.Lines, l.Text, l.Pace
	l.Mu.Unlock()
	defer func() {
		l.Mu.Lock()
		l.running--
		l.Mu.Unlock()
	}()
	for i := range lines {
		c.Log(spec.LevelInfo, fmt.Sprintf("said %d%s", i, text))
		if pace > 0 {
			time.Sleep(pace)
		}
	}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if fail && l.FailAs != "" {
		return nil, spec.Errorf(l.FailAs, "part broke")
	}
	if fail {
		return nil, errors.New("part broke")
	}
	return map[string]any{"addr": string(h) + ":1"}, nil
}

func (l *Lab) whole(_ context.Context, c *lifecycle.Call) (any, error) {
	addrs := []any{}
	for _, set := range c.Inputs["parts"] {
		addrs = append(addrs, set["addr"])
	}
	l.note("whole " + string(c.Me.Host))
	return map[string]any{"addrs": addrs}, nil
}

// Lifecycles are Part and Whole.
func (l *Lab) Lifecycles() []*lifecycle.Lifecycle {
	addr := spec.Variable{Name: "addr", Type: spec.Type{Kind: spec.KindStr}}
	size := spec.Variable{Name: "size", Type: spec.Type{Kind: spec.KindInt}, Default: 3}
	pass := spec.Variable{Name: "pass", Type: spec.Type{Kind: spec.KindPassword}, Optional: true}
	note := spec.Variable{Name: "note", Type: spec.Type{Kind: spec.KindStr}, Optional: true}
	addrs := spec.Variable{Name: "addrs", Type: spec.Type{Kind: spec.KindList, Elem: &addr}, Optional: true}
	once := spec.Nargs{Min: 1, Max: 1}
	return []*lifecycle.Lifecycle{
		{Name: "Part", Transitions: [][2]string{{"Off", "Ready"}, {"Ready", "On"}, {"Off", "Aside"}},
			States: []*lifecycle.State{{Name: "Off"}, {Name: "Ready"}, {Name: "Aside"}, {Name: "On",
				Provides: []*lifecycle.Provide{{Name: "go", Do: l.part, Provide: spec.Provide{
					Requires: []spec.Require{{Name: "conf", Nargs: once, Vars: []spec.Variable{size, pass, note}}},
					Returns:  []spec.Variable{addr}}}}}}},
		{Name: "Whole", States: []*lifecycle.State{{Name: "Off"}, {Name: "Ready"}, {Name: "On",
			Provides: []*lifecycle.Provide{{Name: "go", Do: l.whole, Provide: spec.Provide{
				Requires: []spec.Require{{Name: "parts", Kind: spec.External, Nargs: spec.Nargs{Max: spec.Many}, Pattern: "//Part//go", Returns: []spec.Variable{addr}}},
				Returns:  []spec.Variable{addrs}}}}}}},
	}
}

// Planned is a session for //Whole//go on main, with parts on the given hosts.
func Planned(t testing.TB, f deploy.Fleet, parts ...spec.Host) *deploy.Session {
	t.Helper()
	s := deploy.NewSession(f, "//Whole//go")
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, spec.Host("main"))
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHosts, Name: "On.go.parts"}, parts)
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Result().Plan == nil {
		t.Fatalf("no plan: %+v", s.Result().Problems)
	}
	return s
}
