package xmpp_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
)

// check compares what a client was told with what an agent did, and with the stack
// that there is in the end. It says how many runs were interrupted.
func check(diary []entry, effects []string, kills int) (interruptions int, err error) {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	var stack []string
	var events []spec.Event
	plans := []spec.Run{}
	told := map[spec.RunID][]spec.Event{}
	for _, e := range diary {
		switch {
		case e.Plan != nil:
			plans, events = append(plans, *e.Plan), nil
		case e.Event != nil:
			events = append(events, *e.Event)
			told[plans[len(plans)-1].ID] = events
		default:
			stack = e.Stack
		}
	}
	want := []string{state(0)}
	cut := map[string]int{} // steps of runs that were interrupted, which may or may not have ended
	for _, p := range plans {
		done, interrupted, err := checkEvents(p, told[p.ID])
		if err != nil {
			wrong("%s: %w", p.ID, err)
		}
		if !slices.Equal(p.From, want) {
			wrong("%s began on %v, but %v are done", p.ID, p.From, want)
		}
		want = append(want, done...)
		for i, s := range p.Steps {
			n := 0
			for _, e := range effects {
				if e == string(p.ID)+" "+s.State {
					n++
				}
			}
			switch {
			case i < len(done) && n != 1, n > 1:
				wrong("%s of %s was done %d times", s.Name(), p.ID, n)
			case i == len(done) && interrupted && n == 1:
				cut[s.State]++
				if next := slices.IndexFunc(plans, func(q spec.Run) bool { return q.ID == p.ID }) + 1; next < len(plans) && slices.Contains(plans[next].From, s.State) || next == len(plans) && slices.Contains(stack, s.State) {
					want = append(want, s.State) // it ended, and nobody could be told
				}
			case i >= len(done) && n != 0:
				wrong("%s of %s was done, and should not", s.Name(), p.ID)
			}
		}
		if interrupted {
			interruptions++
		}
	}
	if interruptions > kills {
		wrong("more runs were interrupted than agents killed")
	}
	if !slices.Equal(stack, want) || len(stack) != workStates+1 {
		wrong("the stack is %v, but %v are done", stack, want)
	}
	for i := 1; i <= workStates; i++ {
		n := 0
		for _, e := range effects {
			if strings.HasSuffix(e, " "+state(i)) {
				n++
			}
		}
		if n < 1 || n > 1+cut[state(i)] {
			wrong("%s was entered %d times", state(i), n)
		}
	}
	return interruptions, errors.Join(errs...)
}

// checkEvents says which states a run is told to have entered, and whether it was
// interrupted. The number of each event is one more than that of the last, but where an
// agent that was killed says that some may be missing: those of which nobody was told.
func checkEvents(run spec.Run, events []spec.Event) (done []string, interrupted bool, err error) {
	next, missing := 1, false
	for i, ev := range events {
		last := i == len(events)-1
		interrupted = ev.Kind == spec.EventRunDone && ev.Err != nil
		if ev.Kind == spec.EventLog && ev.Step < 0 && !missing && ev.Seq > next {
			missing, next = true, ev.Seq
		}
		switch {
		case ev.Run != run.ID:
			return done, false, fmt.Errorf("event %d is of %s", ev.Seq, ev.Run)
		case ev.Seq != next:
			return done, false, fmt.Errorf("event %d came in the place of %d", ev.Seq, next)
		case (ev.Kind == spec.EventRunDone) != last:
			return done, false, fmt.Errorf("event %d of %d is %s", i+1, len(events), ev.Kind)
		case interrupted && !strings.Contains(ev.Err.Error(), "it was interrupted"), ev.Kind == spec.EventStepFailed:
			return done, false, fmt.Errorf("it failed: %w", ev.Err)
		case ev.Kind == spec.EventStepDone:
			done = append(done, run.Steps[ev.Step].State)
		}
		next++
	}
	if all := 3 + 4*len(run.Steps); !interrupted && (missing || len(events) != all) {
		return done, false, fmt.Errorf("%d events came, want %d", len(events), all)
	}
	return done, interrupted, nil
}

// The check finds what it is there to find.
func TestTheCheckOfSchedules(t *testing.T) {
	step := func(kind spec.EventKind, seq, i int) entry {
		return entry{Event: &spec.Event{Run: "r1", Seq: seq, Kind: kind, Step: i}}
	}
	good := func() (diary []entry, effects []string) {
		run := spec.Run{ID: "r1", Work: spec.Work{From: []string{"S0"}}}
		diary = []entry{{Plan: &run}, step(spec.EventQueued, 1, -1), step(spec.EventStarted, 2, -1)}
		stack := []string{"S0"}
		for i := range workStates {
			run.Steps = append(run.Steps, spec.Step{Action: spec.Enter, State: state(i + 1)})
			for j, kind := range []spec.EventKind{spec.EventStepStarted, spec.EventLog, spec.EventLog, spec.EventStepDone} {
				diary = append(diary, step(kind, 3+4*i+j, i))
			}
			effects, stack = append(effects, "r1 "+state(i+1)), append(stack, state(i+1))
		}
		return append(diary, step(spec.EventRunDone, 3+4*workStates, -1), entry{Stack: stack}), effects
	}
	diary, effects := good()
	if _, err := check(diary, effects, 0); err != nil {
		t.Errorf("what is right: %v", err)
	}
	for name, spoil := range map[string]func(diary *[]entry, effects *[]string){
		"an event twice":      func(b *[]entry, _ *[]string) { *b = slices.Insert(*b, 5, (*b)[5]) },
		"an event is missing": func(b *[]entry, _ *[]string) { *b = slices.Delete(*b, 5, 6) },
		"another order":       func(b *[]entry, _ *[]string) { (*b)[5], (*b)[6] = (*b)[6], (*b)[5] },
		"no end":              func(b *[]entry, _ *[]string) { *b = slices.Delete(*b, len(*b)-2, len(*b)-1) },
		"a step twice":        func(_ *[]entry, e *[]string) { *e = append(*e, (*e)[0]) },
		"a step not":          func(_ *[]entry, e *[]string) { *e = (*e)[1:] },
		"by another run":      func(_ *[]entry, e *[]string) { *e = append(*e, "r2 S1") },
		"another stack":       func(b *[]entry, _ *[]string) { (*b)[len(*b)-1].Stack = []string{"S0", "S1"} },
		"it failed": func(b *[]entry, _ *[]string) {
			(*b)[len(*b)-2].Event.Err = spec.Errorf(spec.Failed, "no")
		},
		"interrupted, but not killed": func(b *[]entry, _ *[]string) {
			(*b)[len(*b)-2].Event.Err = spec.Errorf(spec.Failed, "it was interrupted")
		},
	} {
		diary, effects := good()
		spoil(&diary, &effects)
		if _, err := check(diary, effects, 0); err == nil {
			t.Errorf("%s: it is not noticed", name)
		}
	}
}
