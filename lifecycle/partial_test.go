package lifecycle_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

// Each step that failed in part is shown, can be tried again, and can be undone; a restart in
// between changes nothing.
func TestWhatFailedInPartIsRepaired(t *testing.T) {
	const upToConfigured = "enter Installed, enter Configured conf/port=8080"
	for _, tt := range []struct {
		name, before, step, fail string
		shown                    string // the fault, and the stack
		then                     string // what is done about it
		ran, stack               string
	}{
		{name: "enter, tried again", before: "enter Installed", step: "enter Configured conf/port=8080", fail: "enter Configured",
			shown: "enter Configured on NotInstalled Installed",
			then:  "enter Configured conf/port=81", ran: "enter Configured map[conf:[map[port:81]]]", stack: "NotInstalled Installed Configured"},
		{name: "enter, undone", before: "enter Installed", step: "enter Configured conf/port=8080", fail: "enter Configured",
			shown: "enter Configured on NotInstalled Installed",
			then:  "leave Configured", ran: "leave Configured map[conf:[map[port:8080]]]", stack: "NotInstalled Installed"},
		{name: "leave, tried again", before: upToConfigured, step: "leave Configured", fail: "leave Configured",
			shown: "leave Configured on NotInstalled Installed Configured",
			then:  "leave Configured", ran: "leave Configured map[conf:[map[port:8080]]]", stack: "NotInstalled Installed"},
		{name: "leave, undone", before: upToConfigured, step: "leave Configured", fail: "leave Configured",
			shown: "leave Configured on NotInstalled Installed Configured",
			then:  "enter Configured", ran: "enter Configured map[conf:[map[port:8080]]]", stack: "NotInstalled Installed Configured"},
		{name: "cross, tried again", before: upToConfigured, step: "call Configured.create_document_root", fail: "cross Configured",
			shown: "call Configured.create_document_root on NotInstalled Installed Configured",
			then:  "call Configured.create_document_root",
			ran:   "call create_document_root map[document_root:[map[path:/var/www/]]], cross Configured map[reload:true]", stack: "NotInstalled Installed Configured"},
		{name: "cross, undone", before: upToConfigured, step: "call Configured.create_document_root", fail: "cross Configured",
			shown: "call Configured.create_document_root on NotInstalled Installed Configured",
			then:  "leave Configured", ran: "leave Configured map[conf:[map[port:8080]]]", stack: "NotInstalled Installed"},
	} {
		for _, restart := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				tr, store := &trace{}, lifecycle.NewMemory()
				l := tr.webServer()
				l.States[2].Leave = func(_ context.Context, c *lifecycle.Call) error { return tr.did("leave Configured", c.Inputs) }
				e := newEngine(t, l, store)
				mustDo(t, e, tt.before)
				tr.fail = map[string]error{tt.fail: errBroken, "leave Configured": errBroken}
				if _, err := do(e, tt.step); !errors.Is(err, errBroken) {
					t.Fatalf("%s gave %v", tt.step, err)
				}
				if restart {
					e = newEngine(t, l, store)
				}
				s := e.Stack()
				if s.Fault == nil {
					t.Fatal("no fault is shown")
				}
				if shown := s.Fault.Step.Name() + " on " + strings.Join(s.Names(), " "); shown != tt.shown {
					t.Errorf("shown is %s, want %s", shown, tt.shown)
				}
				tr.fail, tr.ran = nil, nil
				if problems := e.Check(context.Background(), spec.Work{Lifecycle: "WebServer", Steps: steps(tt.then)}); problems != nil {
					t.Errorf("%s is refused: %v", tt.then, problems)
				}
				mustDo(t, e, tt.then)
				if got := strings.Join(tr.ran, ", "); got != tt.ran || applied(e) != tt.stack || e.Stack().Fault != nil {
					t.Errorf("ran %s, want %s; stack %s, want %s; fault %v", got, tt.ran, applied(e), tt.stack, e.Stack().Fault)
				}
			})
		}
	}
}

func TestARouteRepairsWhatFailed(t *testing.T) {
	for _, tt := range []struct{ name, before, fail, to, want string }{
		{"entered again", "enter Installed, enter Configured", "enter Configured", "Active", "enter Configured, enter Active"},
		{"left before going elsewhere", "enter Installed, enter Configured", "enter Configured", "NotInstalled", "leave Configured, leave Installed"},
		{"left where one stays", "enter Installed, enter Configured", "enter Configured", "Installed", "leave Configured"},
		{"left again", "enter Installed, enter Configured, leave Configured", "leave Configured", "Installed", "leave Configured"},
		{"entered again where one stays", "enter Installed, enter Configured, leave Configured", "leave Configured", "Configured", "enter Configured"},
		{"a call needs nothing undone", "enter Installed, enter Configured, enter Active", "enter Active", "Configured/create_document_root", "call Configured.create_document_root"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := &trace{fail: map[string]error{tt.fail: errBroken}}
			e := newEngine(t, tr.webServer(), nil)
			do(e, tt.before)
			tr.fail = nil
			r, err := e.Route(context.Background(), spec.RouteQuery{Provide: spec.Path("/web1/WebServer/" + tt.to)})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, s := range r.Steps {
				names = append(names, s.Name())
			}
			if got := strings.Join(names, ", "); got != tt.want {
				t.Errorf("the route is %s, want %s", got, tt.want)
			}
			if _, err := e.Preview(t.Context(), spec.Work{Lifecycle: "WebServer", From: r.From, Steps: r.Steps}); err != nil {
				t.Error(err)
			}
			mustDo(t, e, strings.Join(names, ", "))
			if diff := cmp.Diff(r.After, e.Applied()); diff != "" {
				t.Errorf("stack, -want +got:\n%s", diff)
			}
			if !strings.Contains(tt.to, "/") && e.Stack().Fault != nil {
				t.Errorf("the fault is %v", e.Stack().Fault)
			}
		})
	}
}

