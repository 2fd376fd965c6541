package rollout_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

func start(t testing.TB, s *deploy.Session, sink func(rollout.Update)) *rollout.Rollout {
	t.Helper()
	e, err := rollout.New(s, rollout.Options{ID: "d", Sink: sink})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	e.Start(t.Context())
	return e
}

func wait(t testing.TB, e *rollout.Rollout) *rollout.Snapshot {
	t.Helper()
	if err := e.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e.Snapshot()
}

func statuses(s *rollout.Snapshot) map[string]rollout.TaskStatus {
	out := map[string]rollout.TaskStatus{}
	for _, t := range s.Tasks {
		out[string(t.ID)] = t.Status
	}
	return out
}

func TestIndependentHostsRunInParallelAndReturnsArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a", "b", "c")
		open := make(chan struct{})
		for _, h := range []spec.Host{"a", "b", "c"} {
			l.Gate[h] = open
		}
		e := start(t, fleettest.Planned(t, f, "a", "b", "c"), nil)
		synctest.Wait() // all three wait at the gate, or never get there together
		close(open)
		s := wait(t, e)
		if !s.OK || l.Most != 3 {
			t.Errorf("ok %v, %d at the same time, want 3", s.OK, l.Most)
		}
		want := map[string]any{"addrs": []any{"a:1", "b:1", "c:1"}}
		if diff := cmp.Diff(want, s.Result); diff != "" {
			t.Error(diff)
		}
		if got := f.StackOf(t, "main", "Whole"); !slices.Equal(got, []string{"Off", "Ready", "On"}) {
			t.Error(got)
		}
	})
}

func TestStatesWithoutNeedsAreEnteredWhileOthersWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a")
		l.Gate["a"] = make(chan struct{})
		e := start(t, fleettest.Planned(t, f, "a"), nil)
		synctest.Wait()
		if got := f.StackOf(t, "main", "Whole"); !slices.Equal(got, []string{"Off", "Ready", "On"}) {
			t.Errorf("main is at %v while a works", got)
		}
		close(l.Gate["a"])
		if !wait(t, e).OK {
			t.Error("not ok")
		}
	})
}

func TestAFailureHoldsWhatNeedsItAndRetryGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		l.SetFail("a", true)
		f := fleettest.New(t, l.Lifecycles(), "main", "a", "b")
		e := start(t, fleettest.Planned(t, f, "a", "b"), nil)
		s := wait(t, e)
		got := statuses(s)
		want := map[string]rollout.TaskStatus{
			"./On.go.parts[a]#0": rollout.FailedTask, "./On.go.parts[b]#0": rollout.Done,
			".#0": rollout.Done, ".#1": rollout.Held,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		if !s.Over || s.OK || s.Failed != 1 || s.Held != 1 {
			t.Errorf("over %v ok %v failed %d held %d", s.Over, s.OK, s.Failed, s.Held)
		}
		if err := s.Tasks[0].Err; err == nil || !strings.Contains(err.Error(), "part broke") {
			t.Errorf("error %v", err)
		}

		l.SetFail("a", false)
		if err := e.Retry(t.Context(), ".#0"); spec.KindOf(err) != spec.Invalid {
			t.Errorf("retry of what is done: %v", err)
		}
		if err := e.Retry(t.Context(), "./On.go.parts[a]#0"); err != nil {
			t.Fatal(err)
		}
		if s = wait(t, e); !s.OK {
			t.Fatal(statuses(s))
		}
		l.Mu.Lock()
		defer l.Mu.Unlock()
		if want := []string{"part a", "part a", "part b", "whole main"}; !cmp.Equal(want, sorted(l.Calls)) {
			t.Errorf("calls %v", l.Calls)
		}
		if got := f.StackOf(t, "a", "Part"); !slices.Equal(got, []string{"Off", "Ready", "On"}) {
			t.Errorf("a entered a state twice: %v", got)
		}
	})
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

func TestRetryGoesOnFromWhereTheHostIs(t *testing.T) {
	for _, c := range []struct {
		name string
		more []spec.Step // what somebody else does after the failure
		want spec.Kind
	}{
		{"at the start of the way", nil, spec.Internal},
		{"off the way", []spec.Step{{Action: spec.Enter, State: "Aside"}}, spec.Conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := fleettest.NewLab()
				l.SetFail("a", true)
				f := fleettest.New(t, l.Lifecycles(), "main", "a")
				e := start(t, fleettest.Planned(t, f, "a"), nil)
				wait(t, e)
				steps := append([]spec.Step{{Action: spec.Leave, State: "On"}, {Action: spec.Leave, State: "Ready"}}, c.more...)
				follow(t, f, "a", spec.Run{ID: "other", Work: spec.Work{Lifecycle: "Part", From: []string{"Off", "Ready", "On"}, Steps: steps}})
				l.SetFail("a", false)
				if err := e.Retry(t.Context(), "./On.go.parts[a]#0"); spec.KindOf(err) != c.want {
					t.Fatalf("retry: %v", err)
				}
				if s := wait(t, e); s.OK != (c.want == spec.Internal) {
					t.Error(statuses(s))
				}
			})
		})
	}
}

