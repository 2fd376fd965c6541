package lifecycle_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

func TestAnEngineGoesOnWhereAnotherStopped(t *testing.T) {
	store := lifecycle.NewMemory()
	tr := &trace{}
	first := newEngine(t, tr.webServer(), store)
	mustDo(t, first, "enter Installed, enter Configured conf/port=8080, enter Active, call Active.start")
	tr.ran = nil
	second := newEngine(t, tr.webServer(), store)
	if diff := cmp.Diff(first.Stack(), second.Stack()); diff != "" {
		t.Errorf("stack, -before +after:\n%s", diff)
	}
	returns, err := do(second, "call Active.start")
	if err != nil || returns.(map[string]any)["url"] != "http://localhost:8080" {
		t.Errorf("returned %v, error %v", returns, err)
	}
	if got := strings.Join(tr.ran, ", "); got != "call start, cross Active map[]" {
		t.Errorf("ran %s: states are not entered again", got)
	}
}

// typeless is a store that keeps values as JSON does.
type typeless struct{ *lifecycle.Memory }

func (s typeless) Load(name string) (lifecycle.Record, error) {
	r, err := s.Memory.Load(name)
	for i := range r.Applied {
		text, _ := json.Marshal(r.Applied[i].Inputs)
		r.Applied[i].Inputs = nil
		err = errors.Join(err, json.Unmarshal(text, &r.Applied[i].Inputs))
	}
	return r, err
}

func TestEnteredValuesHaveTheirTypesAfterARestart(t *testing.T) {
	store := typeless{lifecycle.NewMemory()}
	tr := &trace{}
	mustDo(t, newEngine(t, tr.webServer(), store), "enter Installed, enter Configured conf/port=8080, enter Active")
	returns, err := do(newEngine(t, tr.webServer(), store), "call Active.start") // formats the port with %d
	if err != nil || returns.(map[string]any)["url"] != "http://localhost:8080" {
		t.Errorf("returned %v, error %v", returns, err)
	}
}

func TestAnInterruptedStepIsShown(t *testing.T) {
	store := lifecycle.NewMemory()
	step := steps("enter Installed")[0]
	if err := store.Begin("WebServer", lifecycle.Doing{Step: step, By: "run-9", At: noon}); err != nil {
		t.Fatal(err)
	}
	e := newEngine(t, new(trace).webServer(), store)
	s := e.Stack()
	if s.Fault == nil || s.Fault.By != "run-9" || !strings.Contains(s.Fault.Err.Error(), "cannot enter Installed: it was interrupted") || s.Doing != nil {
		t.Fatalf("stack is %+v, fault %v", s, s.Fault)
	}
	mustDo(t, e, "enter Installed")
	if e.Stack().Fault != nil || applied(e) != "NotInstalled Installed" {
		t.Errorf("after going on: %s, fault %v", applied(e), e.Stack().Fault)
	}
}

func TestARecordThatDoesNotFitIsRefused(t *testing.T) {
	store := lifecycle.NewMemory()
	mustDo(t, newEngine(t, graph(t, "A>Old"), store), "enter Old")
	_, err := lifecycle.New(graph(t, "A>New"), lifecycle.Deps{Store: store})
	if spec.KindOf(err) != spec.Conflict || !strings.Contains(err.Error(), "L.Old is applied, but L has no such state") {
		t.Errorf("error is %v", err)
	}
}

// failing is a store on a full disk.
type failing struct {
	*lifecycle.Memory
	begin, end error
}

func (s *failing) Begin(name string, d lifecycle.Doing) error {
	return errors.Join(s.begin, s.Memory.Begin(name, d))
}

func (s *failing) End(name string, o lifecycle.Outcome) error {
	if s.end != nil {
		return s.end
	}
	return s.Memory.End(name, o)
}

func TestNothingIsDoneThatCannotBeRecorded(t *testing.T) {
	tr := &trace{}
	store := &failing{Memory: lifecycle.NewMemory(), begin: errors.New("disk full")}
	e := newEngine(t, tr.webServer(), store)
	_, err := do(e, "enter Installed")
	if err == nil || !strings.Contains(err.Error(), "nothing was done: disk full") || len(tr.ran) != 0 || applied(e) != "NotInstalled" {
		t.Errorf("error %v, ran %v, stack %s", err, tr.ran, applied(e))
	}
}

func TestWhatWasDoneIsShownEvenIfItCannotBeRecorded(t *testing.T) {
	store := &failing{Memory: lifecycle.NewMemory(), end: errors.New("disk full")}
	e := newEngine(t, new(trace).webServer(), store)
	_, err := do(e, "enter Installed")
	if err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("error is %v", err)
	}
	if s := e.Stack(); applied(e) != "NotInstalled Installed" || s.Fault == nil || s.Doing != nil {
		t.Errorf("stack is %s, fault %v", applied(e), s.Fault)
	}
	store.end = nil
	again := newEngine(t, new(trace).webServer(), store)
	if s := again.Stack(); s.Fault == nil || s.Fault.Step.Name() != "enter Installed" {
		t.Errorf("after a restart the fault is %v", s.Fault)
	}
}
