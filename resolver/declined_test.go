package resolver_test

import (
	"context"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// An optional value that was declined is None for the module, also where there is a default;
// one that nobody spoke of is the default.
func TestDeclinedIsNone(t *testing.T) {
	optional := func(name string) spec.Variable {
		v := textVar(name, "default")
		v.Optional = true
		return v
	}
	var given spec.Set
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Provides: []*lifecycle.Provide{{Name: "go",
		Provide: spec.Provide{Requires: []spec.Require{{Name: "conf", Vars: []spec.Variable{optional("said"), optional("file"), optional("silent")}}}},
		Do:      func(_ context.Context, c *lifecycle.Call) (any, error) { given = c.Inputs["conf"][0]; return nil, nil }}}}}}
	w := emptyWorld()
	w.root = "/h/L/On/go"
	w.addHost(t, []*lifecycle.Lifecycle{l}, "h")
	key := func(name string) resolver.Key {
		return resolver.Key{Node: resolver.Root, Kind: resolver.AskValue, Name: "L/On/go/conf/" + name}
	}
	w.answers[key("said")] = resolver.Answer{Typed: true}
	w.answers[key("file")] = resolver.Answer{Replayed: true}
	res := w.resolve(t)
	if res.Plan == nil {
		t.Fatalf("%+v", res.Problems)
	}
	for _, task := range res.Plan.Tasks {
		ready, err := w.engines["h"]["L"].Prepare(t.Context(), spec.Work{Lifecycle: "L", From: task.From, Steps: task.Steps})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range ready {
			if _, err := w.engines["h"]["L"].Execute(t.Context(), "run", s, lifecycle.Sink{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if given["said"] != nil || given["file"] != nil || given["silent"] != "default" {
		t.Errorf("the module was given %v", given)
	}
}
