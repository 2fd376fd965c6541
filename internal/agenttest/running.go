//nolint:thelper // these are the tests themselves, not helpers of tests
package agenttest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func runTellsItsEvents(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", enter("Ready", nil), call("echo", one("say", "text", "good day"))))
	events := eventsOf(t, a, "r1")
	const want = "queued started step-started step-done step-started log progress step-done run-done"
	if got := kinds(events); got != want {
		t.Fatalf("events are\n%s\nwant\n%s", got, want)
	}
	var steps []int
	for _, ev := range events {
		steps = append(steps, ev.Step)
		if ev.At.IsZero() || ev.Err != nil {
			t.Errorf("event is %+v", ev)
		}
	}
	if !slices.Equal(steps, []int{-1, -1, 0, 0, 1, 1, 1, 1, -1}) {
		t.Errorf("the steps of the events are %v", steps)
	}
	line, progress, done := events[5], events[6], events[7]
	if line.Text != "good day" || line.Level != spec.LevelInfo || progress.Done != 1 || progress.Total != 2 {
		t.Errorf("the call said %+v and %+v", line, progress)
	}
	returned, ok := done.Returns.(map[string]any)
	if !ok || returned["text"] != "good day" || !slices.Equal(done.Stack, []string{"Off", "Ready"}) {
		t.Errorf("the call ended with %+v", done)
	}
	if !slices.Equal(events[8].Stack, []string{"Off", "Ready"}) {
		t.Errorf("the run ended with %+v", events[8])
	}
}

func runAppliesStates(t testing.TB, a spec.Agent) {
	toOn := []spec.Step{enter("Ready", one("conf", "port", "8080")), enter("On", nil), {Action: spec.Call, State: "On", Provide: "start"}}
	start(t, a, benchRun("r1", "Off", toOn...))
	events := eventsOf(t, a, "r1")
	call := events[len(events)-2]
	if returned, ok := call.Returns.(map[string]any); !ok || returned["url"] != "http://host1:8080" {
		t.Errorf("start returned %v", call.Returns)
	}
	wantStack(t, a, "Bench", "Off Ready On")
	s := stack(t, a, "Bench")
	ready := s.Applied[1]
	if ready.By != "r1" || ready.At.IsZero() || fmt.Sprint(ready.Inputs["conf"][0]["port"]) != "8080" {
		t.Errorf("Ready was entered as %+v", ready)
	}
	if calls := called(s); len(calls) != 1 || calls[0].Provide != "start" || calls[0].By != "r1" {
		t.Errorf("the history is %+v", s.Calls)
	}
	start(t, a, benchRun("r2", "Off Ready On", spec.Step{Action: spec.Leave, State: "On"}, spec.Step{Action: spec.Leave, State: "Ready"}))
	if ev := end(t, a, "r2"); ev.Err != nil {
		t.Errorf("going back ended with %v", ev.Err)
	}
	wantStack(t, a, "Bench", "Off")
	var did []string
	for _, c := range stack(t, a, "Bench").Calls {
		did = append(did, string(c.Action)+" "+c.State+" "+c.Provide+" "+string(c.By))
		if c.At.IsZero() || c.Who == "" {
			t.Errorf("it is not known when, or who asked: %+v", c)
		}
	}
	want := []string{"enter Ready enter r1", "enter On enter r1", "call On start r1",
		"leave On leave r2", "leave Ready leave r2"}
	if !slices.Equal(did, want) {
		t.Errorf("the history is %q", did)
	}
}

func takesBack(t testing.TB, a spec.Agent) {
	shop, wiki := spec.Path("/host2/Shop/Active"), spec.Path("/host3/Wiki/Active")
	echo := func(states ...spec.Path) spec.Step {
		s := call("echo", nil)
		s.For = states
		return s
	}
	undo := func(run spec.RunID, states ...spec.Path) spec.Step {
		return spec.Step{Action: spec.TakeBack, State: "Off", Provide: "echo", For: states, Run: run}
	}
	standing := func() (out []string) {
		for _, c := range stack(t, a, "Bench").StandingCalls() {
			out = append(out, fmt.Sprint(c.By, " ", c.For))
		}
		return out
	}
	do := func(id spec.RunID, steps ...spec.Step) {
		start(t, a, benchRun(id, "Off", steps...))
		if ev := end(t, a, id); ev.Err != nil {
			t.Errorf("%s ended with %v", id, ev.Err)
		}
	}
	do("r1", echo(shop), echo(shop, wiki), echo())
	do("r2", echo(wiki))
	do("r3", undo("", shop))
	if got := fmt.Sprint(standing()); got != "[r1 [/host3/Wiki/Active] r1 [] r2 [/host3/Wiki/Active]]" {
		t.Errorf("without those for the shop there are %s", got)
	}
	do("r4", undo("r2"))
	if got := fmt.Sprint(standing()); got != "[r1 [/host3/Wiki/Active] r1 []]" {
		t.Errorf("without those of r2 there are %s", got)
	}
	do("r5", undo(""))
	if got := fmt.Sprint(standing()); got != "[r1 [/host3/Wiki/Active]]" {
		t.Errorf("without those for nobody there are %s", got)
	}
	history := stack(t, a, "Bench").Calls
	if last := history[len(history)-2]; last.Action != spec.TakeBack || last.Of != "r2" || last.By != "r4" || last.Provide != "echo" {
		t.Errorf("the history says %+v", last)
	}
	start(t, a, benchRun("r6", "Off", spec.Step{Action: spec.TakeBack, State: "Off", Provide: "sing"}))
	wantEnd(t, end(t, a, "r6"), spec.Invalid, "undo Off.sing", "has no provide sing")
	start(t, a, benchRun("r7", "Off", spec.Step{Action: spec.TakeBack, State: "On", Provide: "start"}))
	wantEnd(t, end(t, a, "r7"), spec.Invalid, "undo On.start", "not applied")
}

