package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

func TestRoute(t *testing.T) {
	for _, tt := range []struct {
		name, applied, provide, from string
		index                        int
		want, after                  string
	}{
		{name: "to a provide", provide: "Active/start", want: "enter Installed, enter Configured(conf), enter Active, call Active.start",
			after: "NotInstalled Installed Configured Active"},
		{name: "the call asks last", provide: "Configured/create_document_root", want: "enter Installed, enter Configured(conf), call Configured.create_document_root(document_root)",
			after: "NotInstalled Installed Configured"},
		{name: "from a given stack", provide: "Active/start", from: "NotInstalled Installed Configured", want: "enter Active, call Active.start",
			after: "NotInstalled Installed Configured Active"},
		{name: "from the current one", applied: "enter Installed", provide: "Configured", want: "enter Configured(conf)", after: "NotInstalled Installed Configured"},
		{name: "a state in the stack is not left for its provide", from: "NotInstalled Installed Configured Active", provide: "Configured/create_document_root",
			want: "call Configured.create_document_root(document_root)", after: "NotInstalled Installed Configured Active"},
		{name: "but gone back to for itself", from: "NotInstalled Installed Configured Active", provide: "Installed", want: "leave Active, leave Configured", after: "NotInstalled Installed"},
		{name: "to where one stands", provide: "NotInstalled", want: "", after: "NotInstalled"},
		{name: "enter is the state itself", provide: "Installed/enter", want: "enter Installed", after: "NotInstalled Installed"},
		{name: "the last path", provide: "Installed", index: -1, want: "enter Installed", after: "NotInstalled Installed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEngine(t, new(trace).webServer(), nil)
			mustDo(t, e, tt.applied)
			q := spec.RouteQuery{Provide: spec.Path("/web1/WebServer/" + tt.provide), Index: tt.index}
			if tt.from != "" {
				q.From = strings.Fields(tt.from)
			}
			r, err := e.Route(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range r.Steps {
				text := s.Name()
				for _, req := range s.Requires {
					text += "(" + req.Name + ")"
				}
				got = append(got, text)
			}
			if text := strings.Join(got, ", "); text != tt.want || strings.Join(r.After, " ") != tt.after {
				t.Errorf("route is %s to %v, want %s to %s", text, r.After, tt.want, tt.after)
			}
			if q.From == nil && strings.Join(r.From, " ") != applied(e) {
				t.Errorf("it starts from %v", r.From)
			}
		})
	}
}

func TestRouteDescribesTheProvide(t *testing.T) {
	r, err := newEngine(t, new(trace).webServer(), nil).Route(context.Background(), spec.RouteQuery{Provide: "/web1/WebServer/Active/start"})
	if err != nil || r.Lifecycle != "WebServer" || r.Provide.Path != "/web1/WebServer/Active/start" || r.Provide.Label != "Fake webserver activation" || !r.Provide.Tagged("demo") {
		t.Errorf("route is %+v, error %v", r, err)
	}
}

func TestRouteTakesOneOfSeveralPaths(t *testing.T) {
	l := graph(t, "A>B, A>C, B>D, C>D, C>B")
	for index, want := range map[int]string{0: "enter B, enter D", 1: "enter C, enter D", 2: "enter C, enter B, enter D", -1: "enter C, enter B, enter D", -3: "enter B, enter D"} {
		r, err := newEngine(t, l, nil).Route(context.Background(), spec.RouteQuery{Provide: "/web1/L/D", Index: index})
		var got []string
		for _, s := range r.Steps {
			got = append(got, s.Name())
		}
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("path %d is %v, error %v; want %s", index, got, err, want)
		}
	}
	for _, index := range []int{3, -4} {
		_, err := newEngine(t, l, nil).Route(context.Background(), spec.RouteQuery{Provide: "/web1/L/D", Index: index})
		if spec.KindOf(err) != spec.NotFound || spec.HintOf(err) != "there are 3 paths, counted from 0" {
			t.Errorf("path %d: %v, hint %q", index, err, spec.HintOf(err))
		}
	}
}

