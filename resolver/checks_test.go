package resolver_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// A value that a module validates is being checked until its agent has answered, and
// wrong if the agent complains of it; other values of the node are neither.
func TestValuesAreChecked(t *testing.T) {
	conf := spec.Require{Name: "conf", Vars: []spec.Variable{
		{Name: "port", Type: spec.Type{Kind: spec.KindInt}, Default: 80, Validates: true},
		{Name: "size", Type: spec.Type{Kind: spec.KindInt}, Default: 1},
	}}
	route := spec.Route{Steps: []spec.Step{{Action: spec.Call, State: "On", Provide: "go", Requires: []spec.Require{conf}}}, After: []string{"On"}}
	facts := resolver.Facts{Hosts: map[spec.Host]resolver.HostFact{"a": {Online: true}}, Learned: map[resolver.NeedKey]resolver.Fact{}}
	resolve := func() *resolver.Result { return resolver.Resolve("/a/L/On/go", facts, nil) }
	var check resolver.NeedKey
	for range 9 {
		for _, n := range resolve().Needs {
			switch n.Kind {
			case resolver.NeedProvides:
				facts.Learned[n.Key()] = resolver.Fact{Provides: []spec.Provide{{Path: "/a/L/On/go"}}}
			case resolver.NeedStacks:
				facts.Learned[n.Key()] = resolver.Fact{Stacks: []spec.Stack{{Path: "/a/L", Applied: []spec.Applied{{State: "On"}}}}}
			case resolver.NeedRoute:
				facts.Learned[n.Key()] = resolver.Fact{Route: route}
			case resolver.NeedCheck:
				check = n.Key()
			}
		}
	}
	expect := func(port, size resolver.Status, plan bool) {
		t.Helper()
		res := resolve()
		for name, want := range map[string]resolver.Status{"port": port, "size": size} {
			q := res.Question(resolver.Key{Node: resolver.Root, Kind: resolver.AskValue, Name: "L/On/go/conf/" + name})
			if q == nil || q.Status != want {
				t.Errorf("%s: %+v, want %s", name, q, want)
			}
		}
		if (res.Plan != nil) != plan {
			t.Errorf("plan %v, want one: %v; %v", res.Plan, plan, res.Problems)
		}
	}
	expect(resolver.Checking, resolver.OK, false)
	facts.Learned[check] = resolver.Fact{Problems: []spec.Problem{{Path: "/a/L/On/go/conf/port", Msg: "taken"}}}
	expect(resolver.Wrong, resolver.OK, false)
	facts.Learned[check] = resolver.Fact{}
	expect(resolver.OK, resolver.OK, true)
}

// Agents are asked about the values of those nodes only of which they know more than types say:
// they have nothing to say about others.
func TestAgentsFindNothingWrongWithWhatTheyAreNotAsked(t *testing.T) {
	planned := 0
	rapid.Check(t, func(r *rapid.T) {
		w := randomWorld(r)
		res := w.plan(r)
		if res == nil {
			return
		}
		planned++
		for k := range w.facts.Learned {
			if strings.HasPrefix(string(k), string(resolver.NeedCheck)) {
				r.Errorf("an agent was asked: %q", k)
			}
		}
		for _, task := range res.Plan.Tasks {
			for _, p := range w.engines[task.Host][task.Lifecycle].Check(t.Context(), spec.Work{Lifecycle: task.Lifecycle, From: task.From, Steps: task.Steps}) {
				r.Errorf("%s: %s %+v", task.ID, p, task.Steps)
			}
		}
	})
	if planned == 0 {
		t.Error("there was no plan")
	}
}