// called leaves out of the history what changed the state.
func called(s spec.Stack) []spec.Called {
	return slices.DeleteFunc(slices.Clone(s.Calls), spec.Called.Changed)
}

func startIsIdempotent(t testing.TB, a spec.Agent) {
	r := benchRun("r1", "Off", call("echo", one("say", "text", "once")))
	start(t, a, r, r)
	end(t, a, "r1")
	start(t, a, r)
	if got := kinds(eventsOf(t, a, "r1")); got != "queued started step-started log progress step-done run-done" {
		t.Errorf("events are %s", got)
	}
	if n := len(called(stack(t, a, "Bench"))); n != 1 {
		t.Errorf("it was called %d times", n)
	}
}

func startConflict(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("echo", one("say", "text", "one"))))
	wantKind(t, a.Start(t.Context(), benchRun("r1", "Off", call("echo", one("say", "text", "other")))), spec.Conflict, "r1")
	wantKind(t, a.Start(t.Context(), benchRun("r1", "Off")), spec.Conflict, "r1")
	if ev := end(t, a, "r1"); ev.Err != nil {
		t.Errorf("the first ended with %v", ev.Err)
	}
}

func startRefused(t testing.TB, a spec.Agent) {
	wantKind(t, a.Start(t.Context(), benchRun("", "Off")), spec.Invalid, "id")
	wantKind(t, a.Start(t.Context(), spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Nothing"}}), spec.NotFound, "Nothing")
	wantKind(t, a.Stop(t.Context(), "r1"), spec.NotFound, "r1")
}

func runsInOrder(t testing.TB, a spec.Agent) {
	forked := spec.Run{ID: "r3", Work: spec.Work{Lifecycle: "Forked", From: []string{"Base"}, Steps: []spec.Step{enter("Left", nil)}}}
	start(t, a, benchRun("r1", "Off", call("wait", nil)), benchRun("r2", "Off", enter("Ready", nil)), forked, benchRun("r4", "Off Ready", enter("On", nil)))
	await(t, a, "r1", spec.EventLog)
	info, err := a.Info(t.Context())
	if err != nil || info.Busy != "r1" || info.Queue != 3 {
		t.Errorf("while r1 runs info is %+v, error %v", info, err)
	}
	if s := stack(t, a, "Bench"); s.Doing == nil || s.Doing.Provide != "wait" || s.DoingBy != "r1" {
		t.Errorf("while r1 runs the stack is %+v", s)
	}
	if err := a.Stop(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	var last spec.Event
	for _, id := range []spec.RunID{"r1", "r2", "r3", "r4"} {
		events := eventsOf(t, a, id)
		started := events[1]
		if started.Kind != spec.EventStarted || started.At.Before(last.At) {
			t.Errorf("%s began with %s at %s, the run before it ended at %s", id, started.Kind, started.At, last.At)
		}
		if last = events[len(events)-1]; id != "r1" && last.Err != nil {
			t.Errorf("%s ended with %v", id, last.Err)
		}
	}
	wantStack(t, a, "Bench", "Off Ready On")
	wantStack(t, a, "Forked", "Base Left")
}

func movedStack(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", enter("Ready", nil)), benchRun("r2", "Off", enter("Ready", nil)))
	ev := end(t, a, "r2")
	wantEnd(t, ev, spec.Conflict, "planned on Off, now it is Off > Ready")
	if got := kinds(eventsOf(t, a, "r2")); got != "queued started run-done" {
		t.Errorf("events are %s", got)
	}
	wantStack(t, a, "Bench", "Off Ready")
}

func wrongValues(t testing.TB, a spec.Agent) {
	start(t, a, spec.Run{ID: "r1", Work: wrongWork()})
	wantEnd(t, end(t, a, "r1"), spec.Invalid, wrongPaths()...)
	late := benchRun("r2", "Off", enter("Ready", nil), call("fail", nil))
	start(t, a, late)
	wantEnd(t, end(t, a, "r2"), spec.Invalid, "/host1/Bench/Off/fail/with/message")
	impossible := benchRun("r3", "Off", enter("Ready", nil), enter("Ready", nil))
	start(t, a, impossible)
	wantEnd(t, end(t, a, "r3"), spec.Invalid, "enter Ready", "applied already")
	wantStack(t, a, "Bench", "Off")
}

func deferredValues(t testing.TB, a spec.Agent) {
	later := value.Deferred{Node: "./db", Name: "port"}
	start(t, a, benchRun("r1", "Off", call("echo", nil), enter("Ready", one("conf", "port", later))))
	wantEnd(t, end(t, a, "r1"), spec.Invalid, "/host1/Bench/Ready/enter/conf/port", "not known yet")
	if n := len(called(stack(t, a, "Bench"))); n != 0 {
		t.Errorf("%d provides were called first", n)
	}
}

func failingStep(t testing.TB, a spec.Agent) {
	start(t, a,
		benchRun("r1", "Off", enter("Ready", nil), call("fail", one("with", "message", "the disk is full")), enter("On", nil)),
		benchRun("r2", "Off Ready", call("echo", nil)))
	events := eventsOf(t, a, "r1")
	if got := kinds(events); got != "queued started step-started step-done step-started step-failed run-done" {
		t.Fatalf("events are %s", got)
	}
	failed := events[5]
	wantEnd(t, failed, spec.Failed, "cannot call Off.fail: the disk is full")
	wantEnd(t, events[6], spec.Failed, "cannot call Off.fail: the disk is full")
	if failed.Step != 1 || !slices.Equal(failed.Stack, []string{"Off", "Ready"}) {
		t.Errorf("the failed step is told as %+v", failed)
	}
	if ev := end(t, a, "r2"); ev.Err != nil {
		t.Errorf("the next run ended with %v", ev.Err)
	}
	start(t, a, spec.Run{ID: "r3", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off", "Ready"}, Steps: []spec.Step{
		{Action: spec.Leave, State: "Ready"}, enter("Ready", one("conf", "mode", "bad"))}}})
	wantEnd(t, end(t, a, "r3"), spec.Failed, "the mode is bad", "choose another mode")
	if s := stack(t, a, "Bench"); s.Fault == nil || s.Fault.By != "r3" || s.Fault.Step.Name() != "enter Ready" || spec.KindOf(s.Fault.Err) != spec.Failed {
		t.Errorf("the fault is %+v", s.Fault)
	}
	wantStack(t, a, "Bench", "Off")
}

func panickingStep(t testing.TB, a spec.Agent) {
	start(t, a, benchRun("r1", "Off", call("panic", nil)), benchRun("r2", "Off", call("echo", nil)))
	wantEnd(t, end(t, a, "r1"), spec.Internal, "call Off.panic", "this is only a test")
	if ev := end(t, a, "r2"); ev.Err != nil {
		t.Errorf("the next run ended with %v", ev.Err)
	}
}

func guardedStep(t testing.TB, a spec.Agent) {
	forked := func(id spec.RunID) spec.Run {
		return spec.Run{ID: id, Work: spec.Work{Lifecycle: "Forked", From: []string{"Base"}, Steps: []spec.Step{enter("Right", nil)}}}
	}
	wantKind(t, a.Confirm(t.Context(), "r0"), spec.NotFound, "r0")
	start(t, a, forked("r1"))
	if ev := await(t, a, "r1", spec.EventGuarded); ev.Step != 0 || ev.Until.Sub(ev.At).Round(time.Minute) != time.Hour {
		t.Errorf("the event is %+v", ev)
	}
	start(t, a, forked("r2"))
	wantKind(t, a.Confirm(t.Context(), "r2"), spec.Conflict, "does not wait")
	if err := a.Stop(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	wantEnd(t, end(t, a, "r1"), spec.Canceled, "what it had changed was taken back")
	await(t, a, "r2", spec.EventGuarded)
	wantStack(t, a, "Forked", "Base")
	if err := a.Confirm(t.Context(), "r2"); err != nil {
		t.Fatal(err)
	}
	if ev := end(t, a, "r2"); ev.Err != nil {
		t.Errorf("it was confirmed, and ended with %v", ev.Err)
	}
	wantStack(t, a, "Forked", "Base Right")
	wantKind(t, a.Confirm(t.Context(), "r2"), spec.Conflict)
}
