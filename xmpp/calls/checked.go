package calls

import (
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
)

// checked is an agent whose answers are held against what was asked, so that nobody acts
// on those of an agent that errs or lies. The errors are spec.Protocol. What is told of a
// run is checked by who knows the run: see spec.EventCheck.
type checked struct {
	spec.Agent
	host spec.Host
}

// Checked checks the answers of the agent of a host.
func Checked(a spec.Agent, h spec.Host) spec.Agent { return checked{a, h} }

// held gives err, or an error if the answer cannot be one of this host.
func (c checked) held(err error, wrong string) error {
	if err != nil || wrong == "" {
		return err
	}
	return spec.Errorf(spec.Protocol, "the agent of %s gave an answer that cannot be right: %s", c.host, wrong).
		WithHint("it is broken, or not the one that it says it is: look at its host, or armonic forget %s", c.host)
}

// Info says what the host is.
func (c checked) Info(ctx context.Context) (spec.Info, error) {
	out, err := c.Agent.Info(ctx)
	if out.Host == c.host {
		return out, err
	}
	return spec.Info{}, c.held(err, "it says that it is another host")
}

// Describe lists resources.
func (c checked) Describe(ctx context.Context, p spec.Pattern) ([]spec.Resource, error) {
	out, err := c.Agent.Describe(ctx, p)
	for _, r := range out {
		wrong := c.place(r.Path)
		if r.Provide != nil && wrong == "" {
			wrong = c.provide(*r.Provide)
		}
		if wrong != "" {
			return nil, c.held(err, wrong)
		}
	}
	return out, err
}

// Provides lists what can be called.
func (c checked) Provides(ctx context.Context, p spec.Pattern) ([]spec.Provide, error) {
	out, err := c.Agent.Provides(ctx, p)
	for _, x := range out {
		if wrong := c.provide(x); wrong != "" {
			return nil, c.held(err, wrong)
		}
	}
	return out, err
}

// Route says which states to cross.
func (c checked) Route(ctx context.Context, q spec.RouteQuery) (spec.Route, error) {
	out, err := c.Agent.Route(ctx, q)
	if wrong := c.route(q, out); err != nil || wrong != "" {
		return spec.Route{}, c.held(err, wrong)
	}
	return out, nil
}

// Paths lists the ways to a state.
func (c checked) Paths(ctx context.Context, q spec.PathsQuery) (spec.Paths, error) {
	out, err := c.Agent.Paths(ctx, q)
	for _, steps := range out.Paths {
		if wrong := wrongSteps(steps); wrong != "" {
			return spec.Paths{}, c.held(err, wrong)
		}
	}
	return out, err
}

// Preview says what work would change.
func (c checked) Preview(ctx context.Context, w spec.Work, then ...spec.Work) ([]spec.StepPreview, error) {
	out, err := c.Agent.Preview(ctx, w, then...)
	all := len(w.Steps)
	for _, w := range then {
		all += len(w.Steps)
	}
	if err == nil && len(out) != all && len(out) != len(w.Steps) {
		return nil, c.held(nil, "a preview of other steps")
	}
	return out, err
}

// Drift says how the host differs from what steps left.
func (c checked) Drift(ctx context.Context, lifecycle string) (spec.Drift, error) {
	out, err := c.Agent.Drift(ctx, lifecycle)
	for _, f := range out.Findings {
		if wrong := c.place(f.Path); wrong != "" {
			return spec.Drift{}, c.held(err, wrong)
		}
	}
	return out, err
}

// Stacks lists what is applied.
func (c checked) Stacks(ctx context.Context) ([]spec.Stack, error) {
	out, err := c.Agent.Stacks(ctx)
	return c.stacks(out, err)
}

// BriefStacks lists it with less of its history.
func (c checked) BriefStacks(ctx context.Context) ([]spec.Stack, error) {
	out, err := c.Agent.BriefStacks(ctx)
	return c.stacks(out, err)
}

func (c checked) stacks(out []spec.Stack, err error) ([]spec.Stack, error) {
	seen := map[string]bool{}
	for _, s := range out {
		wrong := c.place(s.Path)
		switch {
		case wrong != "":
		case seen[s.Path.Lifecycle()]:
			wrong = "a lifecycle twice"
		default:
			wrong = wrongStack(s)
		}
		if wrong != "" {
			return nil, c.held(err, wrong)
		}
		seen[s.Path.Lifecycle()] = true
	}
	return out, err
}

// Deployments lists the records that the agent keeps.
func (c checked) Deployments(ctx context.Context) ([]spec.DeploymentSummary, error) {
	out, err := c.Agent.Deployments(ctx)
	seen := map[spec.DeploymentID]bool{}
	for _, d := range out {
		if seen[d.ID] || d.Check() != nil {
			return nil, c.held(err, "a record of a deployment that there cannot be, or twice")
		}
		seen[d.ID] = true
	}
	return out, err
}

