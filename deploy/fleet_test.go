package deploy_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// fleet is a fleet of real agents in this process, whose links can be cut.
type fleet struct {
	mu     sync.Mutex
	agents map[spec.Host]*agentd.Service
	off    map[spec.Host]string
	cutAt  map[spec.Host]int // the next Follow there breaks after so many events
}

// breaking is an agent whose next Follow loses its link.
type breaking struct {
	spec.Agent
	f *fleet
	h spec.Host
}

func (b breaking) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	b.f.mu.Lock()
	left, broken := b.f.cutAt[b.h]
	delete(b.f.cutAt, b.h)
	b.f.mu.Unlock()
	return b.Agent.Follow(ctx, id, after, func(ev spec.Event) error {
		if left--; broken && left < 0 {
			return spec.Errorf(spec.Unavailable, "the link to %s broke", b.h)
		}
		return fn(ev)
	})
}

func newFleet(t testing.TB, lifecycles []*lifecycle.Lifecycle, hosts ...spec.Host) *fleet {
	t.Helper()
	f := &fleet{agents: map[spec.Host]*agentd.Service{}, off: map[spec.Host]string{}, cutAt: map[spec.Host]int{}}
	for _, h := range hosts {
		a, err := agentd.New(agentd.Config{Info: spec.Info{Host: h, Address: string(h), Simulated: true}, Lifecycles: lifecycles, Store: lifecycle.NewMemory()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.Close)
		f.agents[h] = a
	}
	return f
}

func (f *fleet) Name() string { return "test" }

func (f *fleet) Hosts() []spec.HostStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []spec.HostStatus
	for h := range f.agents {
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

func (f *fleet) Agent(h spec.Host) (spec.Agent, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if why, off := f.off[h]; off {
		return nil, spec.Errorf(spec.Unavailable, "%s cannot be reached: %s", h, why)
	}
	if a, ok := f.agents[h]; ok {
		return breaking{a, f, h}, nil
	}
	return nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h))
}

func (f *fleet) cut(h spec.Host, why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off[h] = why
}

// stackOf names the applied states of a lifecycle.
func (f *fleet) stackOf(t testing.TB, h spec.Host, lc string) []string {
	t.Helper()
	stacks, err := f.agents[h].Stacks(context.Background())
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

// lab gives the lifecycles of these tests: Part, whose call fails or waits as the
// lab is told, and Whole, which needs a Part on each of several hosts.
type lab struct {
	mu      sync.Mutex
	fail    map[spec.Host]bool
	failAs  spec.Kind
	gate    map[spec.Host]chan struct{} // a Part's call waits until it is closed
	calls   []string
	running int
	most    int // of Parts that ran at the same time
}

func newLab() *lab {
	return &lab{fail: map[spec.Host]bool{}, gate: map[spec.Host]chan struct{}{}}
}

func (l *lab) note(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, text)
}

func (l *lab) setFail(h spec.Host, fail bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail[h] = fail
}

func (l *lab) part(ctx context.Context, c *lifecycle.Call) (any, error) {
	h := c.Me.Host
	l.note("part " + string(h))
	l.mu.Lock()
	l.running++
	l.most = max(l.most, l.running)
	fail, gate := l.fail[h], l.gate[h]
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.running--
		l.mu.Unlock()
	}()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if fail && l.failAs != "" {
		return nil, spec.Errorf(l.failAs, "part broke")
	}
	if fail {
		return nil, errors.New("part broke")
	}
	return map[string]any{"addr": string(h) + ":1"}, nil
}

func (l *lab) whole(_ context.Context, c *lifecycle.Call) (any, error) {
	addrs := []any{}
	for _, set := range c.Inputs["parts"] {
		addrs = append(addrs, set["addr"])
	}
	l.note("whole " + string(c.Me.Host))
	return map[string]any{"addrs": addrs}, nil
}

func (l *lab) lifecycles() []*lifecycle.Lifecycle {
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
