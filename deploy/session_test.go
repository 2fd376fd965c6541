package deploy_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

var sizeOfA = resolver.Key{Node: "./On.go.parts[a]", Kind: resolver.AskValue, Name: "Part/On/go/conf/size"}

func TestAnswersCanBeTakenBack(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a", "b")
	s := fleettest.Planned(t, f, "a", "b")
	value := func() any { return s.Result().Question(sizeOfA).Value }
	s.Answer(sizeOfA, resolver.Text("8"))
	if value() != 8 {
		t.Fatalf("size is %v", value())
	}
	s.Answer(sizeOfA, resolver.Text("many"))
	if q := s.Result().Question(sizeOfA); q.Status != resolver.Wrong || s.Result().Plan != nil {
		t.Errorf("%+v", q)
	}
	steps := []struct {
		do   func() bool
		want any
	}{{s.Undo, 8}, {s.Undo, 3}, {s.Redo, 8}}
	for i, step := range steps {
		if ok := step.do(); !ok || value() != step.want {
			t.Errorf("step %d: %v, size %v, want %v", i, ok, value(), step.want)
		}
	}
	s.Clear(sizeOfA)
	if value() != 3 {
		t.Errorf("size is %v", value())
	}
	if s.Undo(); value() != 8 {
		t.Errorf("size is %v", value())
	}
}

// TestTheNewerQuestionWins has a host asked, moved on and asked again, and the answers
// come in either order.
func TestTheNewerQuestionWins(t *testing.T) {
	for _, oldFirst := range []bool{true, false} {
		f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a")
		s := fleettest.Planned(t, f, "a")
		s.Forget()
		var old []deploy.Learned
		for s.Dirty() {
			l := s.Fetch(t.Context())()
			s.Learn(l)
			old = append(old, l)
		}
		carryOut(t, fleettest.Planned(t, f, "a"))
		s.Forget()
		newer := s.Fetch(t.Context())()
		if !oldFirst {
			s.Learn(newer)
			if err := s.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, l := range old {
			s.Learn(l)
		}
		s.Learn(newer)
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, task := range s.Result().Plan.Tasks {
			if want := f.StackOf(t, task.Host, task.Lifecycle); !slices.Equal(task.From, want) {
				t.Errorf("old answer first %v: %s is planned from %v, and is at %v", oldFirst, task.ID, task.From, want)
			}
		}
	}
}

func TestAcceptTakesSuggestionsOnly(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a")
	s := deploy.NewSession(f, "//Whole//go")
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("main"))
	for {
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.Accept() == 0 {
			break
		}
	}
	missing, _, _ := s.Result().Counts()
	if missing != 1 || s.Result().Plan != nil {
		t.Errorf("%d missing; where the parts are has no suggestion", missing)
	}
}

// What was typed for one node is offered to another one, and only taken by who chooses it.
func TestAcceptLeavesWhatWasTypedForAnotherNode(t *testing.T) {
	site := &lifecycle.Lifecycle{Name: "Site", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Provides: []*lifecycle.Provide{{Name: "start",
		Provide: spec.Provide{Requires: []spec.Require{{Name: "vhost", Vars: []spec.Variable{{Name: "name", Type: spec.Type{Kind: spec.KindHostname}}}}}}}}}}}
	farm := &lifecycle.Lifecycle{Name: "Farm", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Provides: []*lifecycle.Provide{{Name: "go",
		Provide: spec.Provide{Requires: []spec.Require{{Name: "sites", Kind: spec.External, Nargs: spec.Nargs{Max: spec.Many}, Pattern: "//Site//start"}}}}}}}}
	s := deploy.NewSession(fleettest.New(t, []*lifecycle.Lifecycle{site, farm}, "a", "b"), "//Farm//go")
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("a"))
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHosts, Name: "On.go.sites"}, resolver.Text("a,b"))
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	name := func(node resolver.NodeID) resolver.Key {
		return resolver.Key{Node: node, Kind: resolver.AskValue, Name: "Site/On/start/vhost/name"}
	}
	s.Answer(name("./On.go.sites[a]"), resolver.Text("www.example.org"))
	s.Accept()
	q := s.Result().Question(name("./On.go.sites[b]"))
	if q.Value != nil || q.Status != resolver.Missing || q.Acceptable() != nil {
		t.Errorf("%+v", q)
	}
	want := []resolver.Suggestion{{Value: "www.example.org", Why: "you typed it for a", Choice: true}}
	if diff := cmp.Diff(want, q.Suggestions); diff != "" {
		t.Error(diff)
	}
}

func TestRulesApplyToQuestionsThatComeLater(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a", "b")
	s := deploy.NewSession(f, "//Whole//go")
	for _, err := range []error{s.Set("//conf/size", "5"), s.Set("/b/Part//size", "6"), s.Set("//nothing", "1")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.SetHosts("parts", "a, b")
	s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("main"))
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	ofB := sizeOfA
	ofB.Node = "./On.go.parts[b]"
	if a, b := s.Result().Question(sizeOfA).Value, s.Result().Question(ofB).Value; a != 5 || b != 6 {
		t.Errorf("sizes %v and %v", a, b)
	}
	if diff := cmp.Diff([]string{"//nothing"}, s.UnusedRules()); diff != "" {
		t.Error(diff)
	}
}

