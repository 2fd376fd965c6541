package spec_test

import (
	"slices"
	"testing"

	"github.com/armonic/armonic/spec"
)

// The calls that are lost are those since the state was last left, of states that are left.
func TestCallsUndoneBy(t *testing.T) {
	call := func(state, provide string, by spec.RunID) spec.Called {
		return spec.Called{Action: spec.Call, State: state, Provide: provide, By: by}
	}
	change := func(a spec.Action, state string) spec.Called {
		return spec.Called{Action: a, State: state, Provide: string(a)}
	}
	older := call("On", "go", "6")
	older.Action = ""
	s := spec.Stack{Calls: []spec.Called{
		call("Base", "look", "1"), change(spec.Enter, "On"), call("On", "go", "2"), change(spec.Leave, "On"),
		call("Base", "look", "3"), change(spec.Enter, "On"), call("On", "go", "4"), call("Base", "look", "5"), older,
	}}
	for _, tt := range []struct {
		steps []spec.Step
		want  []spec.RunID
	}{
		{nil, nil},
		{[]spec.Step{{Action: spec.Enter, State: "On"}, {Action: spec.Call, State: "On", Provide: "go"}}, nil},
		{[]spec.Step{{Action: spec.Leave, State: "On"}}, []spec.RunID{"4", "6"}},
		{[]spec.Step{{Action: spec.Leave, State: "On"}, {Action: spec.Leave, State: "Base"}}, []spec.RunID{"1", "3", "4", "5", "6"}},
	} {
		var got []spec.RunID
		for _, c := range s.CallsUndoneBy(tt.steps) {
			got = append(got, c.By)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v loses %v, want %v", tt.steps, got, tt.want)
		}
	}
}
