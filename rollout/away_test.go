package rollout_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// roaming is a fleet of which one agent can be away, forget, or be another one when it
// is back.
type roaming struct {
	*fleettest.Fleet
	mu     sync.Mutex
	away   bool
	gone   chan struct{} // closed when the agent goes away
	deaf   int           // answers to Start that are lost
	starts int
	other  spec.Agent // takes the place of the agent of host a

	held chan struct{} // until it is closed, runs do not arrive; nil holds none
}

func roam(t testing.TB, l *fleettest.Lab, hosts ...spec.Host) *roaming {
	t.Helper()
	return &roaming{Fleet: fleettest.New(t, l.Lifecycles(), hosts...), gone: make(chan struct{})}
}

func (r *roaming) Agent(h spec.Host) (spec.Agent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, err := r.Fleet.Agent(h)
	if h != "a" || err != nil {
		return a, err
	}
	if r.other != nil {
		a = r.other
	}
	return wandering{a, r}, nil
}

func (r *roaming) set(away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away = away; away {
		close(r.gone)
		r.gone = make(chan struct{})
	}
}

func (r *roaming) here() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return spec.Errorf(spec.Unavailable, "a is offline")
	}
	return nil
}

// wandering is the agent of host a, over a link that can be cut.
type wandering struct {
	spec.Agent
	r *roaming
}

func (w wandering) Start(ctx context.Context, run spec.Run) error {
	if err := w.r.here(); err != nil {
		return err
	}
	if w.r.held != nil {
		<-w.r.held
	}
	err := w.Agent.Start(ctx, run)
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	w.r.starts++
	if w.r.deaf > 0 {
		w.r.deaf--
		return spec.Errorf(spec.Timeout, "a did not answer within 70s")
	}
	return err
}

func (w wandering) Stop(ctx context.Context, id spec.RunID) error {
	if err := w.r.here(); err != nil {
		return err
	}
	return w.Agent.Stop(ctx, id)
}

func (w wandering) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	if err := w.r.here(); err != nil {
		return err
	}
	w.r.mu.Lock()
	gone := w.r.gone
	w.r.mu.Unlock()
	linked, cut := context.WithCancel(ctx)
	defer cut()
	broken := make(chan struct{})
	go func() {
		select {
		case <-gone:
			close(broken)
			cut()
		case <-linked.Done():
		}
	}()
	err := w.Agent.Follow(linked, id, after, fn)
	select {
	case <-broken:
		return spec.Errorf(spec.Unavailable, "a is offline")
	default:
		return err
	}
}

const partOfA = "./On.go.parts[a]#0"

func taskOf(s *rollout.Snapshot, id string) *rollout.TaskView {
	for _, t := range s.Tasks {
		if string(t.ID) == id {
			return t
		}
	}
	return nil
}

func TestARunWhoseAgentIsAwayGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		l.Gate["a"] = make(chan struct{})
		f := roam(t, l, "main", "a")
		var seqs []int
		e := start(t, fleettest.Planned(t, f, "a"), func(u rollout.Update) {
			if u.Host == "a" {
				seqs = append(seqs, u.Event.Seq)
			}
		})
		synctest.Wait()
		cut := time.Now()
		f.set(true)
		time.Sleep(time.Second)
		close(l.Gate["a"]) // the agent finishes by itself
		time.Sleep(time.Hour)
		s := e.Snapshot()
		task := taskOf(s, partOfA)
		if s.Over || task.Status != rollout.Running || !task.Away.Equal(cut) || task.AwayWhy.Error() != "a is offline" {
			t.Fatalf("while it is away: over %v, %+v", s.Over, task)
		}
		f.set(false)
		back := time.Now()
		s = wait(t, e)
		if !s.OK || time.Since(back) > 6*time.Second {
			t.Errorf("%v, %s after it was back", statuses(s), time.Since(back))
		}
		if task := taskOf(s, partOfA); !task.Away.IsZero() || task.Attempt != 1 {
			t.Errorf("afterwards: %+v", task)
		}
		for i, seq := range seqs {
			if seq != i+1 {
				t.Fatalf("events %v", seqs)
			}
		}
		if want := []string{"part a", "whole main"}; !cmp.Equal(want, sorted(l.Calls)) {
			t.Errorf("calls %v", l.Calls)
		}
	})
}

func TestAStartWhoseFateIsUnknownIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := roam(t, l, "main", "a")
		f.deaf = 3
		s := wait(t, start(t, fleettest.Planned(t, f, "a"), nil))
		if want := []string{"part a", "whole main"}; !s.OK || f.starts != 4 || !cmp.Equal(want, sorted(l.Calls)) {
			t.Errorf("%v, %d starts, calls %v", statuses(s), f.starts, l.Calls)
		}
	})
}

func TestStoppingWhatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		l.Gate["a"] = make(chan struct{})
		f := roam(t, l, "main", "a")
		e := start(t, fleettest.Planned(t, f, "a"), nil)
		synctest.Wait()
		f.set(true)
		time.Sleep(time.Minute)
		e.Stop(t.Context())
		s := wait(t, e)
		task := taskOf(s, partOfA)
		if task.Status != rollout.LostTask || spec.KindOf(task.Err) != spec.Unavailable || task.Err.Hint == "" ||
			task.Err.Error() != "the agent of a could not be told to stop, and may go on: a is offline" {
			t.Fatalf("%+v", task)
		}
		close(l.Gate["a"])
		f.set(false)
		if err := e.Retry(t.Context(), partOfA); err != nil {
			t.Fatal(err)
		}
		if s = wait(t, e); !s.OK {
			t.Errorf("%v %v", statuses(s), taskOf(s, partOfA).Err)
		}
		if want := []string{"part a", "whole main"}; !cmp.Equal(want, sorted(l.Calls)) {
			t.Errorf("calls %v", l.Calls)
		}
	})
}

// Stop comes while a run is on its way: its agent does not know it yet, and has to be
// told again when the run has arrived. The call may have begun by then, and is ended.
func TestARunThatArrivesAfterAStopIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		l.Gate["a"] = make(chan struct{}) // never closed
		f := roam(t, l, "main", "a")
		f.held = make(chan struct{})
		e := start(t, fleettest.Planned(t, f, "a"), nil)
		synctest.Wait()
		e.Stop(t.Context())
		close(f.held)
		limit, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := e.Wait(limit); err != nil {
			t.Errorf("it goes on after the stop: %v", err)
		}
		if task := taskOf(e.Snapshot(), partOfA); task.Status != rollout.Stopped {
			t.Errorf("the task is %s", task.Status)
		}
		if slices.Contains(l.Calls, "whole main") {
			t.Errorf("calls %v", l.Calls)
		}
	})
}

// What a step says of something else it could not reach is no news of the link.
func TestAStepThatCannotReachSomethingHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		l.SetFail("a", true)
		l.FailAs = spec.Unavailable
		s := wait(t, start(t, fleettest.Planned(t, roam(t, l, "main", "a"), "a"), nil))
		if task := taskOf(s, partOfA); task.Status != rollout.FailedTask || !strings.Contains(task.Err.Error(), "part broke") {
			t.Errorf("%+v", task)
		}
	})
}

// mortal is what an agent keeps; nothing is kept any more once it is dead.
type mortal struct {
	*lifecycle.Memory
	fleettest.RunMemory
	mu   sync.Mutex
	dead bool
}

func (m *mortal) alive() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.dead
}

func (m *mortal) End(name string, o lifecycle.Outcome) error {
	if !m.alive() {
		return nil
	}
	return m.Memory.End(name, o)
}

func (m *mortal) RecordRun(r spec.RunRecord) error {
	if !m.alive() {
		return nil
	}
	return m.RunMemory.RecordRun(r)
}

func (m *mortal) agent(t testing.TB, l *fleettest.Lab) *agentd.Service {
	t.Helper()
	a, err := agentd.New(agentd.Config{Info: spec.Info{Host: "a"}, Lifecycles: append(l.Lifecycles(), long()), Store: m, RunStore: m})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a
}

// long has a provide that never ends by itself.
func long() *lifecycle.Lifecycle {
	return &lifecycle.Lifecycle{Name: "Long", States: []*lifecycle.State{{Name: "Off", Provides: []*lifecycle.Provide{{
		Name: "wait",
		Do: func(ctx context.Context, _ *lifecycle.Call) (any, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
	}}}}}
}

func TestAnAgentThatIsStartedAgain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		waits bool // behind another run when the agent is killed
	}{{"while it executed the run", false}, {"before it began the run", true}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := fleettest.NewLab()
				l.Gate["a"] = make(chan struct{})
				f := roam(t, l, "main", "a")
				keeps := &mortal{Memory: lifecycle.NewMemory()}
				first := keeps.agent(t, l)
				f.other = first
				s := fleettest.Planned(t, f, "a")
				if tt.waits {
					if err := first.Start(t.Context(), spec.Run{ID: "long", Work: spec.Work{Lifecycle: "Long", From: []string{"Off"},
						Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "wait"}}}}); err != nil {
						t.Fatal(err)
					}
				}
				e := start(t, s, nil)
				synctest.Wait()
				f.set(true)
				synctest.Wait() // who follows is cut off before the agent dies
				keeps.mu.Lock()
				keeps.dead = true
				keeps.mu.Unlock()
				first.Close()
				keeps.mu.Lock()
				keeps.dead = false
				keeps.mu.Unlock()
				f.mu.Lock()
				f.other = keeps.agent(t, l)
				f.mu.Unlock()
				close(l.Gate["a"])
				f.set(false)
				snap := wait(t, e)
				task := taskOf(snap, partOfA)
				if !tt.waits {
					if task.Status != rollout.FailedTask || !strings.Contains(task.Err.Error(), "it was interrupted: the agent stopped while it was executed") || task.Err.Hint == "" {
						t.Fatalf("%s: %v", task.Status, task.Err)
					}
					if err := e.Retry(t.Context(), partOfA); err != nil {
						t.Fatal(err)
					}
					snap = wait(t, e)
				}
				if !snap.OK {
					t.Errorf("%v %v", statuses(snap), taskOf(snap, partOfA).Err)
				}
			})
		})
	}
}