func follow(t *testing.T, f *fleettest.Fleet, h spec.Host, r spec.Run) {
	t.Helper()
	if err := f.Agents[h].Start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	err := f.Agents[h].Follow(t.Context(), r.ID, 0, func(ev spec.Event) error {
		if ev.Err != nil {
			t.Error(ev.Err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPlanOnAStackThatHasMovedIsRefusedBeforeAnythingIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a")
		s := fleettest.Planned(t, f, "a")
		follow(t, f, "a", spec.Run{ID: "other", Work: spec.Work{Lifecycle: "Part", From: []string{"Off"},
			Steps: []spec.Step{{Action: spec.Enter, State: "Ready"}}}})
		e := start(t, s, nil)
		snap := wait(t, e)
		if err := snap.Tasks[0].Err; err == nil || err.Kind != spec.Conflict {
			t.Fatalf("error %v, want a conflict", err)
		}
		if got := f.StackOf(t, "a", "Part"); !slices.Equal(got, []string{"Off", "Ready"}) {
			t.Error(got)
		}
		if err := e.Retry(t.Context(), snap.Tasks[0].ID); err != nil {
			t.Fatal(err)
		}
		if !wait(t, e).OK {
			t.Error("a retry reads the host again and goes on from there")
		}
	})
}

func TestStopCancelsAndRetryResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a", "b")
		l.Gate["a"] = make(chan struct{})
		e := start(t, fleettest.Planned(t, f, "a", "b"), nil)
		synctest.Wait()
		e.Stop(t.Context())
		s := wait(t, e)
		if got := statuses(s); got["./On.go.parts[a]#0"] != rollout.Stopped || got["./On.go.parts[b]#0"] != rollout.Done {
			t.Fatal(got)
		}
		close(l.Gate["a"])
		if err := e.Retry(t.Context(), "./On.go.parts[a]#0"); err != nil {
			t.Fatal(err)
		}
		if s = wait(t, e); !s.OK {
			t.Error(statuses(s))
		}
	})
}

func TestAnAgentThatCannotBeReachedFailsItsTaskOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a", "b")
		s := fleettest.Planned(t, f, "a", "b")
		f.Cut("a", "unplugged")
		snap := wait(t, start(t, s, nil))
		got := statuses(snap)
		if got["./On.go.parts[a]#0"] != rollout.LostTask || got["./On.go.parts[b]#0"] != rollout.Done || got[".#1"] != rollout.Held {
			t.Error(got)
		}
	})
}

func TestTheSinkSeesEveryEventOnceAndInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a", "b")
		seq := map[spec.RunID]int{}
		url := ""
		e := start(t, fleettest.Planned(t, f, "a", "b"), func(u rollout.Update) {
			if u.Event.Seq != seq[u.Event.Run]+1 {
				t.Errorf("event %d of %s after %d", u.Event.Seq, u.Event.Run, seq[u.Event.Run])
			}
			seq[u.Event.Run] = u.Event.Seq
			if u.Step != nil && u.Host == "main" && u.Step.Action == spec.Call && u.Event.Kind == spec.EventStepStarted {
				url, _ = u.Step.Inputs["parts"][1]["addr"].(string)
			}
		})
		wait(t, e)
		if len(seq) != 4 || url != "b:1" {
			t.Errorf("%d runs, second part at %q", len(seq), url)
		}
	})
}

func TestClosingDetachesAndTheAgentFinishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a")
		l.Gate["a"] = make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		e, err := rollout.New(fleettest.Planned(t, f, "a"), rollout.Options{})
		if err != nil {
			t.Fatal(err)
		}
		e.Start(ctx)
		synctest.Wait()
		cancel()
		e.Close()
		close(l.Gate["a"])
		synctest.Wait()
		stacks, _ := f.Agents["a"].Stacks(t.Context())
		for _, s := range stacks {
			if s.Path.Lifecycle() == "Part" && (len(s.Calls) == 0 || s.Calls[len(s.Calls)-1].Action != spec.Call) {
				t.Errorf("the call was not finished: %+v", s)
			}
		}
	})
}

