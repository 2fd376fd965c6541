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
)

// What each task would change is asked of its host: all tasks of a lifecycle in a row,
// those of another one without what the first would change.
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
	want := map[resolver.TaskID]string{"1": "one on a; ", "2": "two on a; what One changes on this host before is not seen here",
		"3": "more on a; ", "4": "two on b; ", "5": "error"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
