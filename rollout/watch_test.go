package rollout

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// One who watches sees what is done, and the one who carries it out is not disturbed.
func TestWatchingTakesNoPart(t *testing.T) {
	for name, same := range map[string]bool{"by the log on this machine": true, "by a copy that an agent keeps": false} {
		t.Run(name, func(t *testing.T) {
			dir, other := t.TempDir(), t.TempDir()
			if same {
				other = dir
			}
			synctest.Test(t, func(t *testing.T) {
				lab := fleettest.NewLab()
				lab.Lines = 3
				f := fleettest.New(t, lab.Lifecycles(), "main", "a")
				session := fleettest.Planned(t, f, "a")
				r, err := New(session, Options{ID: "20260102-030405-aaaaaa", Name: "lab", By: "anna", Logs: newStore(t, dir)})
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				r.Start(t.Context())
				time.Sleep(10 * time.Millisecond)
				synctest.Wait()
				all := Deployments{Fleet: f, Options: Options{By: "bert", Logs: newStore(t, other)}}
				w, err := all.Attach(t.Context(), "lab")
				if err != nil {
					t.Fatal(err)
				}
				if w.State().MadeBy != "anna" || w.State().ID != "20260102-030405-aaaaaa" {
					t.Errorf("it is %s of %s", w.State().ID, w.State().MadeBy)
				}
				if err := r.Wait(t.Context()); err != nil || !r.Snapshot().OK {
					t.Fatalf("%v %s", err, tell(r.Snapshot()))
				}
				time.Sleep(3 * time.Second) // the last copy is under way
				if _, err := w.Look(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got, want := tell(w.Snapshot()), tell(r.Snapshot()); got != want {
					t.Errorf("watched: %s\ncarried out: %s", got, want)
				}
				if w.State().By != "anna" {
					t.Errorf("carried out by %s", w.State().By)
				}
				var said []string
				for _, x := range w.Lines(t.Context()) {
					said = append(said, string(x.Host)+" "+x.Step+": "+x.Text)
				}
				var want []string
				lines, _ := r.Logs(0)
				for _, x := range lines {
					want = append(want, string(x.Host)+" "+x.Step+": "+x.Text)
				}
				slices.Sort(said)
				slices.Sort(want)
				if len(want) == 0 || !slices.Equal(said, want) {
					t.Errorf("the hosts keep %q, they said %q", said, want)
				}
				if more := w.Lines(t.Context()); len(more) > 0 {
					t.Errorf("%d lines are given again", len(more))
				}
				if again, err := w.Look(t.Context()); err != nil || len(again) > 0 {
					t.Errorf("%d records are new where nothing happened: %v", len(again), err)
				}
			})
		})
	}
}

// What hosts say is heard while they say it; who is away is asked again.
func TestWatchingHearsWhatIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lab := fleettest.NewLab()
		lab.Lines, lab.Pace = 3, time.Minute
		f := fleettest.New(t, lab.Lifecycles(), "main", "a")
		r, err := New(fleettest.Planned(t, f, "a"), Options{Name: "lab", By: "anna", Logs: newStore(t, t.TempDir())})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		r.Start(t.Context())
		time.Sleep(3 * time.Second) // until an agent keeps a copy
		away := new(atomic.Bool)
		w, err := Deployments{Fleet: leaving{f, away}, Options: Options{By: "bert", Logs: newStore(t, t.TempDir())}}.Attach(t.Context(), "lab")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		heard := 0
		for i := range 2 {
			if _, err := w.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
			heard += len(w.Lines(t.Context()))
			time.Sleep(time.Minute)
			if heard += len(w.Lines(t.Context())); heard != i+2 {
				t.Errorf("after %d minutes %d lines were heard", i+1, heard) // of three, a minute apart
			}
		}
		if w.Heard() {
			t.Error("all is heard while it runs")
		}
		if err := r.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		away.Store(true)
		late, err := Deployments{Fleet: leaving{f, away}, Options: Options{Logs: newStore(t, t.TempDir())}}.Attach(t.Context(), "lab")
		if err != nil {
			t.Fatal(err)
		}
		defer late.Close()
		if n := len(late.Lines(t.Context())); n > 0 || late.Heard() {
			t.Errorf("%d lines of hosts that are away", n)
		}
		away.Store(false)
		if n := len(late.Lines(t.Context())); n > 0 {
			t.Errorf("%d lines at once", n)
		}
		time.Sleep(askAgain)
		n := len(late.Lines(t.Context())) // or with the next call, if the host has not told by then
		synctest.Wait()
		lines, _ := r.Logs(0)
		if n += len(late.Lines(t.Context())); n != len(lines) || n == 0 || !late.Heard() {
			t.Errorf("%d lines of %d once they are back", n, len(lines))
		}
	})
}

