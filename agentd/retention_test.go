package agentd_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// chatty says as many lines as it is told, then waits until it may end.
func chatty(t testing.TB, keep int, line string) (s *agentd.Service, said, end chan struct{}) {
	t.Helper()
	said, end = make(chan struct{}, 1), make(chan struct{}, 1)
	l := &lifecycle.Lifecycle{Name: "Chatty", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{
		Name:    "talk",
		Provide: spec.Provide{Requires: []spec.Require{{Name: "much", Vars: []spec.Variable{{Name: "n", Type: spec.Type{Kind: spec.KindInt}}}}}},
		Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
			for i := range c.Inputs["much"][0]["n"].(int) {
				c.Log(spec.LevelInfo, fmt.Sprint(line, i))
			}
			said <- struct{}{}
			<-end
			return nil, nil
		},
	}}}}}
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: lifecycle.NewMemory(), Keep: keep})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, said, end
}

func talk(t testing.TB, s *agentd.Service, id spec.RunID, n int) {
	t.Helper()
	r := spec.Run{ID: id, Work: spec.Work{Lifecycle: "Chatty", From: []string{"A"}, Steps: []spec.Step{
		{Action: spec.Call, State: "A", Provide: "talk", Inputs: spec.Inputs{"much": {{"n": n}}}}}}}
	if err := s.Start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// whole fails unless the numbers of events rise, and wherever one is missing an event
// says how many are.
func whole(t *testing.T, after int, events []spec.Event) (lines, missing int) {
	t.Helper()
	for _, ev := range events {
		gap := ev.Seq - 1 - after
		said := 0
		switch {
		case ev.Kind != spec.EventLog:
		case ev.Step >= 0:
			lines++
		case ev.Text == "an older event was dropped":
			said = 1
		default:
			if _, err := fmt.Sscanf(ev.Text, "%d older events were dropped", &said); err != nil || ev.Level != spec.LevelWarn {
				t.Errorf("a line of no step: %+v", ev)
			}
		}
		if gap < 0 || said > 0 && gap != said-1 || said == 0 && gap != 0 {
			t.Errorf("after %d comes %+v", after, ev)
		}
		missing += said
		after = ev.Seq
	}
	return lines, missing
}

func TestWhatIsKeptOfALongRunIsBounded(t *testing.T) {
	const n = 20_000
	s, said, end := chatty(t, 1<<20, "line ")
	talk(t, s, "r1", n)
	<-said
	live := map[int]int{}
	for _, after := range []int{0, 1, 3, n / 2, n, n + 2} {
		ctx, cancel := context.WithCancel(t.Context())
		var events []spec.Event
		_ = s.Follow(ctx, "r1", after, func(ev spec.Event) error {
			if events = append(events, ev); ev.Seq == n+3 { // the last line
				cancel()
			}
			return nil
		})
		lines, missing := whole(t, after, events)
		live[after] = lines
		if want := n + 3 - after; len(events)+max(missing-1, 0) != want {
			t.Errorf("after %d: %d events, %d missing, of %d", after, len(events), missing, want)
		}
		cancel()
	}
	if live[0] < 1000 || live[0] > 6000 || live[n] != 3 || live[n+2] != 1 {
		t.Errorf("lines of the run that is executed: %v", live)
	}
	end <- struct{}{}
	first := follow(t, s, "r1")
	if lines, _ := whole(t, 0, first); lines != live[0] {
		t.Errorf("when it had just ended there were %d lines", lines)
	}
	if kinds := [3]spec.EventKind{first[0].Kind, first[1].Kind, first[2].Kind}; kinds != [3]spec.EventKind{spec.EventQueued, spec.EventStarted, spec.EventStepStarted} {
		t.Errorf("it begins with %v", kinds)
	}
	talk(t, s, "r2", n)
	<-said
	if lines, missing := whole(t, 0, follow(t, s, "r1")); lines != 200 || missing != n-200 {
		t.Errorf("after another long run, %d lines of the first are left, %d missing", lines, missing)
	}
	end <- struct{}{}
	whole(t, 0, follow(t, s, "r2"))
}

// A follower that takes its time is told once what it missed, and everything else.
func TestASlowFollowerIsToldWhatItMissed(t *testing.T) {
	const n = 20_000
	s, said, end := chatty(t, 1<<20, "line ")
	talk(t, s, "r1", n)
	end <- struct{}{}
	var events []spec.Event
	err := s.Follow(t.Context(), "r1", 0, func(ev spec.Event) error {
		if events = append(events, ev); len(events) == 10 {
			<-said
		}
		return nil
	})
	lines, missing := whole(t, 0, events)
	if err != nil || lines+missing != n || missing == 0 {
		t.Errorf("%d lines and %d missing of %d; error %v", lines, missing, n, err)
	}
}

func TestALineHasALength(t *testing.T) {
	s, said, end := chatty(t, 0, strings.Repeat("ü", 1<<20))
	talk(t, s, "r1", 1)
	<-said
	end <- struct{}{}
	events := follow(t, s, "r1")
	i := slices.IndexFunc(events, func(ev spec.Event) bool { return ev.Kind == spec.EventLog })
	if text := events[i].Text; len(text) > 17<<10 || !strings.HasSuffix(text, "üü… (cut off)") {
		t.Errorf("the line has %d bytes and ends with %q", len(text), text[len(text)-20:])
	}
}

// Millions of lines leave the process as small as it was.
func TestMillionsOfLinesFitIntoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second or two")
	}
	s, said, end := chatty(t, 0, strings.Repeat("x", 80))
	talk(t, s, "r1", 1_000_000)
	<-said
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > 48<<20 {
		t.Errorf("the heap has %d MiB", m.HeapAlloc>>20)
	}
	t.Logf("the heap has %d MiB", m.HeapAlloc>>20)
	end <- struct{}{}
	follow(t, s, "r1")
}
