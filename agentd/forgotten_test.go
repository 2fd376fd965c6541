package agentd_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// A run that is sent again is never executed again, however many others came between.
func TestARunOfLongAgoIsNotExecutedAgain(t *testing.T) {
	done := 0
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{
		Name: "count", Do: func(context.Context, *lifecycle.Call) (any, error) { done++; return nil, nil },
	}}}}}
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: lifecycle.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	run := func(i int) spec.Run {
		return spec.Run{ID: spec.RunID(fmt.Sprintf("run %d", i)), Work: spec.Work{Lifecycle: "L", From: []string{"A"},
			Steps: []spec.Step{{Action: spec.Call, State: "A", Provide: "count"}}}}
	}
	all := spec.MaxRuns + 2
	for i := range all {
		if err := s.Start(t.Context(), run(i)); err != nil {
			t.Fatal(err)
		}
		if i%100 == 99 || i == all-1 { // not too many wait
			if err := s.Follow(t.Context(), run(i).ID, 0, func(spec.Event) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Start(t.Context(), run(0)); spec.KindOf(err) != spec.Conflict || spec.HintOf(err) == "" {
		t.Errorf("the first again: %v", err)
	}
	if err := s.Start(t.Context(), run(all-1)); err != nil {
		t.Errorf("the last again: %v", err)
	}
	s.Close()
	if done != all {
		t.Errorf("%d were executed, want %d", done, all)
	}
}
