package lifecycle_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/google/go-cmp/cmp"
)

func TestDo(t *testing.T) {
	for _, tt := range []struct {
		name, fail, before, step string
		ran, stack               []string
		kind                     spec.Kind
		err                      string
	}{
		{name: "enter pushes", step: "enter Installed", ran: []string{"enter Installed"}, stack: []string{"NotInstalled", "Installed"}},
		{name: "enter is given values and defaults", before: "enter Installed", step: "enter Configured",
			ran: []string{"enter Configured map[conf:[map[port:80]]]"}, stack: []string{"NotInstalled", "Installed", "Configured"}},
		{name: "values are converted", before: "enter Installed", step: "enter Configured conf/port=8080",
			ran: []string{"enter Configured map[conf:[map[port:8080]]]"}, stack: []string{"NotInstalled", "Installed", "Configured"}},
		{name: "a failed enter is not applied", fail: "enter Installed", step: "enter Installed",
			ran: []string{"enter Installed"}, stack: []string{"NotInstalled"}, kind: spec.Failed, err: "cannot enter Installed: it broke"},
		{name: "leave pops", before: "enter Installed", step: "leave Installed", ran: []string{"leave Installed"}, stack: []string{"NotInstalled"}},
		{name: "a failed leave stays applied", before: "enter Installed", fail: "leave Installed", step: "leave Installed",
			ran: []string{"leave Installed"}, stack: []string{"NotInstalled", "Installed"}, kind: spec.Failed, err: "cannot leave Installed: it broke"},
		{name: "call crosses from the provide's state upward", before: "enter Installed, enter Configured, enter Active", step: "call Configured.create_document_root",
			ran:   []string{"call create_document_root map[document_root:[map[path:/var/www/]]]", "cross Configured map[reload:true]", "cross Active map[reload:true]"},
			stack: []string{"NotInstalled", "Installed", "Configured", "Active"}},
		{name: "a failed call crosses nothing", before: "enter Installed, enter Configured, enter Active", fail: "call start", step: "call Active.start",
			ran: []string{"call start"}, stack: []string{"NotInstalled", "Installed", "Configured", "Active"}, kind: spec.Failed, err: "cannot call Active.start: it broke"},
		{name: "a failed cross stops the crossing", before: "enter Installed, enter Configured, enter Active", fail: "cross Configured", step: "call Configured.create_document_root",
			ran:   []string{"call create_document_root map[document_root:[map[path:/var/www/]]]", "cross Configured map[reload:true]"},
			stack: []string{"NotInstalled", "Installed", "Configured", "Active"}, kind: spec.Failed,
			err: "cannot cross Configured: Configured.create_document_root succeeded, but Configured could not be crossed: it broke"},
		{name: "no transition", step: "enter Active", stack: []string{"NotInstalled"}, kind: spec.Conflict, err: "no transition leads from NotInstalled to Active"},
		{name: "twice", before: "enter Installed", step: "enter Installed", stack: []string{"NotInstalled", "Installed"}, kind: spec.Conflict, err: "applied already"},
		{name: "leave below the top", before: "enter Installed, enter Configured", step: "leave Installed",
			stack: []string{"NotInstalled", "Installed", "Configured"}, kind: spec.Conflict, err: "the current state is Configured"},
		{name: "leave the first", step: "leave NotInstalled", stack: []string{"NotInstalled"}, kind: spec.Conflict, err: "the initial state NotInstalled cannot be left"},
		{name: "call what is not applied", step: "call Active.start", stack: []string{"NotInstalled"}, kind: spec.Conflict, err: "Active is not applied"},
		{name: "no such state", step: "enter Nowhere", stack: []string{"NotInstalled"}, kind: spec.NotFound, err: "there is no state Nowhere"},
		{name: "no such provide", before: "enter Installed", step: "call Installed.fly", stack: []string{"NotInstalled", "Installed"}, kind: spec.NotFound, err: "Installed has no provide fly"},
		{name: "no such action", step: "paint Installed", stack: []string{"NotInstalled"}, kind: spec.Invalid, err: `"paint" is no action`},
		{name: "wrong values", before: "enter Installed", step: "enter Configured conf/port=abc", stack: []string{"NotInstalled", "Installed"}, kind: spec.Invalid,
			err: `/web1/WebServer/Configured/enter/conf/port: port must be a whole number, is "abc"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := &trace{}
			e := newEngine(t, tr.webServer(), nil)
			mustDo(t, e, tt.before)
			tr.ran, tr.fail = nil, map[string]error{tt.fail: errBroken}
			_, err := do(e, tt.step)
			if diff := cmp.Diff(tt.ran, tr.ran); diff != "" {
				t.Errorf("ran, -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.stack, e.Applied()); diff != "" {
				t.Errorf("stack, -want +got:\n%s", diff)
			}
			if (err != nil) != (tt.err != "") || err != nil && (!strings.Contains(err.Error(), tt.err) || spec.KindOf(err) != tt.kind) {
				t.Errorf("error %v of kind %q, want %q of kind %q", err, spec.KindOf(err), tt.err, tt.kind)
			}
			fault := e.Stack().Fault
			if began := err != nil && len(tr.ran) > 0; (fault != nil) != began {
				t.Errorf("fault is %v after error %v", fault, err)
			}
		})
	}
}

func TestTheResultOfACallOutlivesAFailedCross(t *testing.T) {
	tr := &trace{fail: map[string]error{"cross Active": errBroken}}
	e := newEngine(t, tr.webServer(), nil)
	returns, err := do(e, "enter Installed, enter Configured conf/port=8080, enter Active, call Active.start")
	want := map[string]any{"url": "http://localhost:8080"}
	if spec.KindOf(err) != spec.Failed || !errors.Is(err, errBroken) {
		t.Errorf("error is %v", err)
	}
	if diff := cmp.Diff(any(want), returns); diff != "" {
		t.Errorf("returned, -want +got:\n%s", diff)
	}
	s := e.Stack()
	if len(s.Calls) != 4 || s.Fault == nil {
		t.Fatalf("history is %v, fault %v", s.Calls, s.Fault)
	}
	if diff := cmp.Diff(any(want), s.Calls[3].Returns); diff != "" {
		t.Errorf("history, -want +got:\n%s", diff)
	}
	tr.fail = nil
	mustDo(t, e, "call Active.start")
	if s := e.Stack(); len(s.Calls) != 5 || s.Fault != nil {
		t.Errorf("after the retry the history is %v, fault %v", s.Calls, s.Fault)
	}
}

func TestStackTellsWhatIsApplied(t *testing.T) {
	e := newEngine(t, new(trace).webServer(), nil)
	mustDo(t, e, "enter Installed, enter Configured conf/port=8080")
	s := e.Stack()
	want := []spec.Applied{
		{State: "NotInstalled"},
		{State: "Installed", At: noon, By: "run-1", Inputs: spec.Inputs{}},
		{State: "Configured", At: noon, By: "run-1", Inputs: spec.Inputs{"conf": {{"port": 8080}}}},
	}
	if diff := cmp.Diff(want, s.Applied); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if s.Path != "/web1/WebServer" || strings.Join(s.States, " ") != "NotInstalled Installed Configured Active" || len(s.Transitions) != 3 {
		t.Errorf("stack is %+v", s)
	}
	s.Applied[2].Inputs["conf"][0]["port"] = 1 // a copy
	if got := e.Stack().Applied[2].Inputs["conf"][0]["port"]; got != 8080 {
		t.Errorf("a caller changed what was recorded: %v", got)
	}
}

func TestStackMayBeAskedWhileAStepRuns(t *testing.T) {
	var e *lifecycle.Engine
	var seen spec.Stack
	var nested error
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B", Enter: func(ctx context.Context, _ *lifecycle.Call) error {
		seen = e.Stack()
		_, nested = doStep(ctx, e, "other", spec.Step{Action: spec.Leave, State: "B"}, lifecycle.Sink{})
		return nil
	}}}}
	e = newEngine(t, l, nil)
	mustDo(t, e, "enter B")
	if seen.Doing == nil || seen.Doing.Name() != "enter B" || seen.DoingBy != "run-1" || seen.Top() != "A" {
		t.Errorf("during the step the stack was %+v", seen)
	}
	if spec.KindOf(nested) != spec.Conflict {
		t.Errorf("a second step gave %v, want a conflict", nested)
	}
	if e.Stack().Doing != nil {
		t.Error("the step still is being done")
	}
}

func TestStepsThatAreStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	entered := 0
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B", Enter: func(ctx context.Context, _ *lifecycle.Call) error {
		entered++
		cancel() // somebody stops the step while it runs
		<-ctx.Done()
		return ctx.Err()
	}}}}
	e := newEngine(t, l, nil)
	_, err := doStep(ctx, e, "r", steps("enter B")[0], lifecycle.Sink{})
	if spec.KindOf(err) != spec.Canceled || err.Error() != "/web1/L/B: cannot enter B: it was stopped" {
		t.Errorf("error is %q of kind %q", err, spec.KindOf(err))
	}
	if e.Stack().Fault == nil {
		t.Error("a step that was stopped half-way left no fault")
	}
	_, err = doStep(ctx, e, "r", steps("enter B")[0], lifecycle.Sink{})
	if spec.KindOf(err) != spec.Canceled || entered != 1 {
		t.Errorf("with a context that has ended: %v, entered %d times", err, entered)
	}
}

func TestAPanicNamesTheStep(t *testing.T) {
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B",
		Enter: func(context.Context, *lifecycle.Call) error { panic("oh no") }}}}
	e := newEngine(t, l, nil)
	_, err := do(e, "enter B")
	if spec.KindOf(err) != spec.Internal || err.Error() != "/web1/L/B: cannot enter B: panic: oh no" {
		t.Errorf("error is %q of kind %q", err, spec.KindOf(err))
	}
	if applied(e) != "A" {
		t.Errorf("stack is %s", applied(e))
	}
}

func TestAModulesErrorKeepsItsKindPlaceAndHint(t *testing.T) {
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B", Enter: func(context.Context, *lifecycle.Call) error {
		return &spec.Error{Kind: spec.Timeout, At: "l.star:3:4", Msg: "apt is locked", Hint: "wait"}
	}}}}
	_, err := do(newEngine(t, l, nil), "enter B")
	want := &spec.Error{Kind: spec.Timeout, Op: "enter B", At: "l.star:3:4", Msg: "apt is locked", Hint: "wait"}
	got := spec.AsError(err)
	got.Err = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A module may do what it likes with what it is given, also after it has returned:
// the next call sees nothing of it.
func TestNothingLeaks(t *testing.T) {
	var kept *lifecycle.Call
	var lines []string
	tr := &trace{}
	l := tr.webServer()
	l.States[2].Provides[0].Do = func(_ context.Context, c *lifecycle.Call) (any, error) {
		kept = c
		conf, _ := c.Entered("Configured")
		conf["conf"][0]["port"] = 1
		c.Inputs["document_root"][0]["path"] = "/other"
		c.Inputs["more"] = nil
		return map[string]any{"list": []any{1}}, nil
	}
	l.States[2].Cross = func(_ context.Context, c *lifecycle.Call) error {
		c.Flags["reload"] = false
		return nil
	}
	e := newEngine(t, l, nil)
	mustDo(t, e, "enter Installed, enter Configured conf/port=8080, enter Active")
	tr.ran = nil
	step := steps("call Configured.create_document_root document_root/path=/mine")[0]
	sink := lifecycle.Sink{Log: func(_ spec.Level, text string) { lines = append(lines, text) }}
	returns, err := doStep(context.Background(), e, "r", step, sink)
	if err != nil {
		t.Fatal(err)
	}
	returns.(map[string]any)["list"].([]any)[0] = 2
	kept.Log(spec.LevelInfo, "too late")
	if len(lines) != 0 {
		t.Errorf("logged %q after the step", lines)
	}
	if got := strings.Join(tr.ran, ","); got != "cross Active map[reload:true]" {
		t.Errorf("Active saw %s", got)
	}
	call := e.Stack().Calls[3]
	if diff := cmp.Diff(spec.Inputs{"document_root": {{"path": "/mine"}}}, call.Inputs); diff != "" {
		t.Errorf("history, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(any(map[string]any{"list": []any{1}}), call.Returns); diff != "" {
		t.Errorf("history, -want +got:\n%s", diff)
	}
	if got := e.Stack().Applied[2].Inputs["conf"][0]["port"]; got != 8080 {
		t.Errorf("Configured now has port %v", got)
	}
	if _, err := do(e, "call Configured.create_document_root document_root/path="); spec.KindOf(err) != spec.Invalid {
		t.Errorf("the empty path gave %v: the value of the call before?", err)
	}
}

func TestModifiersApplyOnceAndAreNotRecorded(t *testing.T) {
	var entered, later string
	url := spec.Require{Name: "site", Vars: []spec.Variable{
		{Name: "url", Type: spec.Type{Kind: spec.KindStr}, Modifier: "http://%s/", Pattern: "[a-z]+"},
		{Name: "key", Type: spec.Type{Kind: spec.KindPassword}, Modifier: "k-%s"},
	}}
	read := func(in spec.Inputs) string {
		return in["site"][0]["url"].(string) + " " + in["site"][0]["key"].(value.Secret).Reveal()
	}
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B", Requires: []spec.Require{url},
		Enter: func(_ context.Context, c *lifecycle.Call) error { entered = read(c.Inputs); return nil },
		Leave: func(_ context.Context, c *lifecycle.Call) error {
			in, _ := c.Entered("B")
			later = read(in)
			return nil
		}}}}
	e := newEngine(t, l, nil)
	mustDo(t, e, "enter B site/url=armonic site/key=secret!")
	recorded := e.Stack().Applied[1].Inputs["site"][0]
	if recorded["url"] != "armonic" || recorded["key"] != value.Secret("secret!") {
		t.Errorf("recorded %v", recorded)
	}
	text, err := json.Marshal(e.Stack())
	if err != nil || strings.Contains(string(text), "secret!") {
		t.Errorf("the stack encodes as %s, error %v", text, err)
	}
	mustDo(t, e, "leave B")
	if want := "http://armonic/ k-secret!"; entered != want || later != want {
		t.Errorf("the module saw %q, later %q, want %q", entered, later, want)
	}
}

func TestSecretsReturnedCannotPrintThemselves(t *testing.T) {
	password := spec.Type{Kind: spec.KindPassword}
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{Name: "p",
		Provide: spec.Provide{Returns: []spec.Variable{{Name: "password", Type: password}, {Name: "none", Type: password},
			{Name: "all", Type: spec.Type{Kind: spec.KindList, Elem: &spec.Variable{Type: password}}}}},
		Do: func(context.Context, *lifecycle.Call) (any, error) {
			return map[string]any{"password": "hunter22", "user": "me", "all": []any{"hunter23", "hunter24"}}, nil
		}}}}}}
	e := newEngine(t, l, nil)
	returns, err := do(e, "call A.p")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"password": value.Secret("hunter22"), "user": "me", "all": []any{value.Secret("hunter23"), value.Secret("hunter24")}}
	for _, got := range []any{returns, e.Stack().Calls[0].Returns} {
		if diff := cmp.Diff(any(want), got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}
