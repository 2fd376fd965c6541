package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
)

// checkedRun has two steps: it enters On and calls a provide of it.
func checkedRun() spec.Run {
	return spec.Run{ID: "r", Work: spec.Work{Lifecycle: "L", From: []string{"Off"}, Steps: []spec.Step{
		{Action: spec.Enter, State: "On"}, {Action: spec.Call, State: "On", Provide: "go"}}}}
}

// honest is what an agent tells of it.
func honest() []spec.Event {
	on := []string{"Off", "On"}
	all := []spec.Event{
		{Kind: spec.EventQueued, Step: -1},
		{Kind: spec.EventStarted, Step: -1},
		{Kind: spec.EventStepStarted, Step: 0},
		{Kind: spec.EventLog, Step: 0, Text: "hello"},
		{Kind: spec.EventProgress, Step: 0, Done: 1, Total: 2},
		{Kind: spec.EventStepDone, Step: 0, Stack: on},
		{Kind: spec.EventStepStarted, Step: 1},
		{Kind: "of-the-future", Step: -1},
		{Kind: spec.EventStepDone, Step: 1, Stack: on, Returns: "x"},
		{Kind: spec.EventRunDone, Step: -1, Stack: on},
	}
	for i := range all {
		all[i].Run, all[i].Seq = "r", i+1
	}
	return all
}

func TestEventsOfAnHonestAgentAreTaken(t *testing.T) {
	failed := slices.Concat(honest()[:7], []spec.Event{
		{Run: "r", Seq: 8, Kind: spec.EventStepFailed, Step: 1, Err: &spec.Error{}, Stack: []string{"Off", "On"}},
		{Run: "r", Seq: 9, Kind: spec.EventRunDone, Step: -1, Err: &spec.Error{}}})
	stopped := slices.Concat(honest()[:4], []spec.Event{{Run: "r", Seq: 5, Kind: spec.EventRunDone, Step: -1, Err: &spec.Error{}}})
	dropped := []spec.Event{{Run: "r", Seq: 9, Kind: spec.EventLog, Step: -1, Text: "9 older events were dropped"}, honest()[9]}
	for name, events := range map[string][]spec.Event{"done": honest(), "failed": failed, "stopped": stopped, "dropped": dropped} {
		c := spec.NewEventCheck(checkedRun())
		for _, ev := range events {
			if err := c.Take(ev); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if c.Last() != events[len(events)-1].Seq {
			t.Errorf("%s: the last is %d", name, c.Last())
		}
	}
}

func TestEventsThatCannotBeAreRefused(t *testing.T) {
	for want, lie := range map[string]struct {
		at   int // instead of the event with this index
		with func(*spec.Event)
	}{
		"it is of another run":        {0, func(ev *spec.Event) { ev.Run = "other" }},
		"it is not the next one":      {3, func(ev *spec.Event) { ev.Seq = 900 }},
		"it is not the next one ":     {3, func(ev *spec.Event) { ev.Seq = -1 }},
		"the run has no such step":    {2, func(ev *spec.Event) { ev.Step = 2 }},
		"the run has no such step ":   {2, func(ev *spec.Event) { ev.Step = -7 }},
		"it is about no step":         {1, func(ev *spec.Event) { ev.Step = 0 }},
		"this step is not the next":   {2, func(ev *spec.Event) { ev.Step = 1 }},
		"this step does not run":      {3, func(ev *spec.Event) { ev.Step = 1 }},
		"this step does not run ":     {2, func(ev *spec.Event) { ev.Kind = spec.EventStepDone }},
		"its progress is negative":    {4, func(ev *spec.Event) { ev.Done = -1 }},
		"does not lead to this stack": {5, func(ev *spec.Event) { ev.Stack = []string{"Off"} }},
		"lead to this stack":          {8, func(ev *spec.Event) { ev.Stack = nil }},
		"it does not say why":         {5, func(ev *spec.Event) { ev.Kind = spec.EventStepFailed }},
		"to this stack":               {5, func(ev *spec.Event) { ev.Kind, ev.Err, ev.Stack = spec.EventStepFailed, &spec.Error{}, nil }},
		"not all of its steps":        {6, func(ev *spec.Event) { ev.Kind, ev.Step = spec.EventRunDone, -1 }},
		"not all of its steps ":       {2, func(ev *spec.Event) { ev.Kind, ev.Step = spec.EventRunDone, -1 }},
		"its steps do not lead":       {9, func(ev *spec.Event) { ev.Stack = []string{"Off"} }},
	} {
		c, all := spec.NewEventCheck(checkedRun()), honest()
		for _, ev := range all[:lie.at] {
			if err := c.Take(ev); err != nil {
				t.Fatal(err)
			}
		}
		truth := all[lie.at]
		lie.with(&all[lie.at])
		err := c.Take(all[lie.at])
		if spec.KindOf(err) != spec.Protocol || spec.HintOf(err) == "" || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("%s: %v", want, err)
		}
		if err := c.Take(truth); err != nil {
			t.Errorf("%s: a lie was taken: %v", want, err)
		}
	}
	c := spec.NewEventCheck(checkedRun())
	for _, ev := range honest() {
		_ = c.Take(ev)
	}
	if err := c.Take(spec.Event{Run: "r", Seq: 11, Kind: spec.EventRunDone, Step: -1, Stack: []string{"Off", "On"}}); spec.KindOf(err) != spec.Protocol {
		t.Errorf("a second end: %v", err)
	}
}
