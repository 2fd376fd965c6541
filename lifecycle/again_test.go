package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// again is a step that enters Configured again, with a port.
func again(port any) spec.Step {
	s := spec.Step{Action: spec.Enter, State: "Configured", Again: true}
	if port != nil {
		s.Inputs = spec.Inputs{"conf": {{"port": port}}}
	}
	return s
}

func execute(t *testing.T, e *lifecycle.Engine, all ...spec.Step) error {
	t.Helper()
	ready, err := e.Prepare(t.Context(), spec.Work{Lifecycle: "WebServer", From: e.Applied(), Steps: all})
	if err != nil {
		return err
	}
	for _, p := range ready {
		if _, err := e.Execute(t.Context(), "run", p, lifecycle.Sink{}); err != nil {
			return err
		}
	}
	return nil
}

func portOf(t *testing.T, e *lifecycle.Engine) any {
	t.Helper()
	for _, a := range e.Stack().Applied {
		if a.State == "Configured" {
			return a.Inputs["conf"][0]["port"]
		}
	}
	t.Fatal("it is not configured")
	return nil
}

// A state that is applied can be entered again, with other values: the stack stays, and the
// states above are crossed, and told what changed.
func TestEnteringAgain(t *testing.T) {
	tr := &trace{fail: map[string]error{}}
	store := lifecycle.NewMemory()
	e := newEngine(t, tr.webServer(), store)
	mustDo(t, e, "enter Installed, enter Configured conf/port=8080, enter Active")
	before := e.Applied()
	if err := execute(t, e, again(8081)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, e.Applied()); diff != "" || portOf(t, e) != 8081 {
		t.Errorf("the port is %v, the stack -before +now:\n%s", portOf(t, e), diff)
	}
	if err := execute(t, e, again(nil)); err != nil || portOf(t, e) != 8081 { // what is not given stays
		t.Errorf("the port is %v: %v", portOf(t, e), err)
	}
	if err := execute(t, e, spec.Step{Action: spec.Enter, State: "NotInstalled", Again: true}); err == nil {
		t.Error("the initial state was entered again")
	}
	e = newEngine(t, tr.webServer(), store) // as after a restart
	if portOf(t, e) != 8081 {
		t.Errorf("after a restart the port is %v", portOf(t, e))
	}
}

// A route enters states again after it has left what is above them, and asks for the values
// again also where that failed before.
func TestARouteThatEntersAgain(t *testing.T) {
	tr := &trace{fail: map[string]error{}}
	e := newEngine(t, tr.webServer(), nil)
	mustDo(t, e, "enter Installed, enter Configured conf/port=8080, enter Active")
	names := func(to string, states ...string) string {
		t.Helper()
		r, err := e.Route(t.Context(), spec.RouteQuery{Provide: spec.MakePath("web1", "WebServer", to), Again: states})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range r.Steps {
			name := s.Name()
			if len(s.Requires) > 0 {
				name += " asks"
			}
			out = append(out, name)
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct{ to, again, want string }{
		{"Active", "Configured", "enter Configured again asks"},
		{"Configured", "Configured", "leave Active, enter Configured again asks"},
		{"Installed", "Configured", "leave Active, leave Configured"},
		{"Active", "Active Installed", "enter Installed again, enter Active again"},
	} {
		if got := names(c.to, strings.Fields(c.again)...); got != c.want {
			t.Errorf("to %s with %s again: %s, want %s", c.to, c.again, got, c.want)
		}
	}
	mustDo(t, e, "leave Active")
	tr.fail["enter Configured"] = errBroken
	if err := execute(t, e, again(13)); err == nil {
		t.Fatal("it did not fail")
	}
	delete(tr.fail, "enter Configured")
	if got := names("Configured", "Configured"); got != "enter Configured again asks" {
		t.Errorf("after it failed: %s", got)
	}
	if err := execute(t, e, again(14)); err != nil || portOf(t, e) != 14 || e.Stack().Fault != nil {
		t.Errorf("another value: %v, the port is %v, the fault %+v", err, portOf(t, e), e.Stack().Fault)
	}
}

// What a module does not ask for any more does not keep a state from being entered again.
func TestEnteringAgainWithoutAVariable(t *testing.T) {
	tr := &trace{fail: map[string]error{}}
	store := lifecycle.NewMemory()
	mustDo(t, newEngine(t, tr.webServer(), store), "enter Installed, enter Configured conf/port=8080")
	other := tr.webServer()
	other.States[2].Requires = []spec.Require{{Name: "conf", Vars: []spec.Variable{{Name: "name", Type: spec.Type{Kind: spec.KindStr}, Default: "x"}}}}
	e := newEngine(t, other, store)
	if err := execute(t, e, spec.Step{Action: spec.Enter, State: "Configured", Again: true}); err != nil {
		t.Error(err)
	}
}
