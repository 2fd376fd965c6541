package deploy_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// A deployment can be said again, with its own saved answers and with the same rules: the
// states are applied already. Other values for these are named. (A rule about what an applied
// state needs on other hosts fits nothing: these are not looked at.)
func TestADeploymentCanBeSaidAgain(t *testing.T) {
	port := []spec.Require{{Name: "conf", Vars: []spec.Variable{{Name: "port", Type: spec.Type{Kind: spec.KindPort}}}}}
	site := &lifecycle.Lifecycle{Name: "Site", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Requires: port,
		Enter: func(context.Context, *lifecycle.Call) error { return nil }, Provides: []*lifecycle.Provide{{Name: "go"}}}}}
	sites := spec.Require{Name: "sites", Kind: spec.External, Pattern: "//Site//go", Nargs: spec.Nargs{Min: 0, Max: spec.Many}}
	front := &lifecycle.Lifecycle{Name: "Front", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Requires: []spec.Require{sites},
		Enter: func(context.Context, *lifecycle.Call) error { return nil }, Provides: []*lifecycle.Provide{{Name: "go"}}}}}
	f := fleettest.New(t, []*lifecycle.Lifecycle{site, front}, "a", "b", "c")
	plan := func(hosts, port string) *deploy.Session {
		t.Helper()
		s := deploy.NewSession(f, "//Front//go")
		s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("a"))
		if hosts != "" {
			s.SetHosts("sites", hosts)
		}
		if port != "" {
			if err := s.Set("//Site//conf/port", port); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	s := plan("b,c", "80")
	settle(t, s)
	if b := s.Blocking(); len(b) > 0 {
		t.Fatalf("%+v", b)
	}
	var saved bytes.Buffer
	if err := s.SaveAnswers(&saved, nil); err != nil {
		t.Fatal(err)
	}
	if e := carryOut(t, s); !e.OK {
		t.Fatalf("%+v", e)
	}
	for name, c := range map[string]struct{ hosts, port, file, want string }{
		"the same rules":  {"b,c", "", "", ""},
		"the saved file":  {"", "", saved.String(), ""},
		"other hosts":     {"b", "", "", ""},
		"a file of hosts": {"", "", strings.Replace(saved.String(), "- c", "- a", 1), "question /a/Site/On/enter/conf/port"},
	} {
		s := plan(c.hosts, c.port)
		if c.file != "" {
			file, err := deploy.LoadAnswers(strings.NewReader(c.file), "saved", nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Replay(file); err != nil {
				t.Fatal(err)
			}
		}
		settle(t, s)
		got := ""
		for _, b := range s.Blocking() {
			switch {
			case b.Standing != nil:
				got += b.Standing.Text + ": " + string(b.Standing.State)
			case b.Question != nil:
				got += "question " + string(b.Question.Path)
			case b.Problem != nil:
				got += b.Problem.Msg
			default:
				got += "unused " + b.Unused
			}
		}
		again := strings.HasPrefix(name, "other") || strings.HasPrefix(name, "a file")
		if (len(s.Again()) == 1) != again {
			t.Errorf("%s: entered again are %v", name, s.Again())
		}
		if unused := s.UnusedReplayed(false); got != c.want || len(unused) > 0 || !again && len(s.Standing()) == 0 {
			t.Errorf("%s: blocked by %q, want %q; unused %q; standing %+v", name, got, c.want, unused, s.Standing())
		}
	}
}

// A value for several hosts is for all of them on which a state is applied. Of two rules the
// later one counts.
func TestAnotherValueForSeveralHosts(t *testing.T) {
	port := []spec.Require{{Name: "conf", Vars: []spec.Variable{{Name: "port", Type: spec.Type{Kind: spec.KindPort}}}}}
	enter := func(context.Context, *lifecycle.Call) error { return nil }
	site := &lifecycle.Lifecycle{Name: "Site", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Requires: port, Enter: enter, Provides: []*lifecycle.Provide{{Name: "go"}}}}}
	sites := []spec.Require{{Name: "sites", Kind: spec.External, Pattern: "//Site//go", Nargs: spec.Nargs{Max: spec.Many}}}
	all := &lifecycle.Lifecycle{Name: "All", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Provides: []*lifecycle.Provide{{Name: "go", Provide: spec.Provide{Requires: sites}}}}}}
	f := fleettest.New(t, []*lifecycle.Lifecycle{site, all}, "a", "b", "c")
	plan := func(rules ...string) *deploy.Session {
		t.Helper()
		s := deploy.NewSession(f, "//All//go")
		s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("a"))
		s.SetHosts("sites", "a,b,c")
		for _, r := range rules {
			pattern, value, err := deploy.ParseSet(r)
			if err == nil {
				err = s.Set(pattern, value)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		settle(t, s)
		if b := s.Blocking(); len(b) > 0 {
			t.Fatalf("%q: %+v", rules, b)
		}
		return s
	}
	if e := carryOut(t, plan("//Site//conf/port=80")); !e.OK {
		t.Fatalf("%+v", e)
	}
	for want, rules := range map[string][]string{
		"":                                 {"//Site//conf/port=80"},
		"/a/Site/On /b/Site/On /c/Site/On": {"//Site//conf/port=81"},
		"/b/Site/On":                       {"/b/Site//conf/port=81"},
		"/a/Site/On /c/Site/On":            {"//Site//conf/port=81", "/b/Site//conf/port=80"},
	} {
		var got []string
		for _, state := range plan(rules...).Again() {
			got = append(got, string(state))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: entered again are %q, want %s", rules, got, want)
		}
	}
}

func settle(t *testing.T, s *deploy.Session) {
	t.Helper()
	for {
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.Accept() == 0 {
			return
		}
	}
}