// leaving is a fleet whose agents say nothing of runs while they are away.
type leaving struct {
	deploy.Fleet
	away *atomic.Bool
}

type leavingAgent struct {
	spec.Agent
	away *atomic.Bool
}

func (f leaving) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(h)
	return leavingAgent{a, f.away}, err
}

func (a leavingAgent) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	if a.away.Load() {
		return spec.Errorf(spec.Unavailable, "it is away")
	}
	return a.Agent.Follow(ctx, id, after, fn)
}

func TestTimeInWhichNothingRunsDoesNotCount(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(1_000_000+int64(seconds), 0) }
	plan := &Plan{Tasks: []PlannedTask{{Task: resolver.Task{ID: "n#0", Node: "n", Host: "h", Steps: []spec.Step{{Action: spec.Enter, State: "On"}}}}}}
	s := Replay([]Record{
		{N: 1, Kind: RecordMade, At: at(0), Made: &Made{ID: "d", Name: "d"}},
		{N: 2, Kind: RecordPlanned, At: at(0), Plan: plan},
		{N: 3, Kind: RecordHandedOver, At: at(1), Task: "n#0", Attempt: 1, Run: "d/n#0"},
		{N: 4, Kind: RecordTaskEnded, At: at(5), Task: "n#0", Status: FailedTask},
		{N: 5, Kind: RecordOver, At: at(5)},
		{N: 6, Kind: RecordRetried, At: at(3600), Task: "n#0"},
		{N: 7, Kind: RecordHandedOver, At: at(3601), Task: "n#0", Attempt: 2, Run: "d/n#0[2]"},
	})
	if got := s.Snapshot(at(3603)).Took(at(3604)); got != 7*time.Second {
		t.Errorf("while it runs again: %v", got)
	}
	s.Apply(Record{N: 8, Kind: RecordTaskEnded, At: at(3611), Task: "n#0", Status: Done})
	if got := s.Snapshot(at(4000)).Took(at(5000)); got != 14*time.Second {
		t.Errorf("once it is done: %v", got)
	}
}

// asked counts how often agents are asked which deployments they know.
type asked struct {
	deploy.Fleet
	n *atomic.Int64
}

type askedAgent struct {
	spec.Agent
	n *atomic.Int64
}

func (f asked) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(h)
	return askedAgent{a, f.n}, err
}

func (a askedAgent) Deployments(ctx context.Context) ([]spec.DeploymentSummary, error) {
	a.n.Add(1)
	return a.Agent.Deployments(ctx)
}

func TestWatchingBeginsWithOneQuestionToEachAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a", "b", "c", "d")
		r, err := New(fleettest.Planned(t, f, "a"), Options{Name: "lab", By: "anna", Logs: newStore(t, t.TempDir())})
		if err != nil {
			t.Fatal(err)
		}
		r.Start(t.Context())
		if err := r.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Close()
		var n atomic.Int64
		w, err := Deployments{Fleet: asked{f, &n}, Options: Options{Logs: newStore(t, t.TempDir())}}.Attach(t.Context(), "lab")
		if err != nil {
			t.Fatal(err)
		}
		if n.Load() != 5 || tell(w.Snapshot()) != tell(r.Snapshot()) {
			t.Errorf("5 agents are asked %d times; it is seen as %s", n.Load(), tell(w.Snapshot()))
		}
		if _, err := w.Look(t.Context()); err != nil || n.Load() >= 10 {
			t.Errorf("a further look asks them all again: %d (%v)", n.Load(), err)
		}
	})
}
