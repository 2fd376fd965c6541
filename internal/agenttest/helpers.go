package agenttest

import (
	"errors"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
)

// benchRun makes a run of Bench from a stack of names.
func benchRun(id spec.RunID, from string, steps ...spec.Step) spec.Run {
	return spec.Run{ID: id, By: "ann", Work: spec.Work{Lifecycle: "Bench", From: strings.Fields(from), Steps: steps}}
}

func enter(state string, in spec.Inputs) spec.Step {
	return spec.Step{Action: spec.Enter, State: state, Inputs: in}
}

func call(provide string, in spec.Inputs) spec.Step {
	return spec.Step{Action: spec.Call, State: "Off", Provide: provide, Inputs: in}
}

func one(require, variable string, value any) spec.Inputs {
	return spec.Inputs{require: {{variable: value}}}
}

func start(t testing.TB, a spec.Agent, runs ...spec.Run) {
	t.Helper()
	for _, r := range runs {
		if err := a.Start(t.Context(), r); err != nil {
			t.Fatalf("cannot start %s: %v", r.ID, err)
		}
	}
}

// eventsOf follows a run to its end.
func eventsOf(t testing.TB, a spec.Agent, id spec.RunID) []spec.Event {
	t.Helper()
	var out []spec.Event
	err := a.Follow(t.Context(), id, 0, func(ev spec.Event) error {
		out = append(out, ev)
		return nil
	})
	if err != nil {
		t.Fatalf("cannot follow %s: %v", id, err)
	}
	checkEvents(t, id, out)
	return out
}

// end is the last event of a run, when it has come.
func end(t testing.TB, a spec.Agent, id spec.RunID) spec.Event {
	t.Helper()
	events := eventsOf(t, a, id)
	return events[len(events)-1]
}

// checkEvents says what is wrong with any run's events: their numbers, their order,
// an end that is not one.
func checkEvents(t testing.TB, id spec.RunID, events []spec.Event) {
	t.Helper()
	for i, ev := range events {
		last := i == len(events)-1
		if ev.Run != id || ev.Seq != i+1 || (ev.Kind == spec.EventRunDone) != last {
			t.Errorf("event %d of %d of %s is %+v", i+1, len(events), id, ev)
		}
		if i > 0 && ev.At.Before(events[i-1].At) {
			t.Errorf("event %d of %s came before the one before it", ev.Seq, id)
		}
	}
	if len(events) == 0 {
		t.Fatalf("%s has no events", id)
	}
}

var errEnough = errors.New("enough")

// await follows a run until an event of a kind has come.
func await(t testing.TB, a spec.Agent, id spec.RunID, kind spec.EventKind) spec.Event {
	t.Helper()
	var got spec.Event
	err := a.Follow(t.Context(), id, 0, func(ev spec.Event) error {
		if got = ev; ev.Kind == kind {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("%s never had an event %s: %v", id, kind, err)
	}
	return got
}

func kinds(events []spec.Event) string {
	out := make([]string, len(events))
	for i, ev := range events {
		out[i] = string(ev.Kind)
	}
	return strings.Join(out, " ")
}

// wantKind fails unless err is of a kind and says each of the texts.
func wantKind(t testing.TB, err error, kind spec.Kind, texts ...string) {
	t.Helper()
	if err == nil || spec.KindOf(err) != kind {
		t.Errorf("error is %v of kind %q, want one of kind %q", err, spec.KindOf(err), kind)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error()+" "+spec.HintOf(err), text) {
			t.Errorf("error %q (hint %q) does not say %q", err, spec.HintOf(err), text)
		}
	}
}

// wantEnd is wantKind for how a run ended.
func wantEnd(t testing.TB, ev spec.Event, kind spec.Kind, texts ...string) {
	t.Helper()
	if ev.Err == nil {
		t.Errorf("%s ended well, want an error of kind %q", ev.Run, kind)
		return
	}
	wantKind(t, ev.Err, kind, texts...)
}

func stack(t testing.TB, a spec.Agent, name string) spec.Stack {
	t.Helper()
	all, err := a.Stacks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Path.Lifecycle() == name {
			return s
		}
	}
	t.Fatalf("no stack of %s among %d", name, len(all))
	return spec.Stack{}
}

func wantStack(t testing.TB, a spec.Agent, name, want string) {
	t.Helper()
	if got := strings.Join(stack(t, a, name).Names(), " "); got != want {
		t.Errorf("the stack of %s is %q, want %q", name, got, want)
	}
}

func stepNames(steps []spec.Step) string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = s.Name()
	}
	return strings.Join(out, ", ")
}
