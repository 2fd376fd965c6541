package resolver_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Whatever calls return, the steps of a task filled alone are those that resolving all
// again gives, and what is wrong with them is the same, at the same variable.
func TestFillReturnsGivesWhatResolveWould(t *testing.T) {
	filled, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		res := w.plan(t)
		if res == nil {
			t.Skip("no plan")
		}
		for i := range res.Plan.Tasks {
			task := &res.Plan.Tasks[i]
			before := task.Steps
			got, err := res.Plan.FillReturns(task, w.returned)
			want, wrong := w.byResolve(task)
			if err != nil {
				refused++
				found, ok := errors.AsType[*spec.Error](err)
				if !ok || found.Kind != spec.Invalid || !wrong[found.At+": "+found.Msg] {
					t.Fatalf("%v, but resolving gives %v", err, wrong)
				}
				return
			}
			if len(wrong) > 0 {
				t.Fatalf("nothing is refused, but resolving gives %v", wrong)
			}
			if value.IsDeferred(task.Steps) {
				filled++
			}
			for j := range got {
				if diff := cmp.Diff(want[j].Inputs, got[j].Inputs); diff != "" || value.IsDeferred(got[j].Inputs) {
					t.Fatalf("%s of %s (-by Resolve +filled):\n%s", got[j].Name(), task.ID, diff)
				}
			}
			if len(before) > 0 && &before[0] != &task.Steps[0] {
				t.Fatal("the task was changed")
			}
			if last := task.Steps[len(task.Steps)-1]; last.Action == spec.Call {
				w.withReturns(task.Node, randomReturns(t))
			}
		}
	})
	if filled == 0 || refused == 0 {
		t.Errorf("only %d tasks were filled and %d refused: the worlds are too simple", filled, refused)
	}
}

// byResolve gives the steps of a task as resolving all gives them, and what is wrong with
// variables of these steps.
func (w *world) byResolve(task *resolver.Task) ([]spec.Step, map[string]bool) {
	res := resolver.Resolve(w.root, w.facts, w.answers)
	wrong := map[string]bool{}
	for _, p := range res.Problems {
		for _, s := range task.Steps {
			if at := spec.MakePath(task.Host, task.Lifecycle, s.State, s.ProvideName()); p.Node == task.Node && p.Path.Cut(4) == at {
				wrong[string(p.Path)+": "+p.Msg] = true
			}
		}
	}
	return res.Node(task.Node).Steps[task.First : task.First+len(task.Steps)], wrong
}

// A value that no call has returned yet is the fault of whoever asks too early.
func TestFillReturnsBeforeTheCall(t *testing.T) {
	task := resolver.Task{Node: ".", Host: "h", Lifecycle: "L", Steps: []spec.Step{{Action: spec.Call, State: "On", Provide: "go",
		Requires: []spec.Require{{Name: "r", Kind: spec.Local, Returns: []spec.Variable{{Name: "url", Type: spec.Type{Kind: spec.KindURL}}}}},
		Inputs:   spec.Inputs{"r": {{"url": value.Deferred{Node: "./On.go.r", Name: "url"}}}}}}}
	plan := &resolver.Plan{Tasks: []resolver.Task{{Node: "./On.go.r", Host: "h", Lifecycle: "M", Steps: []spec.Step{{Action: spec.Call, State: "On", Provide: "give"}}}, task}}
	none := func(resolver.NodeID) (any, bool) { return nil, false }
	if _, err := plan.FillReturns(&task, none); spec.KindOf(err) != spec.Internal {
		t.Errorf("%v", err)
	}
	if got := plan.FillKnown(&task, none); !value.IsDeferred(got[0].Inputs) {
		t.Errorf("what is not known is %v", got[0].Inputs)
	}
	bad := func(resolver.NodeID) (any, bool) { return map[string]any{"url": "x"}, true }
	want := `/h/M/On/give did not return a good url: url must be a URL such as http://host:80/, is "x"`
	_, err := plan.FillReturns(&task, bad)
	if e, ok := errors.AsType[*spec.Error](err); !ok || e.Kind != spec.Invalid || e.At != "/h/L/On/go/r/url" || e.Msg != want {
		t.Errorf("%+v", err)
	}
	if got := plan.FillKnown(&task, bad); !value.IsDeferred(got[0].Inputs) {
		t.Errorf("what is not good is %v", got[0].Inputs)
	}
	good := func(resolver.NodeID) (any, bool) { return map[string]any{"url": "http://x/"}, true }
	if got := plan.FillKnown(&task, good); got[0].Inputs["r"][0]["url"] != "http://x/" || !value.IsDeferred(task.Steps[0].Inputs) {
		t.Errorf("what is known is %v", got[0].Inputs)
	}
}