func TestARunWhoseLinkBreaksIsFollowedAgainAndNothingIsDoneTwice(t *testing.T) {
	for cut := range 12 {
		synctest.Test(t, func(t *testing.T) {
			l := fleettest.NewLab()
			f := fleettest.New(t, l.Lifecycles(), "main", "a")
			var seqs []int
			s := fleettest.Planned(t, f, "a")
			f.CutAt["a"] = cut
			e := start(t, s, func(u rollout.Update) {
				if u.Host == "a" {
					seqs = append(seqs, u.Event.Seq)
				}
			})
			if snap := wait(t, e); !snap.OK || snap.Tasks[0].Attempt != 1 {
				t.Fatalf("cut at %d: %v %v", cut, statuses(snap), snap.Tasks[0].Err)
			}
			if want := []string{"part a", "whole main"}; !cmp.Equal(want, sorted(l.Calls)) {
				t.Errorf("cut at %d: calls %v", cut, l.Calls)
			}
			for i, seq := range seqs {
				if seq != i+1 {
					t.Fatalf("cut at %d: events %v", cut, seqs)
				}
			}
		})
	}
}

func TestWhatHadNotBegunWhenStoppedCanGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		f := fleettest.New(t, l.Lifecycles(), "main", "a")
		s := fleettest.Planned(t, f, "a")
		e, err := rollout.New(s, rollout.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.Close)
		e.Stop(t.Context())
		e.Start(t.Context())
		snap := wait(t, e)
		if len(l.Calls) > 0 || snap.OK {
			t.Fatalf("stopped before it began: %v", l.Calls)
		}
		if err := e.Retry(t.Context(), snap.Tasks[0].ID); err != nil {
			t.Fatal(err)
		}
		if snap = wait(t, e); !snap.OK {
			t.Error(statuses(snap))
		}
	})
}

func TestRetryingTwiceIsRefusedTheSecondTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		l.SetFail("a", true)
		f := fleettest.New(t, l.Lifecycles(), "main", "a")
		e := start(t, fleettest.Planned(t, f, "a"), nil)
		id := wait(t, e).Tasks[0].ID
		l.SetFail("a", false)
		errs := make(chan error, 2) // one for each
		for range 2 {
			go func() { errs <- e.Retry(t.Context(), id) }()
		}
		first, second := <-errs, <-errs
		if (first == nil) == (second == nil) {
			t.Errorf("%v and %v", first, second)
		}
		if s := wait(t, e); !s.OK || s.Tasks[0].Attempt != 2 {
			t.Errorf("%v after %d attempts", statuses(s), s.Tasks[0].Attempt)
		}
	})
}

func TestAfterCloseNothingGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		l.SetFail("a", true)
		f := fleettest.New(t, l.Lifecycles(), "main", "a", "b")
		l.Gate["b"] = make(chan struct{})
		e := start(t, fleettest.Planned(t, f, "a", "b"), nil)
		synctest.Wait()
		e.Close()
		close(l.Gate["b"])
		if err := e.Wait(t.Context()); spec.KindOf(err) != spec.Canceled {
			t.Errorf("wait: %v", err)
		}
		if err := e.Retry(t.Context(), "./On.go.parts[a]#0"); spec.KindOf(err) != spec.Canceled {
			t.Errorf("retry: %v", err)
		}
	})
}

// Who knows the id of a deployment may read its room, so that it must not be found by trying.
func TestAnIDCannotBeGuessed(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a")
	e, err := rollout.New(fleettest.Planned(t, f, "a"), rollout.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	if !regexp.MustCompile(`^\d{8}-\d{6}-[0-9a-f]{12}$`).MatchString(string(e.ID())) {
		t.Errorf("the id is %s", e.ID())
	}
}

// What needs a value of a task that was skipped fails and says so; done by hand, with what it
// would have returned, it goes on. Values may be given as texts.
func TestASkippedTaskCanBeMarkedAsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := fleettest.NewLab()
		l.SetFail("a", true)
		e := start(t, fleettest.Planned(t, fleettest.New(t, l.Lifecycles(), "main", "a", "b"), "a", "b"), nil)
		wait(t, e)
		const part, whole = "./On.go.parts[a]#0", ".#1"
		if err := e.Skip(part, "not today"); err != nil {
			t.Fatal(err)
		}
		s := wait(t, e)
		if task := s.Task(whole); task.Status != rollout.FailedTask || !strings.Contains(task.Err.Error(), "needs what Part on a returns, which was skipped") {
			t.Fatalf("%s: %v", task.Status, task.Err)
		}
		if err := e.MarkDone(part, "by hand", map[string]any{"addr": "a:9"}); err != nil {
			t.Fatal(err)
		}
		if err := e.MarkDone(part, "again", nil); spec.KindOf(err) != spec.Invalid {
			t.Errorf("marked twice: %v", err)
		}
		if err := e.Retry(t.Context(), whole); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"addrs": []any{"a:9", "b:1"}}
		if s = wait(t, e); !s.OK || !cmp.Equal(want, s.Result) {
			t.Errorf("ok %v, returned %v", s.OK, s.Result)
		}
	})
}
