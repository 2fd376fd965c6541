package deploy_test

import (
	"context"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// recording notes the runs that its agents are given.
type recording struct {
	*fleettest.Fleet
	runs []spec.Run
}

func (f *recording) Agent(h spec.Host) (spec.Agent, error) {
	a, err := f.Fleet.Agent(h)
	return recorded{a, f}, err
}

type recorded struct {
	spec.Agent
	f *recording
}

func (a recorded) Start(ctx context.Context, r spec.Run) error {
	a.f.runs = append(a.f.runs, r)
	return a.Agent.Start(ctx, r)
}

// What a person types becomes a value once. However often the deployment is resolved
// after that, it is that very value which the agent is handed: a list that somebody had
// converted or copied on its way would be another one. What the agent does with it is
// counted in agentd, and who may convert at all is a list in internal/archtest.
func TestAValueIsTypedOnce(t *testing.T) {
	names := spec.Variable{Name: "names", Type: spec.Type{Kind: spec.KindList}}
	conf := spec.Require{Name: "conf", Vars: []spec.Variable{names, {Name: "size", Type: spec.Type{Kind: spec.KindInt}}}}
	var given spec.Set
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Provides: []*lifecycle.Provide{{
		Name: "go", Provide: spec.Provide{Requires: []spec.Require{conf}},
		Do: func(_ context.Context, c *lifecycle.Call) (any, error) { given = c.Inputs["conf"][0]; return nil, nil }}}}}}
	f := &recording{Fleet: fleettest.New(t, []*lifecycle.Lifecycle{l}, "a")}
	s := deploy.NewSession(f, "//L//go")
	key := func(name string) resolver.Key {
		return resolver.Key{Node: resolver.Root, Kind: resolver.AskValue, Name: "L/On/go/conf/" + name}
	}
	answer := func(k resolver.Key, x any) {
		s.Answer(k, x)
		if err := s.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("a"))
	answer(key("names"), resolver.Text("x, y"))
	typed := s.Result().Question(key("names")).Value.([]any)
	for _, size := range []resolver.Text{"1", "many", "2"} {
		answer(key("size"), size)
		if now := s.Result().Question(key("names")).Value.([]any); &now[0] != &typed[0] {
			t.Errorf("with size %s, the list was typed again", size)
		}
	}
	if e := carryOut(t, s); !e.OK {
		t.Fatalf("%+v", e)
	}
	if len(f.runs) != 1 {
		t.Fatalf("%d runs", len(f.runs))
	}
	handed := f.runs[0].Steps[len(f.runs[0].Steps)-1].Inputs["conf"][0]
	if now := handed["names"].([]any); &now[0] != &typed[0] {
		t.Error("the agent was handed another list than the one that was typed")
	}
	if handed["size"] != 2 || given["size"] != 2 || len(given["names"].([]any)) != 2 {
		t.Errorf("handed over %v, the module was given %v", handed, given)
	}
}
