package deploy_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Other front ends are told all that those of Armonic show of a question.
func TestQuestionsAreData(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a", "b")
	s := fleettest.Planned(t, f, "b", "a")
	pass := resolver.Key{Node: "./On.go.parts[a]", Kind: resolver.AskValue, Name: "Part/On/go/conf/pass"}
	s.Answer(pass, resolver.Text("s3cret!"))
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := map[resolver.Key]deploy.QuestionData{}
	for _, q := range s.Questions() {
		asked[resolver.Key{Node: q.Node, Kind: q.Kind, Name: q.Name}] = q
	}
	if len(asked) != len(s.Result().Questions) {
		t.Errorf("%d of %d questions are told apart", len(asked), len(s.Result().Questions))
	}
	hosts := asked[resolver.Key{Node: ".", Kind: resolver.AskHosts, Name: "On.go.parts"}]
	if hosts.Source != resolver.You || len(hosts.Options) != 3 || hosts.Min == nil || hosts.Max != nil || hosts.ValueType != "hosts" {
		t.Errorf("%+v", hosts)
	}
	size := asked[sizeOfA]
	want := []deploy.ReasonData{
		{Node: ".", Provide: "Whole/On/go", Host: "main"},
		{Node: "./On.go.parts[a]", Require: "On.go.parts", Provide: "Part/On/go", Host: "a"},
	}
	if size.Value != 3 || !size.Open || !size.Required || size.ValueType != "int" || len(size.Suggestions) == 0 || !reflect.DeepEqual(size.Because, want) {
		t.Errorf("%+v", size)
	}
	if got := asked[pass]; got.Value != value.Secret("") || !got.Secret || got.Required {
		t.Errorf("%+v", got)
	}
	text, err := value.JSON(s.Questions())
	if err != nil || strings.Contains(text, "s3cret!") {
		t.Errorf("the secret is told: %v", err)
	}
	if nodes := s.Nodes(); len(nodes) != 3 || nodes[1].Parent != "." || nodes[1].Provide != "Part/On/go" {
		t.Errorf("%+v", nodes)
	}
}

// A node that equals another one says with which it is merged.
func TestMergedNodesAreTold(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a")
	s := fleettest.Planned(t, f, "a", "a")
	var merged []deploy.NodeData
	for _, n := range s.Nodes() {
		if n.MergedWith != "" {
			merged = append(merged, n)
		}
	}
	if len(merged) != 1 || merged[0].Node != "./On.go.parts[a#2]" || merged[0].MergedWith != "./On.go.parts[a]" {
		t.Errorf("%+v", merged)
	}
	for _, q := range s.Questions() {
		if (q.Node == "./On.go.parts[a#2]") != (q.MergedWith != "") {
			t.Errorf("%+v", q)
		}
	}
}

// The keys of the manual are those of the JSON, no more and no fewer.
func TestTheKeysOfQuestionsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "| key of a question |")
	section, _, _ = strings.Cut(section, "\n\n")
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(section, -1) {
		for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
			documented[m[1]] = true
		}
	}
	one := 1.0
	full := deploy.QuestionData{Name: "x", Path: "x", Host: "x", Source: resolver.You, Why: "x", Problem: "x", Hint: "x", Fixed: true, Expert: true,
		Label: "x", Help: "x", ValueType: "x", Pattern: "x", PatternError: "x", Min: &one, Max: &one, OneOf: []any{1}, Secret: true,
		Suggestions: []deploy.SuggestionData{{}}, Options: []deploy.OptionData{{Value: spec.Host("a")}}, Because: []deploy.ReasonData{{}}, MergedWith: "x"}
	for i := range reflect.TypeOf(full).NumField() {
		if f := reflect.ValueOf(full).Field(i); f.IsZero() && strings.Contains(reflect.TypeOf(full).Field(i).Tag.Get("json"), "omitempty") {
			t.Errorf("the test lacks %s", reflect.TypeOf(full).Field(i).Name)
		}
	}
	encoded, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]any{}
	if err := json.Unmarshal(encoded, &keys); err != nil {
		t.Fatal(err)
	}
	for k := range keys {
		if !documented[k] {
			t.Errorf("%s is not documented", k)
		}
		delete(documented, k)
	}
	for k := range documented {
		t.Errorf("%s is documented, and not there", k)
	}
}
