//nolint:thelper // these are the tests themselves, not helpers of tests
package agenttest

import (
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func infoNamesTheHost(t testing.TB, a spec.Agent) {
	info, err := a.Info(t.Context())
	if err != nil || info.Host != Host || info.Busy != "" || info.Queue != 0 {
		t.Errorf("info is %+v, error %v", info, err)
	}
}

func providesMatch(t testing.TB, a spec.Agent) {
	for _, tt := range []struct {
		pattern spec.Pattern
		want    string
	}{
		{"//echo", "/host1/Bench/Off/echo /host1/Forked/Right/echo"},
		{"Bench//start", "/host1/Bench/On/start"},
		{"/host1/Bench/Off/*", "/host1/Bench/Off/echo /host1/Bench/Off/fail /host1/Bench/Off/wait /host1/Bench/Off/panic /host1/Bench/Off/count /host1/Bench/Off/password"},
		{"//*[contains(@tags, 'demo')]", "/host1/Bench/Off/echo"},
		{"//enter", ""},
		{"//Bench", ""},
		{"/host2//echo", ""},
		{"//nothing", ""},
	} {
		provides, err := a.Provides(t.Context(), tt.pattern)
		var got []string
		for _, p := range provides {
			got = append(got, string(p.Path))
		}
		if text := strings.Join(got, " "); err != nil || text != tt.want {
			t.Errorf("provides %s are %q, error %v; want %q", tt.pattern, text, err, tt.want)
		}
	}
	provides, err := a.Provides(t.Context(), "//Bench//echo")
	if err != nil || len(provides) != 1 {
		t.Fatalf("%d provides, error %v", len(provides), err)
	}
	p := provides[0]
	if p.Label != "Say it back" || !p.Tagged("demo") || len(p.Requires) != 1 || len(p.Requires[0].Vars) != 1 || len(p.Returns) != 1 {
		t.Errorf("the description is not whole: %+v", p)
	}
}

func wrongPattern(t testing.TB, a spec.Agent) {
	_, err := a.Provides(t.Context(), "//x[")
	wantKind(t, err, spec.Invalid, "//x[")
}

func routeLeads(t testing.TB, a spec.Agent) {
	r, err := a.Route(t.Context(), spec.RouteQuery{Provide: "/host1/Bench/On/start"})
	if err != nil {
		t.Fatal(err)
	}
	if got := stepNames(r.Steps); got != "enter Ready, enter On, call On.start" {
		t.Errorf("steps are %s", got)
	}
	if !slices.Equal(r.From, []string{"Off"}) || !slices.Equal(r.After, []string{"Off", "Ready", "On"}) || r.Lifecycle != "Bench" || r.Provide.Path != "/host1/Bench/On/start" {
		t.Errorf("route is %+v", r)
	}
	conf := r.Steps[0].Requires[0]
	if mode, ok := conf.Variable("mode"); !ok || mode.Default != "good on host1" {
		t.Errorf("entering asks %+v, without the module's suggestion", conf)
	}
}

func routeFromGivenStack(t testing.TB, a spec.Agent) {
	for _, tt := range []struct{ provide, from, want, after string }{
		{"Bench/On/start", "Off Ready", "enter On, call On.start", "Off Ready On"},
		{"Bench/Off/echo", "Off Ready On", "call Off.echo", "Off Ready On"},
		{"Bench/Off", "Off Ready On", "leave On, leave Ready", "Off"},
		{"Forked/Right/echo", "Base Left LeftTop", "leave LeftTop, leave Left, enter Right, call Right.echo", "Base Right"},
	} {
		r, err := a.Route(t.Context(), spec.RouteQuery{Provide: spec.Path("/host1/" + tt.provide), From: strings.Fields(tt.from)})
		if got := stepNames(r.Steps); err != nil || got != tt.want || strings.Join(r.After, " ") != tt.after {
			t.Errorf("from %s to %s: %s, error %v; want %s", tt.from, tt.provide, got, err, tt.want)
		}
	}
	_, err := a.Route(t.Context(), spec.RouteQuery{Provide: "/host1/Bench/On/start", From: []string{"Off", "On"}})
	wantKind(t, err, spec.Invalid, "Off > On")
}

func routeNotFound(t testing.TB, a spec.Agent) {
	for _, p := range []spec.Path{"/host1/Nothing/On/start", "/host1/Bench/Gone/start", "/host1/Bench/On/stop"} {
		_, err := a.Route(t.Context(), spec.RouteQuery{Provide: p})
		wantKind(t, err, spec.NotFound)
	}
	_, err := a.Route(t.Context(), spec.RouteQuery{Provide: "/host1/Bench/On/start", Index: 1})
	wantKind(t, err, spec.NotFound)
}

// wrongWork has five mistakes in two steps.
func wrongWork() spec.Work {
	return spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
		enter("Ready", spec.Inputs{
			"conf":  {{"port": "70000", "prt": "80"}},
			"names": {{"name": "a"}, {}},
			"cnf":   {{"port": "80"}},
		}),
		call("fail", nil),
	}}
}

func wrongPaths() []string {
	return []string{
		"/host1/Bench/Ready/enter/conf/port",
		"/host1/Bench/Ready/enter/conf/prt",
		"/host1/Bench/Ready/enter/names[1]/name",
		"/host1/Bench/Ready/enter/cnf",
		"/host1/Bench/Off/fail/with/message",
	}
}

