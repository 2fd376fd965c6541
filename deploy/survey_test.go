package deploy_test

import (
	"context"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// busyPast is an agent that said one thing again and again.
type busyPast struct{ spec.Agent }

func (busyPast) Info(context.Context) (spec.Info, error) { return spec.Info{}, nil }

func (busyPast) Stacks(context.Context) ([]spec.Stack, error) {
	return []spec.Stack{{Path: "/web1/Nginx", Calls: make([]spec.Called, 50)}}, nil
}

func (a busyPast) BriefStacks(ctx context.Context) ([]spec.Stack, error) {
	all, err := a.Stacks(ctx)
	all[0] = all[0].Brief()
	return all, err
}

type busyPasts struct{ remembering }

func (busyPasts) Agent(spec.Host) (spec.Agent, error) { return busyPast{}, nil }

// A fleet is looked at without all that it ever did; who asks for single runs has them all.
func TestSurveysAreBrief(t *testing.T) {
	calls := func(v deploy.HostView) int { return len(v.Stacks[0].Calls) }
	all := deploy.Survey(t.Context(), busyPasts{})
	one, runs := deploy.SurveyHost(t.Context(), busyPasts{}, "web1"), deploy.SurveyRuns(t.Context(), busyPasts{}, "web1")
	if calls(all[0]) != 10 || calls(one) != 10 || calls(runs) != 50 {
		t.Errorf("%d, %d and %d calls", calls(all[0]), calls(one), calls(runs))
	}
}
