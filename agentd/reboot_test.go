package agentd_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// power is a host that can be rebooted.
type power struct {
	mu     sync.Mutex
	boot   int
	asked  int
	refuse error
	down   chan struct{} // closed when it is asked to reboot
}

func (p *power) Boot() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprint("boot ", p.boot), nil
}

func (p *power) Reboot(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked++; p.refuse != nil {
		return p.refuse
	}
	close(p.down)
	return nil
}

// rebooting is a lifecycle whose provide has the host rebooted.
func rebooting(calls *int) *lifecycle.Lifecycle {
	enter := func(context.Context, *lifecycle.Call) error { return nil }
	return &lifecycle.Lifecycle{Name: "Up", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Enter: enter, Provides: []*lifecycle.Provide{{
		Name: "reboot",
		Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
			*calls++
			e := []spec.Effect{{Key: spec.RebootKey, After: spec.Object{Kind: spec.ObjectReboot}}}
			if err := c.Effects.Begin(e); err != nil {
				return nil, err
			}
			return nil, c.Effects.Done(e...)
		},
	}}}}}
}

func rebootRun(id spec.RunID) spec.Run {
	return spec.Run{ID: id, Work: spec.Work{Lifecycle: "Up", From: []string{"Off"}, Steps: []spec.Step{
		{Action: spec.Enter, State: "On"}, {Action: spec.Call, State: "On", Provide: "reboot"}}}}
}

// A run that reboots the host ends when it is back, and well; the host reboots once. It does not
// matter whether the agent has come to asking for it.
func TestARunGoesOnAfterItsReboot(t *testing.T) {
	for _, name := range []string{"rebooted", "killed before it asked"} {
		t.Run(name, func(t *testing.T) {
			dir, calls := t.TempDir(), 0
			p := &power{down: make(chan struct{})}
			open := func() (*agentd.Service, func()) {
				j := openJournal(t, dir)
				s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "a"}, Lifecycles: []*lifecycle.Lifecycle{rebooting(&calls)}, Store: j, RunStore: j, Power: p})
				if err != nil {
					t.Fatal(err)
				}
				return s, func() { s.Close(); j.Close() }
			}
			s, stop := open()
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			must(s.Start(t.Context(), rebootRun("r")))
			<-p.down
			must(s.Start(t.Context(), rebootRun("waits")))
			stop()
			if name != "rebooted" { // the boot is the same, so it was not done
				p.down = make(chan struct{})
				_, stop = open()
				<-p.down
				stop()
			}
			p.boot++
			s, stop = open()
			defer stop()
			events := follow(t, s, "r")
			end := events[len(events)-1]
			said, check := "", spec.NewEventCheck(rebootRun("r"))
			for _, e := range events {
				must(check.Take(e))
				said += e.Text + "\n"
			}
			if end.Kind != spec.EventRunDone || end.Err != nil || !slices.Equal(end.Stack, []string{"Off", "On"}) || !strings.Contains(said, "the host has rebooted") {
				t.Errorf("it ended with %+v, and said\n%s", end, said)
			}
			must(s.Start(t.Context(), rebootRun("r"))) // the same again is no other run
			if _, err := follow1(t, s, "waits"); spec.KindOf(err) != spec.NotFound {
				t.Errorf("what waited is %v, and is to be handed over again", err)
			}
			asked := map[string]int{"rebooted": 1}[name]
			if asked == 0 {
				asked = 2
			}
			if p.asked != asked || calls != 1 {
				t.Errorf("the host was told to reboot %d times by %d calls", p.asked, calls)
			}
		})
	}
}

func follow1(t *testing.T, s *agentd.Service, id spec.RunID) (n int, err error) {
	t.Helper()
	err = s.Follow(t.Context(), id, 0, func(spec.Event) error { n++; return nil })
	return n, err
}

// A host that cannot be rebooted fails the run, and a simulated one only says that it would be.
func TestARebootThatIsNotPossible(t *testing.T) {
	calls := 0
	for name, p := range map[string]*power{"refuses": {refuse: errors.New("no systemd")}, "simulated": nil} {
		j := openJournal(t, t.TempDir())
		c := agentd.Config{Info: spec.Info{Host: "a"}, Lifecycles: []*lifecycle.Lifecycle{rebooting(&calls)}, Store: j, RunStore: j}
		if p != nil {
			c.Power = p
		}
		s, err := agentd.New(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(t.Context(), rebootRun("r")); err != nil {
			t.Fatal(err)
		}
		events := follow(t, s, "r")
		if end := events[len(events)-1]; (end.Err != nil) != (p != nil) || p != nil && !strings.Contains(end.Err.Error(), "no systemd") {
			t.Errorf("%s: %+v", name, end)
		}
		s.Close()
		j.Close()
	}
}
