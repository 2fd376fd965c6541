package agentd_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

func open(t testing.TB, pace time.Duration) *agentd.Service {
	t.Helper()
	s, err := agentd.New(agentd.Config{
		Info:       spec.Info{Host: agenttest.Host, Address: "localhost", OS: spec.OS{Name: "debian", Release: "12"}},
		Lifecycles: agenttest.Lifecycles(),
		Store:      lifecycle.NewMemory(),
		Pace:       pace,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestServiceKeepsTheContract(t *testing.T) {
	for name, pace := range map[string]time.Duration{"real": 0, "simulated": 300 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			agenttest.RunInBubble(t, func(t testing.TB) (spec.Agent, func()) {
				t.Helper()
				s := open(t, pace)
				return s, s.Close
			})
		})
	}
	t.Run("outside a bubble", func(t *testing.T) {
		agenttest.Run(t, func(t testing.TB) (spec.Agent, func()) {
			t.Helper()
			s := open(t, 0)
			return s, s.Close
		})
	})
}

func bench(id spec.RunID, provide string) spec.Run {
	return spec.Run{ID: id, Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: provide}}}}
}

func follow(t *testing.T, s *agentd.Service, id spec.RunID) (events []spec.Event) {
	t.Helper()
	err := s.Follow(t.Context(), id, 0, func(ev spec.Event) error {
		events = append(events, ev)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func TestCloseEndsWhatRunsAndWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, 0)
		for _, r := range []spec.Run{bench("r1", "wait"), bench("r2", "echo")} {
			if err := s.Start(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		s.Close()
		s.Close() // does nothing
		for _, id := range []spec.RunID{"r1", "r2"} {
			events := follow(t, s, id)
			if last := events[len(events)-1]; spec.KindOf(last.Err) != spec.Canceled {
				t.Errorf("%s ended with %v", id, last.Err)
			}
		}
		if err := s.Start(t.Context(), bench("r3", "echo")); spec.KindOf(err) != spec.Unavailable {
			t.Errorf("a run after the end gave %v", err)
		}
	})
}

func TestPaceIsTakenBetweenEventsAndEndsWithTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, time.Second)
		defer s.Close()
		began := time.Now()
		if err := s.Start(t.Context(), bench("r1", "echo")); err != nil {
			t.Fatal(err)
		}
		follow(t, s, "r1") // one step, one line, one progress
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("the run took %s", took)
		}
		began = time.Now()
		if err := s.Start(t.Context(), bench("r2", "echo")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := s.Stop(t.Context(), "r2"); err != nil {
			t.Fatal(err)
		}
		follow(t, s, "r2")
		if took := time.Since(began); took != 0 {
			t.Errorf("the stopped run took %s", took)
		}
	})
}

func TestStartComparesValuesAndNotTheirForm(t *testing.T) {
	s := open(t, 0)
	defer s.Close()
	run := func(n any) spec.Run {
		r := bench("r1", "count")
		r.Steps[0].Inputs = spec.Inputs{"to": {{"n": n}}}
		return r
	}
	for _, tt := range []struct {
		n    any
		kind spec.Kind
	}{{3, ""}, {float64(3), ""}, {int64(3), ""}, {4, spec.Conflict}, {"3", spec.Conflict}, {[]any{3}, spec.Conflict}, {nil, spec.Conflict}} {
		if err := s.Start(t.Context(), run(tt.n)); spec.KindOf(err) != tt.kind || (err == nil) != (tt.kind == "") {
			t.Errorf("%#v: %v, want kind %q", tt.n, err, tt.kind)
		}
	}
}

func TestACallerCannotChangeARunItHasStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, time.Second)
		defer s.Close()
		r := bench("r1", "echo")
		r.Steps[0].Inputs = spec.Inputs{"say": {{"text": "before"}}}
		if err := s.Start(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		r.Steps[0].Inputs["say"][0]["text"] = "after"
		r.From[0] = "On"
		events := follow(t, s, "r1")
		if last := events[len(events)-1]; last.Err != nil {
			t.Fatal(last.Err)
		}
		for _, ev := range events {
			if ev.Kind == spec.EventLog && ev.Text != "before" {
				t.Errorf("the run said %q", ev.Text)
			}
		}
	})
}

func TestNewRefusesWhatCannotBeApplied(t *testing.T) {
	bad := &lifecycle.Lifecycle{Name: "Bad", States: []*lifecycle.State{{Name: "A"}, {Name: "A"}}}
	twice := &lifecycle.Lifecycle{Name: "Twice", States: []*lifecycle.State{{Name: "A"}}}
	for want, ls := range map[string][]*lifecycle.Lifecycle{
		"there are two states A":         {bad},
		"there are two lifecycles Twice": {twice, twice},
	} {
		s, err := agentd.New(agentd.Config{Lifecycles: ls, Store: lifecycle.NewMemory()})
		if s != nil || spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
}

func TestFollowersOfOneRunShareNothing(t *testing.T) {
	s := open(t, 0)
	defer s.Close()
	if err := s.Start(t.Context(), bench("r1", "echo")); err != nil {
		t.Fatal(err)
	}
	err := s.Follow(context.Background(), "r1", 0, func(ev spec.Event) error {
		if table, ok := ev.Returns.(map[string]any); ok {
			table["text"] = "changed"
			return errors.New("done")
		}
		return nil
	})
	if err == nil {
		t.Fatal("nothing was returned")
	}
	for _, ev := range follow(t, s, "r1") {
		if table, ok := ev.Returns.(map[string]any); ok && table["text"] != "hello" {
			t.Errorf("the second follower saw %v", table)
		}
	}
}

func TestOneOfSeveralRunsMakesACall(t *testing.T) {
	s := open(t, 0)
	defer s.Close()
	call := func(id spec.RunID, text, once string) string {
		t.Helper()
		r := bench(id, "echo")
		r.Once, r.Steps[0].Inputs = once, spec.Inputs{"say": {{"text": text}}}
		if err := s.Start(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		var returned any
		for _, ev := range follow(t, s, id) {
			if ev.Kind == spec.EventStepDone {
				returned = ev.Returns
			}
		}
		return fmt.Sprint(returned)
	}
	first := call("d/n#0", "one", "d/n#")
	for i, tt := range []struct {
		text, once string
		calls      int
	}{{"one", "d/n#", 1}, {"two", "d/n#", 2}, {"one", "d/m#", 3}, {"one", "", 4}} {
		again := call(spec.RunID(fmt.Sprintf("d/n#1[%d]", i+2)), tt.text, tt.once)
		stacks, err := s.Stacks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := len(stacks[0].Calls); got != tt.calls || tt.calls == 1 && again != first {
			t.Errorf("%q of %q: %d calls, returns %s, and the first %s", tt.text, tt.once, got, again, first)
		}
	}
}