func TestRouteRefuses(t *testing.T) {
	for _, tt := range []struct {
		path, from string
		kind       spec.Kind
		want       string
	}{
		{"/web1/WebServer/Nowhere/start", "", spec.NotFound, "there is no state Nowhere in /web1/WebServer"},
		{"/web1/WebServer/Active/stop", "", spec.NotFound, "/web1/WebServer/Active has no provide stop"},
		{"/web1/WebServer/Active/cross", "", spec.NotFound, "has no provide cross"},
		{"/web2/WebServer/Active/start", "", spec.NotFound, "is not of /web1/WebServer"},
		{"/web1/WebServer", "", spec.Invalid, "names no state and no provide"},
		{"/web1/WebServer/Active/start", "Installed", spec.Invalid, "a stack begins with NotInstalled, not Installed"},
		{"/web1/WebServer/Active/start", "NotInstalled Active", spec.Invalid, "NotInstalled > Active is no stack: no transition leads"},
	} {
		q := spec.RouteQuery{Provide: spec.Path(tt.path)}
		if tt.from != "" {
			q.From = strings.Fields(tt.from)
		}
		_, err := newEngine(t, new(trace).webServer(), nil).Route(context.Background(), q)
		if spec.KindOf(err) != tt.kind || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s from %q: %v of kind %q, want %q", tt.path, tt.from, err, spec.KindOf(err), tt.want)
		}
	}
	_, err := newEngine(t, graph(t, "A>B, B:ubuntu"), nil).Route(context.Background(), spec.RouteQuery{Provide: "/web1/L/B"})
	if spec.KindOf(err) != spec.NotFound || spec.HintOf(err) != "B supports ubuntu, this host is debian 12" {
		t.Errorf("for another system: %v, hint %q", err, spec.HintOf(err))
	}
}

func TestSuggestionsBecomeDefaults(t *testing.T) {
	suggest := func(x any, err error) func(context.Context, *lifecycle.Call) (any, error) {
		return func(_ context.Context, c *lifecycle.Call) (any, error) {
			if x == "address" {
				return c.Me.Address, err
			}
			return x, err
		}
	}
	v := func(name string, kind spec.TypeKind, standard any) spec.Variable {
		return spec.Variable{Name: name, Type: spec.Type{Kind: kind}, Default: standard}
	}
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B",
		Requires: []spec.Require{{Name: "r", Vars: []spec.Variable{
			v("name", spec.KindStr, nil), v("zero", spec.KindInt, 5), v("none", spec.KindStr, "kept"),
			v("fails", spec.KindStr, "kept"), v("wrong", spec.KindPort, 80), v("panics", spec.KindStr, "kept"),
		}}},
		Hooks: lifecycle.Hooks{Suggest: map[string]func(context.Context, *lifecycle.Call) (any, error){
			"r/name": suggest("address", nil), "r/zero": suggest("0", nil), "r/none": suggest(nil, nil),
			"r/fails": suggest("x", errors.New("no")), "r/wrong": suggest(70000, nil),
			"r/panics": func(context.Context, *lifecycle.Call) (any, error) { panic("oh") },
		}},
	}}}
	r, err := newEngine(t, l, nil).Route(context.Background(), spec.RouteQuery{Provide: "/web1/L/B"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range r.Steps[0].Requires[0].Vars {
		got = append(got, fmt.Sprint(v.Name, "=", v.Default))
	}
	if text := strings.Join(got, " "); text != "name=localhost zero=0 none=kept fails=kept wrong=80 panics=kept" {
		t.Errorf("defaults are %s", text)
	}
	if l.States[1].Requires[0].Vars[0].Default != nil {
		t.Error("the definition was changed")
	}
}

func TestProvidesAndReachable(t *testing.T) {
	l := graph(t, "A>B, A>C, A>D, C:ubuntu")
	for _, s := range l.States {
		s.Provides = []*lifecycle.Provide{{Name: "p"}}
	}
	e := newEngine(t, l, nil)
	mustDo(t, e, "enter B")
	var got []string
	for _, p := range e.Provides() {
		got = append(got, fmt.Sprint(p.Path, " ", e.Reachable(p.Path.State())))
	}
	// D is on another branch, C on another system.
	if text := strings.Join(got, ", "); text != "/web1/L/A/p true, /web1/L/B/p true, /web1/L/C/p false, /web1/L/D/p true" {
		t.Errorf("provides are %s", text)
	}
}