// Deployment gives a record.
func (c checked) Deployment(ctx context.Context, id spec.DeploymentID) (spec.DeploymentRecord, error) {
	out, err := c.Agent.Deployment(ctx, id)
	if err == nil && (out.ID != id || out.Check() != nil) {
		return spec.DeploymentRecord{}, c.held(nil, "a record of another deployment")
	}
	return out, err
}

// Proposals lists what is to be approved.
func (c checked) Proposals(ctx context.Context) ([]spec.Proposal, error) {
	out, err := c.Agent.Proposals(ctx)
	seen := map[spec.DeploymentID]bool{}
	for _, p := range out {
		if seen[p.Deployment] || p.Deployment == "" || p.Digest == "" {
			return nil, c.held(err, "a proposal that there cannot be, or twice")
		}
		seen[p.Deployment] = true
	}
	return out, err
}

// Proposal gives what is to be approved of a deployment.
func (c checked) Proposal(ctx context.Context, id spec.DeploymentID) (spec.Proposal, error) {
	out, err := c.Agent.Proposal(ctx, id)
	if err != nil {
		return out, err
	}
	if out.Deployment != id || out.Digest == "" || out.Check() != nil {
		return spec.Proposal{}, c.held(nil, "a proposal of another deployment")
	}
	for _, t := range out.Tasks {
		if wrong := wrongSteps(t.Steps); wrong != "" || t.Err == nil && len(t.Preview) != len(t.Steps) {
			return spec.Proposal{}, c.held(nil, "a proposal of other steps")
		}
	}
	return out, nil
}

func (c checked) place(p spec.Path) string {
	if p.Host() != c.host {
		return "a path of another host"
	}
	return ""
}

func (c checked) provide(p spec.Provide) string {
	if wrong := c.place(p.Path); wrong != "" {
		return wrong
	}
	return wrongRequires(p.Requires)
}

func (c checked) route(q spec.RouteQuery, r spec.Route) string {
	switch {
	case r.Lifecycle != q.Provide.Lifecycle():
		return "a route through another lifecycle"
	case r.Provide.Path != "":
		if wrong := c.provide(r.Provide); wrong != "" {
			return wrong
		}
	}
	if wrong := wrongSteps(r.Steps); wrong != "" {
		return wrong
	}
	if !slices.Equal(spec.StackAfter(r.From, r.Steps), r.After) {
		return "a route that does not lead where it says"
	}
	if len(r.Foreseen) > spec.MostForeseen {
		return "more than was asked for"
	}
	for _, x := range r.Foreseen {
		if wrong := c.foreseen(x); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (c checked) foreseen(x spec.Foreseen) string {
	for _, p := range x.Provides {
		if wrong := c.provide(p); wrong != "" {
			return wrong
		}
	}
	switch {
	case (x.Query == nil) != (x.Route == nil):
		return "an answer without its question"
	case x.Query == nil:
		return ""
	case len(x.Route.Foreseen) > 0:
		return "answers within answers"
	}
	if wrong := c.place(x.Query.Provide); wrong != "" {
		return wrong
	}
	return c.route(*x.Query, *x.Route)
}

func wrongSteps(steps []spec.Step) string {
	for _, s := range steps {
		switch {
		case s.Action != spec.Enter && s.Action != spec.Leave && !s.Action.OfProvide():
			return "a step with an unknown action"
		case s.State == "" || s.Action.OfProvide() != (s.Provide != ""):
			return "a step without a name"
		}
		if wrong := wrongRequires(s.Requires); wrong != "" {
			return wrong
		}
	}
	return ""
}

func wrongRequires(all []spec.Require) string {
	seen := map[string]bool{}
	for _, r := range all {
		switch n := r.Nargs.Norm(); {
		case r.Name == "" || seen[r.Name]:
			return "requires without a name of their own"
		case n.Min < 0 || n.Max < n.Min || n.Max > spec.Many:
			return "a require with an impossible number of sets"
		case r.Rolling != nil && r.Rolling.Valid() != nil:
			return "a require that is rolled out in an impossible way"
		}
		seen[r.Name] = true
	}
	return ""
}

func wrongStack(s spec.Stack) string {
	known := func(state string) bool { return slices.Contains(s.States, state) }
	for i, a := range s.Applied {
		if !known(a.State) || slices.ContainsFunc(s.Applied[:i], func(b spec.Applied) bool { return b.State == a.State }) {
			return "a stack with a state that there is not, or twice"
		}
	}
	for _, t := range s.Transitions {
		if !known(t[0]) || !known(t[1]) {
			return "a transition of a state that there is not"
		}
	}
	return ""
}
