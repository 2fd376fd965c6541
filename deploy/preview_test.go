package deploy_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// What each task would change is asked of its host: all tasks in a row, or, if the agent is
// older, those of a lifecycle in a row, without what another one changes first.
func TestPreviewOfAPlan(t *testing.T) {
	change := func(what string) func(context.Context, *lifecycle.Call) error {
		return func(_ context.Context, c *lifecycle.Call) error {
			c.Preview.Change(spec.Change{What: fmt.Sprintf("%s on %s", what, c.Me.Host)})
			return nil
		}
	}
	one := &lifecycle.Lifecycle{Name: "One", Previews: true, States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Enter: change("one")}, {Name: "Up", Enter: change("more")}}}
	two := &lifecycle.Lifecycle{Name: "Two", Previews: true, States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Enter: change("two")}}}
	f := fleettest.New(t, []*lifecycle.Lifecycle{one, two}, "a", "b")
	enter := func(state string) []spec.Step { return []spec.Step{{Action: spec.Enter, State: state}} }
	plan := &resolver.Plan{Tasks: []resolver.Task{
		{ID: "1", Host: "a", Lifecycle: "One", From: []string{"Off"}, Steps: enter("On")},
		{ID: "2", Host: "a", Lifecycle: "Two", From: []string{"Off"}, Steps: enter("On")},
		{ID: "3", Host: "a", Lifecycle: "One", From: []string{"Off", "On"}, Steps: enter("Up")},
		{ID: "4", Host: "b", Lifecycle: "Two", From: []string{"Off"}, Steps: enter("On")},
		{ID: "5", Host: "nowhere", Lifecycle: "One", From: []string{"Off"}, Steps: enter("On")},
	}}
	want := map[resolver.TaskID]string{"1": "one on a; ", "2": "two on a; ", "3": "more on a; ", "4": "two on b; ", "5": "error"}
	if diff := cmp.Diff(want, said(t, f, plan)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	want["2"] += "what One changes on this host before is not seen here"
	if diff := cmp.Diff(want, said(t, answering{f, older}, plan)); diff != "" {
		t.Errorf("of older agents: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(want, said(t, answering{f, slow}, plan)); diff != "" {
		t.Errorf("of agents that have no time for all: -want +got:\n%s", diff)
	}
	plan.Tasks[1].From = []string{"On"} // which it is not, and cannot be entered upon
	if got := said(t, f, plan); got["1"] != want["1"] || got["2"] != "error" || got["3"] != want["3"] {
		t.Errorf("with a task that is not possible: %v", got)
	}
}

// A host whose tasks need what calls on other hosts return is asked after those; hosts that wait
// for each other are asked at once.
func TestPreviewKnowsWhatOtherHostsReturn(t *testing.T) {
	url := spec.Variable{Name: "url", Type: spec.Type{Kind: spec.KindURL}}
	take := spec.Require{Name: "site", Kind: spec.External, Pattern: "//Site//give", Returns: []spec.Variable{url}}
	give := func(_ context.Context, c *lifecycle.Call) (any, error) {
		return map[string]any{"url": fmt.Sprintf("http://%s/%v", c.Me.Host, c.Inputs["site"][0]["url"])}, nil
	}
	change := func(_ context.Context, c *lifecycle.Call) error {
		c.Preview.Change(spec.Change{What: fmt.Sprint("for ", c.Inputs["site"][0]["url"])})
		return nil
	}
	site := &lifecycle.Lifecycle{Name: "Site", Previews: true, States: []*lifecycle.State{{Name: "On",
		Provides: []*lifecycle.Provide{{Name: "give", Provide: spec.Provide{Requires: []spec.Require{take}, Returns: []spec.Variable{url}}, Do: give}}}}}
	front := &lifecycle.Lifecycle{Name: "Front", Previews: true, States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Enter: change, Requires: []spec.Require{take}}}}
	f := fleettest.New(t, []*lifecycle.Lifecycle{site, front}, "a", "b", "c")
	from := func(node string) spec.Inputs {
		return spec.Inputs{"site": {{"url": value.Deferred{Node: node, Name: "url"}}}}
	}
	call := func(id string, h spec.Host, in spec.Inputs) resolver.Task {
		return resolver.Task{ID: resolver.TaskID(id), Node: resolver.NodeID("./" + id), Host: h, Lifecycle: "Site", From: []string{"On"},
			Steps: []spec.Step{{Action: spec.Call, State: "On", Provide: "give", Requires: []spec.Require{take}, Inputs: in}}}
	}
	enter := func(id string, h spec.Host, node string) resolver.Task {
		return resolver.Task{ID: resolver.TaskID(id), Node: resolver.NodeID("./" + id), Host: h, Lifecycle: "Front", From: []string{"Off"},
			Steps: []spec.Step{{Action: spec.Enter, State: "On", Requires: []spec.Require{take}, Inputs: from(node)}}}
	}
	const late = "it depends on what another step returns"
	for name, tt := range map[string]struct {
		tasks []resolver.Task
		want  map[resolver.TaskID]string
	}{
		"in a chain": {[]resolver.Task{enter("1", "a", "./2"), call("2", "b", from("./3")), call("3", "c", spec.Inputs{"site": {{"url": "http://x/"}}}), enter("4", "b", "./2")},
			map[resolver.TaskID]string{"1": "for http://b/http://c/http://x/; ", "2": "", "3": "", "4": "for http://b/http://c/http://x/; "}},
		"in a circle": {[]resolver.Task{call("1", "a", from("./2")), call("2", "b", from("./1"))}, map[resolver.TaskID]string{"1": late, "2": late}},
		"of nobody":   {[]resolver.Task{enter("1", "a", "./9")}, map[resolver.TaskID]string{"1": late}},
	} {
		plan := &resolver.Plan{Tasks: tt.tasks}
		if diff := cmp.Diff(tt.want, said(t, f, plan)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

// said is what hosts say of the tasks of a plan.
func said(t *testing.T, f deploy.Fleet, plan *resolver.Plan) map[resolver.TaskID]string {
	t.Helper()
	got := map[resolver.TaskID]string{}
	for id, p := range deploy.Preview(t.Context(), f, plan) {
		for _, s := range p.Steps {
			for _, c := range s.Changes {
				got[id] += c.What + "; "
			}
			got[id] += s.Why
		}
		if p.Err != nil {
			got[id] = "error"
		}
	}
	return got
}

// answering is a fleet whose agents answer a preview in another way.
type answering struct {
	deploy.Fleet
	preview func(context.Context, spec.Agent, spec.Work, []spec.Work) ([]spec.StepPreview, error)
}

type answeringAgent struct {
	spec.Agent
	of answering
}

func (o answering) Agent(h spec.Host) (spec.Agent, error) {
	a, err := o.Fleet.Agent(h)
	return answeringAgent{a, o}, err
}

func (o answeringAgent) Preview(ctx context.Context, w spec.Work, then ...spec.Work) ([]spec.StepPreview, error) {
	return o.of.preview(ctx, o.Agent, w, then)
}

// older agents know nothing of work that is done after other work.
func older(ctx context.Context, a spec.Agent, w spec.Work, _ []spec.Work) ([]spec.StepPreview, error) {
	return a.Preview(ctx, w)
}

// slow agents have time to preview one lifecycle, but not several.
func slow(ctx context.Context, a spec.Agent, w spec.Work, then []spec.Work) ([]spec.StepPreview, error) {
	for _, other := range then {
		if other.Lifecycle != w.Lifecycle {
			return nil, spec.Errorf(spec.Timeout, "it took longer than a minute")
		}
	}
	return a.Preview(ctx, w, then...)
}