func TestParseSet(t *testing.T) {
	for _, c := range []struct{ text, pattern, value string }{
		{"//WebServer//conf/port=8080", "//WebServer//conf/port", "8080"},
		{"//a[@label='x=y']/b=c=d", "//a[@label='x=y']/b", "c=d"},
		{"a=", "a", ""},
	} {
		p, v, err := deploy.ParseSet(c.text)
		if err != nil || string(p) != c.pattern || v != c.value {
			t.Errorf("%q: %q %q %v", c.text, p, v, err)
		}
	}
	for _, bad := range []string{"", "=x", "port"} {
		if _, _, err := deploy.ParseSet(bad); spec.KindOf(err) != spec.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSavedAnswersReplayToTheSamePlan(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a", "b")
	keys := seal.KeyFile{Path: filepath.Join(t.TempDir(), "sub", "key")}
	s := fleettest.Planned(t, f, "b", "a")
	pass := resolver.Key{Node: "./On.go.parts[a]", Kind: resolver.AskValue, Name: "Part/On/go/conf/pass"}
	s.Answer(sizeOfA, resolver.Text("9"))
	s.Answer(pass, resolver.Text("s3cret!"))
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := s.SaveAnswers(&file, keys); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file.String(), "s3cret!") {
		t.Errorf("the secret is in the file:\n%s", &file)
	}
	a, err := deploy.LoadAnswers(&file, "f.yaml", keys)
	if err != nil {
		t.Fatal(err)
	}
	again := deploy.NewSession(f, "//Whole//go")
	if err := again.Replay(a); err != nil {
		t.Fatal(err)
	}
	if err := again.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if open := again.Result().Open(); len(open) > 0 {
		t.Errorf("asks again: %+v", open)
	}
	if diff := cmp.Diff(s.Result().Plan, again.Result().Plan); diff != "" {
		t.Error(diff)
	}
	if got := again.Result().Question(pass).Value; got != value.Secret("s3cret!") {
		t.Errorf("the secret came back as %T", got)
	}
	if err := deploy.NewSession(f, "//Part//go").Replay(a); spec.KindOf(err) != spec.Invalid {
		t.Errorf("for another provide: %v", err)
	}
}

// TestEveryTextComesBackFromAFile saves texts that YAML would take for something
// else, or lose a part of.
func TestEveryTextComesBackFromAFile(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a")
	key := resolver.Key{Node: "./On.go.parts[a]", Kind: resolver.AskValue, Name: "Part/On/go/conf/note"}
	check := func(t testing.TB, text string) {
		t.Helper()
		s := fleettest.Planned(t, f, "a")
		s.Answer(key, resolver.Text(text))
		var file bytes.Buffer
		if err := s.SaveAnswers(&file, nil); err != nil {
			t.Fatal(err)
		}
		saved := file.String()
		a, err := deploy.LoadAnswers(&file, "f", nil)
		if err != nil {
			t.Fatalf("%q does not load again: %v\n%s", text, err, saved)
		}
		want := s.Result().Question(key).Value
		again := deploy.NewSession(f, "//Whole//go")
		err = again.Replay(a)
		if err == nil {
			err = again.Settle(t.Context())
		}
		if got := again.Result().Question(key).Value; err != nil || got != want {
			t.Fatalf("%q came back as %#v %v\n%s", text, got, err, saved)
		}
	}
	for _, text := range []string{"tab\there", "\ttab", "a\r\nb", ".inf", ".nan", "? a", "sealed:foo", "null", "~", "yes", "0x10", "1e3",
		"- a", "a: b", "#", "'", `"`, `\`, "  ", "é", "\u2028", "\U0001F600", "a\x00b", "{}", "[a]", "*x", "&x", "!x", "%x", "@x", "12:30", "2020-01-01", "|", ">"} {
		check(t, text)
	}
	rapid.Check(t, func(r *rapid.T) { check(t, rapid.String().Draw(r, "text")) })
}

func FuzzLoadAnswers(f *testing.F) {
	f.Add([]byte("armonic: 1\nprovide: //A//b\nnodes:\n  .:\n    host: h\n    requires: {x: [a, b], y: 3}\n    values: {p: 1, q: [1, {}], r: null}\n"))
	f.Add([]byte("armonic: 1\nprovide: x\nnodes: {a: {values: {b: 'sealed:zzz'}}}"))
	f.Add([]byte("- - -\n? :"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		a, err := deploy.LoadAnswers(bytes.NewReader(text), "f", nil)
		if err == nil {
			resolver.Resolve(a.Provide, resolver.Facts{}, a.Answers)
		}
	})
}

func TestCatalogueFind(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a")
	c := deploy.ReadCatalogue(t.Context(), f)
	if len(c.Offers) != 2 || len(c.Offers[0].Hosts) != 2 || c.Offers[0].Pattern != "//Part//go" {
		t.Fatalf("%+v", c.Offers)
	}
	if p, note, err := c.Find("part//GO"); err != nil || !strings.Contains(note, string(p)) {
		t.Errorf("%q %q %v", p, note, err)
	}
	if _, _, err := c.Find("//Prt//go"); spec.KindOf(err) != spec.NotFound || !strings.Contains(spec.HintOf(err), "Part") {
		t.Errorf("%v, hint %q", err, spec.HintOf(err))
	}
	if _, _, err := c.Find("//Part"); spec.KindOf(err) != spec.NotFound {
		t.Errorf("a lifecycle is no provide: %v", err)
	}
}
