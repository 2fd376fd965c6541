package agentd_test

import (
	"context"
	"maps"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// However many steps a run has, the module validates each value once, all of them before
// the first step; its functions get them with their types. Who may convert a value is in
// internal/archtest/rules.go.
func TestValuesOfARunAreValidatedOnce(t *testing.T) {
	validated, entered := map[string]int{}, 0
	state := func(name string) *lifecycle.State {
		requires := []spec.Require{{Name: "conf", Vars: []spec.Variable{
			{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Modifier: "%s"},
		}}}
		hooks := lifecycle.Hooks{Validate: map[string]func(context.Context, *lifecycle.Call, any) error{
			"conf/port": func(_ context.Context, _ *lifecycle.Call, x any) error {
				if validated[name]++; entered > 0 || x != 80 {
					t.Errorf("%s: %#v is validated after %d steps", name, x, entered)
				}
				return nil
			},
		}}
		got := func(in spec.Inputs) {
			if entered++; in["conf"][0]["port"] != 80 {
				t.Errorf("%s is given %#v", name, in)
			}
		}
		return &lifecycle.State{Name: name, Requires: requires, Hooks: hooks,
			Enter: func(_ context.Context, c *lifecycle.Call) error { got(c.Inputs); return nil },
			Cross: func(_ context.Context, c *lifecycle.Call) error { got(c.Inputs); return nil },
			Provides: []*lifecycle.Provide{{Name: "p", Hooks: hooks, Provide: spec.Provide{Requires: requires},
				Do: func(_ context.Context, c *lifecycle.Call) (any, error) { got(c.Inputs); return nil, nil }}}}
	}
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "Off"}, state("A"), state("B")}}
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: lifecycle.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in := spec.Inputs{"conf": {{"port": "80"}}}
	run := spec.Run{ID: "r", Work: spec.Work{Lifecycle: "L", From: []string{"Off"}, Steps: []spec.Step{
		{Action: spec.Enter, State: "A", Inputs: in}, {Action: spec.Enter, State: "B", Inputs: in},
		{Action: spec.Call, State: "A", Provide: "p", Inputs: in}}}}
	if err := s.Start(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	err = s.Follow(t.Context(), "r", 0, func(ev spec.Event) error {
		if ev.Kind == spec.EventRunDone && ev.Err != nil {
			t.Error(ev.Err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]int{"A": 2, "B": 1}; !maps.Equal(validated, want) || entered != 5 { // two crossings
		t.Errorf("validated %v, want %v; the functions ran %d times, want 5", validated, want, entered)
	}
}
