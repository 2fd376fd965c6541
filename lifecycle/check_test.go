package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// asking is a lifecycle whose state B asks in every way.
func asking() *lifecycle.Lifecycle {
	port := spec.Type{Kind: spec.KindPort}
	str := spec.Type{Kind: spec.KindStr}
	return &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{
		{Name: "A"},
		{Name: "B",
			Requires: []spec.Require{
				{Name: "conf", Vars: []spec.Variable{{Name: "port", Type: port, Default: 80}, {Name: "name", Type: str}}},
				{Name: "pair", Nargs: spec.Nargs{Min: 2, Max: 2}, Vars: []spec.Variable{{Name: "n", Type: spec.Type{Kind: spec.KindInt}, Default: 1}}},
				{Name: "maybe", Nargs: spec.Nargs{Min: 0, Max: 1}, Vars: []spec.Variable{{Name: "x", Type: str}, {Name: "y", Type: str}}},
				{Name: "sites", Kind: spec.External, Nargs: spec.Nargs{Min: 0, Max: spec.Many}, Pattern: "//WebSite//start",
					Args: []spec.Variable{{Name: "path", Type: str}}, Returns: []spec.Variable{{Name: "url", Type: spec.Type{Kind: spec.KindURL}}}},
			},
			Hooks: lifecycle.Hooks{Validate: map[string]func(context.Context, *lifecycle.Call, any) error{
				"conf/port": func(_ context.Context, _ *lifecycle.Call, value any) error {
					if value == 22 {
						return errors.New("22 belongs to sshd")
					}
					if value == 23 {
						panic("23")
					}
					return nil
				},
			}},
			Provides: []*lifecycle.Provide{{Name: "p", Provide: spec.Provide{Requires: []spec.Require{
				{Name: "r", Vars: []spec.Variable{{Name: "v", Type: spec.Type{Kind: spec.KindBool}}}}}}}},
		},
	}}
}

