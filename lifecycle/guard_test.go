package lifecycle_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// guardedServer is the web server whose Configured waits to be confirmed.
func guardedServer(tr *trace) *lifecycle.Lifecycle {
	l := tr.webServer()
	i := slices.IndexFunc(l.States, func(s *lifecycle.State) bool { return s.Name == "Configured" })
	l.States[i].Guarded = time.Minute
	return l
}

// doGuarded does a step, with what its guard says.
func doGuarded(e *lifecycle.Engine, step spec.Step, guard error) error {
	ready, err := e.Prepare(context.Background(), spec.Work{Lifecycle: e.Name(), From: e.Applied(), Steps: []spec.Step{step}})
	if err != nil {
		return err
	}
	_, err = e.Execute(context.Background(), "r", ready[0], lifecycle.Sink{Guard: func(_ context.Context, atMost time.Duration) error {
		if atMost != time.Minute {
			return errors.New("it should wait for a minute")
		}
		return guard
	}})
	return err
}

func configured(port string, again bool) spec.Step {
	return spec.Step{Action: spec.Enter, State: "Configured", Again: again, Inputs: spec.Inputs{"conf": {{"port": port}}}}
}

func TestAGuardedStateIsTakenBackUnlessItIsConfirmed(t *testing.T) {
	silence := errors.New("nobody confirmed")
	for _, tt := range []struct {
		name    string
		step    spec.Step
		guard   error
		fail    string
		ran     []string
		applied bool
		port    int
	}{
		{"confirmed", configured("8080", false), nil, "", []string{"enter Configured map[conf:[map[port:8080]]]"}, true, 8080},
		{"not confirmed", configured("8080", false), silence, "", []string{"enter Configured map[conf:[map[port:8080]]]", "leave Configured"}, false, 0},
		{"it fails by itself", configured("8080", false), nil, "enter Configured", []string{"enter Configured map[conf:[map[port:8080]]]", "leave Configured"}, false, 0},
		{"other values, confirmed", configured("8080", true), nil, "", []string{"enter Configured map[conf:[map[port:8080]]]"}, true, 8080},
		{"other values, not confirmed", configured("8080", true), silence, "",
			[]string{"enter Configured map[conf:[map[port:8080]]]", "enter Configured map[conf:[map[port:80]]]"}, true, 80},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := &trace{}
			e := newEngine(t, guardedServer(tr), nil)
			mustDo(t, e, "enter Installed")
			if tt.step.Again {
				mustDo(t, e, "enter Configured")
			}
			tr.ran, tr.fail = nil, map[string]error{tt.fail: errBroken}
			err := doGuarded(e, tt.step, tt.guard)
			if (err == nil) != (tt.guard == nil && tt.fail == "") {
				t.Errorf("the error is %v", err)
			}
			if diff := cmp.Diff(tt.ran, tr.ran); diff != "" {
				t.Errorf("it ran (-want +got):\n%s", diff)
			}
			s := e.Stack()
			if s.Fault != nil {
				t.Errorf("the fault %v is left", s.Fault.Err)
			}
			i := slices.IndexFunc(s.Applied, func(a spec.Applied) bool { return a.State == "Configured" })
			if (i >= 0) != tt.applied {
				t.Fatalf("applied is %v", s.Names())
			}
			if i >= 0 && s.Applied[i].Inputs["conf"][0]["port"] != tt.port {
				t.Errorf("the port is %v", s.Applied[i].Inputs)
			}
		})
	}
}

func TestWhatCannotBeTakenBackIsTriedAgainByTheNextAgent(t *testing.T) {
	tr, store := &trace{}, lifecycle.NewMemory()
	open := func() *lifecycle.Engine {
		t.Helper()
		e, err := lifecycle.New(guardedServer(tr), lifecycle.Deps{Store: store, Me: spec.Info{Host: "web1"}})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := open()
	mustDo(t, e, "enter Installed")
	tr.fail = map[string]error{"leave Configured": errBroken}
	err := doGuarded(e, configured("8080", false), errors.New("nobody confirmed"))
	want := "nobody confirmed; what it changed could not be taken back: it broke"
	if got := spec.AsError(err); got == nil || got.Msg != want {
		t.Errorf("the error is %q, want %q", got, want)
	}
	if f := e.Stack().Fault; f == nil || !f.Guarded {
		t.Errorf("the fault is %+v", f)
	}
	tr.ran, tr.fail = nil, nil
	e = open()
	if err := e.TakeBackGuarded(context.Background()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"leave Configured"}, tr.ran); diff != "" || e.Stack().Fault != nil {
		t.Errorf("the next agent: %s, fault %v", diff, e.Stack().Fault)
	}
}

// The agent dies while a guarded step waits.
func TestWhatWaitedWhenTheAgentDiedIsTakenBack(t *testing.T) {
	tr, store := &trace{}, lifecycle.NewMemory()
	if err := store.Begin("WebServer", lifecycle.Doing{Step: configured("8080", false), By: "r"}); err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(guardedServer(tr), lifecycle.Deps{Store: store, Me: spec.Info{Host: "web1"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.TakeBackGuarded(context.Background()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"leave Configured"}, tr.ran); diff != "" || e.Stack().Fault != nil {
		t.Errorf("it ran %s, fault %v", diff, e.Stack().Fault)
	}
}