func TestAFaultStaysUntilItIsRepaired(t *testing.T) {
	tr := &trace{fail: map[string]error{"enter Active": errBroken, "call create_document_root": errBroken}}
	e := newEngine(t, tr.webServer(), nil)
	do(e, "enter Installed, enter Configured, enter Active")
	if _, err := do(e, "call Configured.create_document_root"); err == nil {
		t.Fatal("the call did not fail")
	}
	f := e.Stack().Fault
	if f == nil || f.Step.Name() != "call Configured.create_document_root" || f.Earlier == nil || f.Earlier.Step.Name() != "enter Active" {
		t.Fatalf("the fault is %+v", f)
	}
	tr.fail = nil
	mustDo(t, e, "call Configured.create_document_root")
	if f := e.Stack().Fault; f == nil || f.Step.Name() != "enter Active" || f.Earlier != nil {
		t.Errorf("after the call the fault is %+v", f)
	}
	mustDo(t, e, "leave Active")
	if f := e.Stack().Fault; f != nil {
		t.Errorf("after all was repaired the fault is %+v", f)
	}
}

func TestAStateEnteredAgainTakesNoValues(t *testing.T) {
	tr := &trace{fail: map[string]error{"leave Configured": errBroken}}
	e := newEngine(t, tr.webServer(), nil)
	do(e, "enter Installed, enter Configured, leave Configured")
	if _, err := do(e, "enter Configured conf/port=1"); spec.KindOf(err) != spec.Invalid {
		t.Errorf("error is %v", err)
	}
}

func TestAStepHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context, _ *lifecycle.Call) error {
			<-ctx.Done()
			return ctx.Err()
		}
		l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B", Enter: slow}}}
		e, err := lifecycle.New(l, lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "web1"}, Limit: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err = do(e, "enter B")
		if spec.KindOf(err) != spec.Timeout || err.Error() != "/web1/L/B: cannot enter B: it took longer than 1m0s" || time.Since(began) != time.Minute {
			t.Errorf("after %v: %v of kind %q", time.Since(began), err, spec.KindOf(err))
		}
		if f := e.Stack().Fault; f == nil || f.Err.Kind != spec.Timeout {
			t.Errorf("the fault is %+v", f)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = doStep(ctx, e, "r", steps("enter B")[0], lifecycle.Sink{})
		if spec.KindOf(err) != spec.Timeout || !strings.HasSuffix(err.Error(), "it took too long") {
			t.Errorf("a caller in a hurry is told %v", err)
		}
	})
}

func TestTheInitialStateIsEnteredOnce(t *testing.T) {
	tr, store := &trace{}, lifecycle.NewMemory()
	l := tr.webServer()
	l.States[0] = tr.state("NotInstalled", spec.Require{Name: "base", Vars: []spec.Variable{{Name: "dir", Type: spec.Type{Kind: spec.KindStr}, Default: "/srv"}}})
	e := newEngine(t, l, store)
	if len(tr.ran) != 0 || applied(e) != "NotInstalled" {
		t.Errorf("loading did %v", tr.ran)
	}
	tr.fail = map[string]error{"enter NotInstalled": errBroken}
	if _, err := do(e, "enter Installed"); err == nil || !strings.Contains(err.Error(), "cannot enter NotInstalled: it broke") {
		t.Errorf("error is %v", err)
	}
	if f := e.Stack().Fault; f == nil || f.Step.Name() != "enter NotInstalled" || applied(e) != "NotInstalled" {
		t.Errorf("stack is %s, the fault %+v", applied(e), f)
	}
	tr.fail, tr.ran = nil, nil
	mustDo(t, newEngine(t, l, store), "enter Installed, leave Installed, enter Installed")
	e = newEngine(t, l, store)
	mustDo(t, e, "leave Installed, enter Installed")
	want := []string{"enter NotInstalled map[base:[map[dir:/srv]]]", "enter Installed", "leave Installed", "enter Installed", "leave Installed", "enter Installed"}
	if diff := cmp.Diff(want, tr.ran); diff != "" {
		t.Errorf("ran, -want +got:\n%s", diff)
	}
	if s := e.Stack(); len(s.Applied) != 2 || s.Applied[0].Inputs["base"][0]["dir"] != "/srv" || s.Fault != nil {
		t.Errorf("the stack is %+v", s)
	}
}

func TestWhatCouldNotBeRecordedIsRecordedFirst(t *testing.T) {
	tr := &trace{}
	store := &failing{Memory: lifecycle.NewMemory(), end: errors.New("disk full")}
	e := newEngine(t, tr.webServer(), store)
	do(e, "enter Installed")
	tr.ran = nil
	if _, err := do(e, "enter Configured"); err == nil || !strings.Contains(err.Error(), "so nothing else is done: disk full") || len(tr.ran) != 0 {
		t.Errorf("error %v, ran %v", err, tr.ran)
	}
	store.end = nil
	mustDo(t, e, "enter Configured")
	if again := newEngine(t, tr.webServer(), store); applied(again) != "NotInstalled Installed Configured" || again.Stack().Fault != nil || e.Stack().Fault != nil {
		t.Errorf("after a restart: %s, fault %v", applied(again), again.Stack().Fault)
	}
}