// Whoever plans knows from the route which values the module validates.
func TestARouteSaysWhatIsValidated(t *testing.T) {
	e := newEngine(t, asking(), lifecycle.NewMemory())
	r, err := e.Route(t.Context(), spec.RouteQuery{Provide: "/web1/L/B/p"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range r.Steps {
		for _, req := range s.Requires {
			for _, v := range req.Variables() {
				if v.Validates {
					got = append(got, req.Name+"/"+v.Name)
				}
			}
		}
	}
	if !slices.Equal(got, []string{"conf/port"}) {
		t.Errorf("validated are %v", got)
	}
}

func TestCheckFindsEveryWrongValue(t *testing.T) {
	for _, tt := range []struct {
		name, steps string
		want        []string
	}{
		{"nothing", "enter B conf/name=x", nil},
		{"all that may be given", "enter B conf/name=x conf/port=8080 pair/n=1 pair[1]/n=2 maybe/x=1 maybe/y=2 sites/host=h1 sites/path=/ sites/url=http://h sites[1]/host=h2 sites[1]/path=/ sites[1]/url=http://i", nil},
		{"every variable of every step", "enter B conf/port=abc pair/n=x pair[1]/n=y, call B.p r/v=perhaps", []string{
			`/web1/L/B/enter/conf/port: port must be a whole number, is "abc"`,
			"/web1/L/B/enter/conf/name: name is required",
			`/web1/L/B/enter/pair/n: n must be a whole number, is "x"`,
			`/web1/L/B/enter/pair[1]/n: n must be a whole number, is "y"`,
			`/web1/L/B/p/r/v: v must be yes or no, is "perhaps"`,
		}},
		{"too many and too few sets", "enter B conf/name=x conf[1]/name=y pair/n=1 maybe/x=1 maybe/y=1 maybe[1]/x=1 maybe[1]/y=1", []string{
			"/web1/L/B/enter/conf: conf takes at most 1, has 2",
			"/web1/L/B/enter/pair: pair needs exactly 2, has 1",
			"/web1/L/B/enter/maybe: maybe takes at most 1, has 2",
		}},
		{"a set that is partly filled", "enter B conf/name=x maybe/x=1", []string{"/web1/L/B/enter/maybe/y: y is required"}},
		{"each set of many", "enter B conf/name=x sites/host=h sites/path=/ sites/url=http://h sites[1]/path=/ sites[1]/url=h sites[2]/host=h", []string{
			"/web1/L/B/enter/sites[1]/host: host is required",
			`/web1/L/B/enter/sites[1]/url: url must be a URL such as http://host:80/, is "h"`,
			"/web1/L/B/enter/sites[2]/path: path is required",
			"/web1/L/B/enter/sites[2]/url: url is required",
		}},
		{"names nobody asked for", "enter B conf/name=x conf/prt=1 cnf/port=1", []string{
			"/web1/L/B/enter/conf/prt: conf has no variable prt (it has port, name)",
			"/web1/L/B/enter/cnf: B.enter has no require cnf (it has conf, pair, maybe, sites)",
		}},
		{"what the module refuses", "enter B conf/name=x conf/port=22", []string{"/web1/L/B/enter/conf/port: port: 22 belongs to sshd"}},
		{"a module that panics", "enter B conf/name=x conf/port=23", []string{"/web1/L/B/enter/conf/port: port: panic: 23"}},
		{"steps the stack does not allow", "call B.p r/v=yes, enter C, enter B conf/name=x, call B.q", []string{
			"/web1/L/B/p: cannot call B.p: B is not applied, the current state is A",
			"/web1/L: cannot enter C: there is no state C (the states are A, B)",
			"/web1/L/B: cannot call B.q: B has no provide q",
		}},
		{"leave takes nothing", "enter B conf/name=x, leave B conf/port=1", []string{"/web1/L/B/leave/conf: B.leave has no require conf"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEngine(t, asking(), nil)
			var got []string
			for _, p := range e.Check(context.Background(), spec.Work{Lifecycle: "L", Steps: steps(tt.steps)}) {
				text := p.String()
				if p.Hint != "" {
					text += " (" + p.Hint + ")"
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestValuesToBeReturnedAreCheckedWhenTheyAreKnown(t *testing.T) {
	e := newEngine(t, asking(), nil)
	s := steps("enter B conf/name=x sites/host=h sites/path=/")[0]
	s.Inputs["sites"][0]["url"] = value.Deferred{Node: "./websites", Name: "url"}
	s.Inputs["conf"][0]["port"] = value.Deferred{Node: "./db", Name: "port"}
	if got := e.Check(context.Background(), spec.Work{Lifecycle: "L", From: []string{"A"}, Steps: []spec.Step{s}}); got != nil {
		t.Errorf("check says %v", got)
	}
	_, err := doStep(context.Background(), e, "r", s, lifecycle.Sink{})
	if spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error(), "url is not known yet") || !strings.Contains(err.Error(), "port is not known yet") {
		t.Errorf("do says %v", err)
	}
}

func TestCheckOfAnotherStack(t *testing.T) {
	e := newEngine(t, asking(), nil)
	for _, tt := range []struct {
		from []string
		want int
	}{{[]string{"A", "B"}, 0}, {[]string{"B"}, 1}, {[]string{}, 1}, {[]string{"A", "B", "B"}, 1}, {[]string{"A", "X"}, 1}} {
		got := e.Check(context.Background(), spec.Work{Lifecycle: "L", From: tt.from, Steps: steps("call B.p r/v=no")})
		// The step itself is judged on the current stack when the one given cannot be.
		if (len(got) > 0) != (tt.want > 0) {
			t.Errorf("from %v: %v", tt.from, got)
		}
	}
	if got := e.Check(context.Background(), spec.Work{Lifecycle: "M"}); len(got) != 1 {
		t.Errorf("work for another lifecycle: %v", got)
	}
}

func TestValidateSeesWhatIsPlanned(t *testing.T) {
	l := asking()
	p := l.States[1].Provides[0]
	p.Hooks.Validate = map[string]func(context.Context, *lifecycle.Call, any) error{
		"r/v": func(_ context.Context, c *lifecycle.Call, _ any) error {
			in, ok := c.Entered("B")
			if !ok || in["conf"][0]["port"] != 8080 {
				return errors.New("B has no port 8080")
			}
			return nil
		},
	}
	e := newEngine(t, l, nil)
	if got := e.Check(context.Background(), spec.Work{Lifecycle: "L", Steps: steps("enter B conf/name=x conf/port=8080, call B.p r/v=yes")}); got != nil {
		t.Errorf("check says %v", got)
	}
	if got := e.Check(context.Background(), spec.Work{Lifecycle: "L", Steps: steps("enter B conf/name=x, call B.p r/v=yes")}); len(got) != 1 {
		t.Errorf("check says %v, want that the port is another", got)
	}
}

func TestArmonicFillsWhatItKnows(t *testing.T) {
	var got spec.Set
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B",
		Requires: []spec.Require{{Name: "r", Vars: []spec.Variable{
			{Name: "me", Type: spec.Type{Kind: spec.KindThisHost}},
			{Name: "all", Type: spec.Type{Kind: spec.KindHosts}},
			{Name: "first", Type: spec.Type{Kind: spec.KindFirstInstance}},
			{Name: "opt", Type: spec.Type{Kind: spec.KindInt}, Optional: true},
		}}},
		Enter: func(_ context.Context, c *lifecycle.Call) error { got = c.Inputs["r"][0]; return nil }}}}
	mustDo(t, newEngine(t, l, nil), "enter B")
	want := spec.Set{"me": "web1", "all": []any{"web1"}, "first": true, "opt": nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPreview(t *testing.T) {
	tr := &trace{}
	l := tr.webServer()
	l.States = append(l.States, &lifecycle.State{Name: "Idle", Provides: []*lifecycle.Provide{{Name: "nothing"}}})
	work := spec.Work{Lifecycle: "WebServer", Steps: steps("enter Installed, enter Configured, enter Active, call Active.start, enter Idle, call Idle.nothing, leave Idle")}
	for _, simulated := range []bool{false, true} {
		e, err := lifecycle.New(l, lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h", Simulated: simulated}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Preview(t.Context(), work)
		if err != nil || len(got) != len(work.Steps) {
			t.Fatalf("%d steps, error %v", len(got), err)
		}
		for i, p := range got {
			if want := !simulated && i < 4; p.Unpredictable != want || p.Step.Name() != work.Steps[i].Name() {
				t.Errorf("step %d, %s: unpredictable is %v (simulated %v)", i, p.Step.Name(), p.Unpredictable, simulated)
			}
		}
		if len(tr.ran) != 0 || applied(e) != "NotInstalled" {
			t.Errorf("a preview did %v", tr.ran)
		}
	}
	_, err := newEngine(t, l, nil).Preview(t.Context(), spec.Work{Lifecycle: "WebServer", Steps: steps("enter Active")})
	if spec.KindOf(err) != spec.Conflict {
		t.Errorf("an impossible step gave %v", err)
	}
}

// What a lifecycle would change is seen by those whose work comes after it, with what is not
// known of it.
func TestPreviewOfSeveralLifecycles(t *testing.T) {
	enter := func(name string, unknown bool) func(context.Context, *lifecycle.Call) error {
		return func(_ context.Context, c *lifecycle.Call) error {
			host := c.Preview.Host.Get("host", func() any { return &[]string{} }).(*[]string)
			c.Preview.Change(spec.Change{What: fmt.Sprint(name, " after ", *host)})
			*host = append(*host, name)
			if unknown {
				c.Preview.Unknown("a command")
			}
			return nil
		}
	}
	engine := func(name string, unknown bool) *lifecycle.Engine {
		return newEngine(t, &lifecycle.Lifecycle{Name: name, Previews: true, States: []*lifecycle.State{{Name: "Off"},
			{Name: "On", Enter: enter(name+".On", unknown)}, {Name: "Up", Enter: enter(name+".Up", false)}}}, nil)
	}
	a, b := engine("A", false), engine("B", true)
	var f lifecycle.Forecast
	var got []string
	for _, w := range []struct {
		e    *lifecycle.Engine
		from []string
		does string
	}{
		{a, []string{"Off"}, "enter On"},
		{b, []string{"Off"}, "enter On"},
		{a, []string{"Off", "On"}, "enter Up"},
		{b, []string{"Off", "On"}, "enter Up"},
	} {
		shown, err := f.Preview(t.Context(), w.e, spec.Work{Lifecycle: w.e.Name(), From: w.from, Steps: steps(w.does)})
		if err != nil || len(shown) != 1 || len(shown[0].Changes) != 1 {
			t.Fatalf("%s: %v, %v", w.does, shown, err)
		}
		got = append(got, strings.TrimSpace(shown[0].Changes[0].What+" "+shown[0].Why))
	}
	want := []string{"A.On after []", "B.On after [A.On] a command", "A.Up after [A.On B.On] what B does on this host before is not known", "B.Up after [A.On B.On A.Up] a command"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if now := applied(a); now != "Off" {
		t.Errorf("A is %s after a preview", now)
	}
}
