//nolint:thelper // these are the tests themselves, not helpers of tests
package agenttest

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"

	"github.com/armonic/armonic/spec"
)

func followFromTheMiddle(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("echo", nil)))
	whole := eventsOf(t, a, "r1")
	for _, after := range []int{-1, 0, 1, 4, len(whole) - 1, len(whole), len(whole) + 5} {
		var got []spec.Event
		err := a.Follow(t.Context(), "r1", after, func(ev spec.Event) error {
			got = append(got, ev)
			return nil
		})
		want := whole[min(max(after, 0), len(whole)):]
		if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("after %d: %s, error %v; want %s", after, kinds(got), err, kinds(want))
		}
	}
}

func twoFollowers(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r0", "Off", call("wait", nil)), benchRun("r1", "Off", call("count", one("to", "n", "100"))))
	var wg sync.WaitGroup
	var events [2][]spec.Event
	var errs [2]error
	for i := range events {
		wg.Go(func() {
			errs[i] = a.Follow(t.Context(), "r1", 0, func(ev spec.Event) error {
				events[i] = append(events[i], ev)
				return nil
			})
		})
	}
	if err := a.Stop(t.Context(), "r0"); err != nil {
		t.Error(err)
	}
	wg.Wait()
	for i, s := range events {
		if errs[i] != nil || len(s) != 2+1+100+1+1 {
			t.Fatalf("follower %d saw %d events, error %v", i, len(s), errs[i])
		}
		checkEvents(t, "r1", s)
	}
	if !reflect.DeepEqual(events[0], events[1]) {
		t.Error("they saw different events")
	}
}

func slowFollower(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("count", one("to", "n", "100"))))
	ended := make(chan struct{})
	var wg sync.WaitGroup
	var seen int
	var slow error
	wg.Go(func() {
		slow = a.Follow(t.Context(), "r1", 0, func(ev spec.Event) error {
			if seen++; seen != ev.Seq {
				return errors.New("an event is missing")
			}
			<-ended
			return nil
		})
	})
	whole := eventsOf(t, a, "r1")
	close(ended)
	wg.Wait()
	if slow != nil || seen != len(whole) {
		t.Errorf("the slow follower saw %d of %d events, error %v", seen, len(whole), slow)
	}
}

func followErrors(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("wait", nil)))
	calls := 0
	err := a.Follow(t.Context(), "r1", 0, func(spec.Event) error {
		calls++
		return errEnough
	})
	if !errors.Is(err, errEnough) || calls != 1 {
		t.Errorf("after %d calls the error is %v, want that of the function", calls, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err = a.Follow(ctx, "r1", 0, func(ev spec.Event) error {
		if ev.Kind == spec.EventLog {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended the error is %v", err)
	}
	if err := a.Stop(t.Context(), "r1"); err != nil {
		t.Error(err)
	}
	wantEnd(t, end(t, a, "r1"), spec.Canceled) // followers that leave do not stop a run; Stop does
}

func followUnknown(t testing.TB, a spec.Agent) {
	err := a.Follow(t.Context(), "nothing", 0, func(spec.Event) error { return nil })
	wantKind(t, err, spec.NotFound, "nothing")
}

func stopWaiting(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("wait", nil)), benchRun("r2", "Off", call("echo", nil)))
	await(t, a, "r1", spec.EventLog)
	if err := a.Stop(t.Context(), "r2"); err != nil {
		t.Fatal(err)
	}
	if got := kinds(eventsOf(t, a, "r2")); got != "queued run-done" {
		t.Errorf("events are %s", got)
	}
	wantEnd(t, end(t, a, "r2"), spec.Canceled)
	if err := a.Stop(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	end(t, a, "r1")
	if n := len(called(stack(t, a, "Bench"))); n != 0 {
		t.Errorf("%d provides were called", n)
	}
}

func stopRunning(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", enter("Ready", nil), call("wait", nil), enter("On", nil)))
	await(t, a, "r1", spec.EventLog)
	if err := a.Stop(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	events := eventsOf(t, a, "r1")
	if got := kinds(events); got != "queued started step-started step-done step-started log step-failed run-done" {
		t.Fatalf("events are %s", got)
	}
	wantEnd(t, events[6], spec.Canceled, "call Off.wait")
	wantEnd(t, events[7], spec.Canceled, "call Off.wait")
	wantStack(t, a, "Bench", "Off Ready")
}

func stopEnded(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("echo", nil)))
	before := eventsOf(t, a, "r1")
	if err := a.Stop(t.Context(), "r1"); err != nil {
		t.Errorf("error is %v", err)
	}
	if after := eventsOf(t, a, "r1"); !reflect.DeepEqual(after, before) {
		t.Errorf("events are now %s", kinds(after))
	}
	wantKind(t, a.Stop(t.Context(), "nothing"), spec.NotFound, "nothing")
}