func checkListsAll(t testing.TB, a spec.Agent) {
	problems, err := a.Check(t.Context(), wrongWork())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, string(p.Path))
		if p.Msg == "" {
			t.Errorf("the problem of %s says nothing", p.Path)
		}
	}
	if want := wrongPaths(); !slices.Equal(got, want) {
		t.Errorf("problems are at\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	right := spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{enter("Ready", one("conf", "port", "8080"))}}
	if problems, err := a.Check(t.Context(), right); err != nil || len(problems) > 0 {
		t.Errorf("of right work: %v, error %v", problems, err)
	}
	_, err = a.Check(t.Context(), spec.Work{Lifecycle: "Nothing"})
	wantKind(t, err, spec.NotFound, "Nothing")
}

func checkAcceptsDeferred(t testing.TB, a spec.Agent) {
	later := value.Deferred{Node: "./conf", Name: "port"}
	work := spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{enter("Ready", one("conf", "port", later))}}
	if problems, err := a.Check(t.Context(), work); err != nil || len(problems) > 0 {
		t.Errorf("problems are %v, error %v", problems, err)
	}
	if previews, err := a.Preview(t.Context(), work); err != nil || len(previews) != 1 {
		t.Errorf("previews are %v, error %v", previews, err)
	}
}

func previewInOrder(t testing.TB, a spec.Agent) {
	steps := []spec.Step{enter("Ready", nil), enter("On", nil), {Action: spec.Call, State: "On", Provide: "start"}}
	previews, err := a.Preview(t.Context(), spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: steps})
	var got []spec.Step
	for _, p := range previews {
		got = append(got, p.Step)
	}
	if err != nil || stepNames(got) != stepNames(steps) {
		t.Errorf("previews are of %s, error %v", stepNames(got), err)
	}
	wantStack(t, a, "Bench", "Off")
}

func stacksListAll(t testing.TB, a spec.Agent) {
	stacks, err := a.Stacks(t.Context())
	if err != nil || len(stacks) != 2 {
		t.Fatalf("%d stacks, error %v", len(stacks), err)
	}
	s := stacks[0]
	if s.Path != "/host1/Bench" || s.Doc == "" || strings.Join(s.States, " ") != "Off Ready On" || len(s.Transitions) != 2 || s.Top() != "Off" {
		t.Errorf("the first stack is %+v", s)
	}
}

func describesResources(t testing.TB, a spec.Agent) {
	for _, tt := range []struct {
		pattern spec.Pattern
		want    string
	}{
		{"/*", "location /host1"},
		{"//Bench/*", "state /host1/Bench/Off, state /host1/Bench/Ready, state /host1/Bench/On"},
		{"//*[@resource='lifecycle']", "lifecycle /host1/Bench, lifecycle /host1/Forked"},
		{"//Ready/enter", "provide /host1/Bench/Ready/enter"},
		{"//Ready//port", "variable /host1/Bench/Ready/enter/conf/port"},
		{"//*[@type='port']", "variable /host1/Bench/Ready/enter/conf/port"},
		{"/host2", ""},
	} {
		resources, err := a.Describe(t.Context(), tt.pattern)
		var got []string
		for _, r := range resources {
			got = append(got, r.Kind+" "+string(r.Path))
		}
		if text := strings.Join(got, ", "); err != nil || text != tt.want {
			t.Errorf("%s describes %q, error %v; want %q", tt.pattern, text, err, tt.want)
		}
	}
	for pattern, asks := range map[spec.Pattern]string{"//Off/echo": "say", "//Ready/enter": "conf"} {
		resources, err := a.Describe(t.Context(), pattern)
		if err != nil || len(resources) != 1 {
			t.Fatalf("%s describes %d resources, error %v", pattern, len(resources), err)
		}
		p := resources[0].Provide
		if p == nil || p.Path != resources[0].Path || len(p.Requires) == 0 || p.Requires[0].Name != asks {
			t.Errorf("%s is declared as %+v", pattern, p)
		}
	}
	_, err := a.Describe(t.Context(), "//x[")
	wantKind(t, err, spec.Invalid, "//x[")
}

func pathsInOrder(t testing.TB, a spec.Agent) {
	for _, tt := range []struct{ state, from, want string }{
		{"Bench/On", "", "enter Ready, enter On"},
		{"Bench/On/start", "", "enter Ready, enter On"},
		{"Bench/Ready", "Off Ready", ""},
		{"Bench/Off", "Off Ready On", "leave On, leave Ready"},
		{"Forked/Right", "Base Left LeftTop", "leave LeftTop, leave Left, enter Right"},
	} {
		q := spec.PathsQuery{State: spec.Path("/host1/" + tt.state), Most: 5}
		if tt.from != "" {
			q.From = strings.Fields(tt.from)
		}
		p, err := a.Paths(t.Context(), q)
		if err != nil || len(p.Paths) != 1 || p.More {
			t.Errorf("from %s to %s there are %d paths, more: %v, error %v; want one", tt.from, tt.state, len(p.Paths), p.More, err)
			continue
		}
		if got := stepNames(p.Paths[0]); got != tt.want {
			t.Errorf("from %s to %s: %s; want %s", tt.from, tt.state, got, tt.want)
		}
	}
	_, err := a.Paths(t.Context(), spec.PathsQuery{State: "/host1/Bench/Gone"})
	wantKind(t, err, spec.NotFound, "Gone")
	_, err = a.Paths(t.Context(), spec.PathsQuery{State: "/host1/Bench/On", From: []string{"Off", "On"}})
	wantKind(t, err, spec.Invalid, "Off > On")
}
