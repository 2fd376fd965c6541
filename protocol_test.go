package main_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// documentedType is a section of docs/protocol.md.
type documentedType struct {
	fields  [][2]string // name and form
	example string      // JSON, "" if there is none
}

// documentedTypes are those of docs/protocol.md, by name.
func documentedTypes(t *testing.T) map[string]documentedType {
	t.Helper()
	text, err := os.ReadFile("docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "\n## Types\n")
	part, _, _ = strings.Cut(part, "\n## ")
	out := map[string]documentedType{}
	for section := range strings.SplitSeq(part, "\n### ") {
		name, body, _ := strings.Cut(section, "\n")
		var d documentedType
		for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([^|]+) \\|").FindAllStringSubmatch(body, -1) {
			d.fields = append(d.fields, [2]string{m[1], m[2]})
		}
		if _, example, ok := strings.Cut(body, "```json\n"); ok {
			d.example, _, _ = strings.Cut(example, "```")
		}
		if len(d.fields) > 0 {
			out[name] = d
		}
	}
	return out
}

// TestProtocolListsTypes compares the document with all types that go over the wire.
func TestProtocolListsTypes(t *testing.T) {
	documented := documentedTypes(t)
	want := map[string][][2]string{}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map}, typ.Kind()) {
			typ = typ.Elem()
		}
		if _, known := want[typ.Name()]; known || typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
			return
		}
		want[typ.Name()] = nil
		for _, f := range reflect.VisibleFields(typ) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous || name == "-" {
				continue
			}
			want[typ.Name()] = append(want[typ.Name()], [2]string{name, form(f.Type)})
			visit(f.Type)
		}
	}
	for _, x := range []any{spec.Info{}, spec.Resource{}, spec.RouteQuery{}, spec.Route{}, spec.PathsQuery{}, spec.Paths{}, spec.Work{},
		spec.Problem{}, spec.StepPreview{}, spec.Stack{}, spec.Run{}, spec.Event{}, spec.DeploymentSummary{}, spec.DeploymentRecord{}, spec.Proposal{}, spec.Decision{},
		spec.Piece{}, spec.UpgradeOrder{}, spec.UpgradeState{},
		spec.BundleOrder{}, spec.BundleState{}} {
		visit(reflect.TypeOf(x))
	}
	got := map[string][][2]string{}
	for name, d := range documented {
		got[name] = d.fields
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/protocol.md (-source +document):\n%s", diff)
	}
}

// form is how the document writes a type.
func form(typ reflect.Type) string {
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return "time"
	case typ == reflect.TypeFor[time.Duration]():
		return "duration"
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return form(typ.Elem())
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "truth value"
	case reflect.Interface:
		return "any"
	case reflect.Slice, reflect.Array:
		return "list of " + form(typ.Elem())
	case reflect.Map:
		return "table of " + form(typ.Elem())
	case reflect.Struct:
		return typ.Name()
	}
	return "number"
}

// TestProtocolExamples asks an agent what the examples ask, and compares its answers with
// the examples.
func TestProtocolExamples(t *testing.T) {
	set, err := modules.Config{}.Load(modules.ShippedSource())
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	f, err := agentd.Simulate("test", agentd.Config{Info: spec.Info{OS: spec.OS{Name: "debian", Release: "13"}, Version: "0.4"},
		Lifecycles: set.Lifecycles, Clock: clock}, 11, "web1")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a, ctx, docs := f.Services["web1"], t.Context(), documentedTypes(t)
	checked := map[string]bool{}
	same := func(name string, got any, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		checked[name] = true
		text, err := value.Encode(got, value.HandOver())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parsed(t, docs[name].example), parsed(t, string(text))); diff != "" {
			t.Errorf("the example of %s (-document +agent):\n%s", name, diff)
		}
	}
	info, err := a.Info(ctx)
	same("Info", info, err)
	resource := example[spec.Resource](t, docs, "Resource")
	found, err := a.Describe(ctx, spec.Pattern(resource.Path))
	same("Resource", first(found), err)
	provides, err := a.Provides(ctx, spec.Pattern(example[spec.Provide](t, docs, "Provide").Path))
	same("Provide", first(provides), err)
	route, err := a.Route(ctx, example[spec.RouteQuery](t, docs, "RouteQuery"))
	if len(route.Module) == 16 { // it changes with the module
		route.Module = example[spec.Route](t, docs, "Route").Module
	}
	same("Route", route, err)
	site, err := a.Route(ctx, spec.RouteQuery{Provide: "/web1/WebSite/Active/start", Below: true})
	same("Foreseen", first(site.Foreseen), err)
	paths, err := a.Paths(ctx, example[spec.PathsQuery](t, docs, "PathsQuery"))
	same("Paths", paths, err)
	work := example[spec.Work](t, docs, "Work")
	steps, err := a.Preview(ctx, work)
	same("StepPreview", steps[len(steps)-1], err)
	if problems, err := a.Check(ctx, work); err != nil || len(problems) > 0 {
		t.Errorf("the work is wrong: %v, %v", problems, err)
	}
	work.Steps[1].Inputs["conf"][0]["port"] = 70000
	problems, err := a.Check(ctx, work)
	same("Problem", first(problems), err)
	run := example[spec.Run](t, docs, "Run")
	if err := a.Start(ctx, run); err != nil {
		t.Fatal(err)
	}
	var events []spec.Event
	err = a.Follow(ctx, run.ID, 0, func(ev spec.Event) error { events = append(events, ev); return nil })
	same("Event", events, err)
	stacks, err := a.Stacks(ctx)
	i := slices.IndexFunc(stacks, func(s spec.Stack) bool { return s.Path.Lifecycle() == run.Lifecycle })
	same("Stack", stacks[i], err)
	record := example[spec.DeploymentRecord](t, docs, "DeploymentRecord")
	if err := a.PutDeployment(ctx, record); err != nil {
		t.Fatal(err)
	}
	kept, err := a.Deployments(ctx)
	same("DeploymentSummary", first(kept), err)
	same("Fault", example[spec.Fault](t, docs, "Fault"), nil)
	same("Rolling", example[spec.Rolling](t, docs, "Rolling"), nil)
	for name, d := range docs {
		asked := slices.Contains([]string{"RouteQuery", "PathsQuery", "Work", "Run", "DeploymentRecord"}, name)
		if d.example != "" && !checked[name] && !asked {
			t.Errorf("nothing checks the example of %s", name)
		}
	}
}

// example reads an example, which must be what is written again.
func example[T any](t *testing.T, docs map[string]documentedType, name string) (x T) {
	t.Helper()
	if err := value.Decode([]byte(docs[name].example), &x, value.HandOver()); err != nil {
		t.Fatalf("the example of %s: %v", name, err)
	}
	again, err := value.Encode(x, value.HandOver())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(parsed(t, docs[name].example), parsed(t, string(again))); diff != "" {
		t.Errorf("the example of %s (-document +read and written):\n%s", name, diff)
	}
	return x
}

func first[T any](list []T) (x T) {
	if len(list) > 0 {
		x = list[0]
	}
	return x
}

func parsed(t *testing.T, text string) (x any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return x
}
