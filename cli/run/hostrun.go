package run

import (
	"context"
	"io"
	"sync"

	"github.com/armonic/armonic/spec"
)

// hostRun is what one host does of the command: it brings one state or provide about.
type hostRun struct {
	*command
	target spec.Path
	out    io.Writer
	agent  spec.Agent
	route  spec.Route
	work   spec.Work
}

// runs makes a run for each target. Their lines do not mix.
func (c *command) runs(targets []spec.Path) []*hostRun {
	out := make([]*hostRun, len(targets))
	var mu sync.Mutex
	for i, at := range targets {
		out[i] = &hostRun{command: c, target: at, out: &lineWriter{out: c.Out, mu: &mu}}
	}
	return out
}

// prepare plans the way to the target, and says what is wrong with the values.
func (r *hostRun) prepare(ctx context.Context, values []assignment) ([]spec.Problem, error) {
	var err error
	if r.agent, err = r.Finder.Agent(r.target.Host()); err != nil {
		return nil, err
	}
	if r.route, err = r.agent.Route(ctx, spec.RouteQuery{Provide: r.target, Index: r.pathIndex}); err != nil {
		return nil, err
	}
	steps, problems, err := fill(r.target.Cut(2), r.route.Steps, values)
	if err != nil {
		return nil, err
	}
	r.work = spec.Work{Lifecycle: r.route.Lifecycle, From: r.route.From, Steps: steps}
	wrong, err := r.agent.Check(ctx, r.work)
	return append(problems, wrong...), err
}
