package calls_test

import (
	"context"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/calls"
)

// answering is an agent with these answers.
type answering struct {
	spec.Agent
	info     spec.Info
	found    []spec.Resource
	provides []spec.Provide
	route    spec.Route
	paths    spec.Paths
	previews []spec.StepPreview
	stacks   []spec.Stack
	kept     []spec.DeploymentSummary
}

func (a answering) Info(context.Context) (spec.Info, error) { return a.info, nil }

func (a answering) Describe(context.Context, spec.Pattern) ([]spec.Resource, error) {
	return a.found, nil
}

func (a answering) Provides(context.Context, spec.Pattern) ([]spec.Provide, error) {
	return a.provides, nil
}

func (a answering) Route(context.Context, spec.RouteQuery) (spec.Route, error) { return a.route, nil }

func (a answering) Paths(context.Context, spec.PathsQuery) (spec.Paths, error) { return a.paths, nil }

func (a answering) Preview(context.Context, spec.Work, ...spec.Work) ([]spec.StepPreview, error) {
	return a.previews, nil
}

func (a answering) Stacks(context.Context) ([]spec.Stack, error) { return a.stacks, nil }

func (a answering) BriefStacks(context.Context) ([]spec.Stack, error) { return a.stacks, nil }

func (a answering) Deployments(context.Context) ([]spec.DeploymentSummary, error) { return a.kept, nil }

func (a answering) Deployment(context.Context, spec.DeploymentID) (spec.DeploymentRecord, error) {
	return spec.DeploymentRecord{DeploymentSummary: a.kept[0]}, nil
}

// askAll asks all that an agent answers with something to check.
func askAll(t *testing.T, a answering) (errs []error) {
	t.Helper()
	c := calls.Checked(a, "web1")
	_, err := c.Info(t.Context())
	errs = append(errs, err)
	_, err = c.Describe(t.Context(), "//*")
	errs = append(errs, err)
	_, err = c.Provides(t.Context(), "//*")
	errs = append(errs, err)
	_, err = c.Route(t.Context(), spec.RouteQuery{Provide: "/web1/Web/On/go"})
	errs = append(errs, err)
	_, err = c.Paths(t.Context(), spec.PathsQuery{})
	errs = append(errs, err)
	_, err = c.Preview(t.Context(), spec.Work{Steps: make([]spec.Step, 1)})
	errs = append(errs, err)
	_, err = c.Stacks(t.Context())
	errs = append(errs, err)
	_, err = c.BriefStacks(t.Context())
	errs = append(errs, err)
	_, err = c.Deployments(t.Context())
	errs = append(errs, err)
	_, err = c.Deployment(t.Context(), "d1")
	return append(errs, err)
}

func right() answering {
	p := spec.Provide{Path: "/web1/Web/On/go", Requires: []spec.Require{{Name: "conf"}, {Name: "many", Nargs: spec.Nargs{Max: spec.Many}}}}
	steps := []spec.Step{{Action: spec.Enter, State: "On"}, {Action: spec.Call, State: "On", Provide: "go"}}
	return answering{
		info:     spec.Info{Host: "web1"},
		found:    []spec.Resource{{Path: "/web1/Web"}, {Path: p.Path, Provide: &p}},
		provides: []spec.Provide{p},
		route:    spec.Route{Lifecycle: "Web", From: []string{"Off"}, After: []string{"Off", "On"}, Steps: steps, Provide: p},
		paths:    spec.Paths{Paths: [][]spec.Step{steps}},
		previews: make([]spec.StepPreview, 1),
		stacks: []spec.Stack{{Path: "/web1/Web", States: []string{"Off", "On"}, Transitions: [][2]string{{"Off", "On"}},
			Applied: []spec.Applied{{State: "Off"}, {State: "On"}}}},
		kept: []spec.DeploymentSummary{{ID: "d1", Revision: 1}, {ID: "d2", Revision: 3}},
	}
}

func TestAnswersAreCheckedWhereTheyArrive(t *testing.T) {
	for _, err := range askAll(t, right()) {
		if err != nil {
			t.Errorf("a right answer: %v", err)
		}
	}
	for name, lie := range map[string]func(*answering){
		"another host":       func(a *answering) { a.info.Host = "web2" },
		"no host":            func(a *answering) { a.info.Host = "" },
		"a foreign resource": func(a *answering) { a.found[0].Path = "/web2/Web" },
		"a foreign provide":  func(a *answering) { a.provides[0].Path = "/web2/Web/On/go" },
		"no path":            func(a *answering) { a.provides[0].Path = "" },
		"a provide within":   func(a *answering) { a.found[1].Provide = &spec.Provide{Path: "/web2/Web/On/go"} },
		"too many sets": func(a *answering) {
			a.provides = []spec.Provide{{Path: "/web1/Web/On/go", Requires: []spec.Require{{Name: "x", Nargs: spec.Nargs{Min: 1 << 40, Max: 1 << 40}}}}}
		},
		"fewer than none": func(a *answering) {
			a.provides = []spec.Provide{{Path: "/web1/Web/On/go", Requires: []spec.Require{{Name: "x", Nargs: spec.Nargs{Min: -1, Max: 1}}}}}
		},
		"a require twice": func(a *answering) {
			a.provides = []spec.Provide{{Path: "/web1/Web/On/go", Requires: []spec.Require{{Name: "x"}, {Name: "x"}}}}
		},
		"another lifecycle":     func(a *answering) { a.route.Lifecycle = "Db" },
		"another way":           func(a *answering) { a.route.After = []string{"Off"} },
		"an action":             func(a *answering) { a.route.Steps[0].Action = "explode" },
		"a call of nothing":     func(a *answering) { a.paths.Paths[0][1].Provide = "" },
		"a foreign route":       func(a *answering) { a.route.Provide.Path = "/web2/Web/On/go" },
		"fewer previews":        func(a *answering) { a.previews = nil },
		"a foreign stack":       func(a *answering) { a.stacks[0].Path = "/web2/Web" },
		"a lifecycle twice":     func(a *answering) { a.stacks = append(a.stacks, a.stacks[0]) },
		"an unknown state":      func(a *answering) { a.stacks[0].Applied[1].State = "Away" },
		"a state twice":         func(a *answering) { a.stacks[0].Applied[1].State = "Off" },
		"another deployment":    func(a *answering) { a.kept[0].ID = "d3" },
		"a deployment twice":    func(a *answering) { a.kept[1].ID = "d1" },
		"a revision":            func(a *answering) { a.kept[1].Revision = 0 },
		"an unknown transition": func(a *answering) { a.stacks[0].Transitions[0][1] = "Away" },
	} {
		a := right()
		lie(&a)
		wrong := 0
		for _, err := range askAll(t, a) {
			if err == nil {
				continue
			}
			wrong++
			if spec.KindOf(err) != spec.Protocol || spec.HintOf(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if wrong == 0 {
			t.Errorf("%s was believed", name)
		}
	}
}
