package spec_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/armonic/armonic/spec"
)

// What stands in a brief stack is what stands in the whole, and what steps usually take is
// the same.
func TestBriefKeepsWhatStands(t *testing.T) {
	states := []string{"On", "Ready"}
	users := []spec.Path{"/h/A/On", "/h/B/On"}
	stand := func(s spec.Stack) map[string]bool {
		out := map[string]bool{}
		for _, c := range s.StandingCalls() {
			out[fmt.Sprint(c.State, c.Provide)] = true
			for _, user := range c.For {
				out[fmt.Sprint(c.State, c.Provide, user)] = true
			}
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		s := spec.Stack{}
		n := rapid.IntRange(0, 60).Draw(t, "calls")
		for i := range n {
			c := spec.Called{State: rapid.SampledFrom(states).Draw(t, "state"), By: spec.RunID(fmt.Sprint("r", i/2)), Took: time.Duration(i),
				Action: rapid.SampledFrom([]spec.Action{"", spec.Call, spec.Call, spec.Enter, spec.Leave, spec.TakeBack}).Draw(t, "action")}
			switch c.Action {
			case spec.Enter, spec.Leave:
				c.Provide = string(c.Action)
			default:
				c.Provide = rapid.SampledFrom([]string{"add", "start"}).Draw(t, "provide")
				for _, u := range users {
					if rapid.Bool().Draw(t, "for") {
						c.For = append(c.For, u)
					}
				}
			}
			if c.Action == spec.TakeBack && i > 0 && rapid.Bool().Draw(t, "of a run") {
				c.Of = spec.RunID(fmt.Sprint("r", rapid.IntRange(0, i/2).Draw(t, "of")))
			}
			s.Calls = append(s.Calls, c)
		}
		brief := s.Brief()
		if want, got := fmt.Sprint(stand(s)), fmt.Sprint(stand(brief)); got != want {
			t.Fatalf("stands %s, want %s, of %+v", got, want, s.Calls)
		}
		for _, state := range states {
			for _, step := range []spec.Step{{Action: spec.Enter, State: state}, {Action: spec.Leave, State: state}, {Action: spec.Call, State: state, Provide: "add"}} {
				if brief.Usual(step) != s.Usual(step) {
					t.Fatalf("%v usually takes %s, want %s", step, brief.Usual(step), s.Usual(step))
				}
			}
		}
		if again := brief.Brief(); len(again.Calls) != len(brief.Calls) {
			t.Fatalf("%d calls, then %d", len(brief.Calls), len(again.Calls))
		}
	})
}

func TestBriefDoesNotGrow(t *testing.T) {
	s := spec.Stack{}
	for range 100 {
		s.Calls = append(s.Calls,
			spec.Called{Action: spec.Enter, State: "On", Inputs: spec.Inputs{"conf": {{"port": 80}}}},
			spec.Called{Action: spec.Call, State: "On", Provide: "add", Inputs: spec.Inputs{"site": {{"name": "pages"}}}},
			spec.Called{Action: spec.Leave, State: "On"})
	}
	brief := s.Brief()
	if len(brief.Calls) != 30 {
		t.Errorf("%d calls are kept", len(brief.Calls))
	}
	with := 0
	for _, c := range brief.Calls {
		with += len(c.Inputs)
	}
	if with != 2 || !slices.EqualFunc(s.Calls[297:], brief.Calls[27:], func(a, b spec.Called) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
		t.Errorf("%d have inputs; the last are %+v", with, brief.Calls[27:])
	}
	if len(s.Calls[0].Inputs) == 0 {
		t.Error("the whole stack was changed")
	}
}
