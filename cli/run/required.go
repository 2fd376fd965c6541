package run

import (
	"context"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// findRequired finds what was called of other lifecycles, on whichever host, for the states
// that the work leaves: it is taken back once those are left.
func (r *hostRun) findRequired(ctx context.Context) error {
	r.also = nil
	left := deploy.LeftStates(r.target.Cut(2), r.work.Steps, r.route.After)
	if len(left) == 0 || r.keepProvides {
		return nil
	}
	stacks, err := r.agent.Stacks(ctx)
	if err != nil {
		return err
	}
	for _, h := range deploy.HostsOfRequired(r.Fleet, r.target.Cut(2), stacks, left) {
		there := stacks
		if h != r.target.Host() {
			err := deploy.AskHost(ctx, r.Fleet, h, func(ctx context.Context, a spec.Agent) (err error) {
				there, err = a.Stacks(ctx)
				return err
			})
			if err != nil {
				return spec.Errorf(spec.KindOf(err), "what was called on %s for %s cannot be taken back: %s", h, left[0], spec.AsError(err).Msg).
					WithHint("try again when %s answers, or add --keep-provides to leave it there", h)
			}
		}
		for _, s := range there {
			if steps := deploy.TakeBackSteps(s, r.work.Steps, s.Path == r.target.Cut(2), left); len(steps) > 0 {
				also, err := r.alsoOn(s, steps)
				if err != nil {
					return err
				}
				r.also = append(r.also, also)
			}
		}
	}
	return nil
}

// alsoOn is a run of steps on another lifecycle.
func (r *hostRun) alsoOn(s spec.Stack, steps []spec.Step) (*hostRun, error) {
	also := &hostRun{command: r.command, target: s.Path, out: r.out}
	var err error
	if also.agent, err = r.Finder.Agent(s.Path.Host()); err != nil {
		return nil, err
	}
	also.work = spec.Work{Lifecycle: s.Path.Lifecycle(), From: s.Names(), Steps: steps, Changed: r.work.Changed}
	also.route = spec.Route{Lifecycle: also.work.Lifecycle, From: also.work.From, After: also.work.From, Steps: steps, Simulated: s.Simulated}
	return also, nil
}

// previewAlso shows what is taken back besides.
func (r *hostRun) previewAlso(ctx context.Context) error {
	for _, also := range r.also {
		if !r.JSON() {
			for _, s := range also.work.Steps {
				output.Printf(r.out, "also takes back %s.%s on %s\n", also.target.Lifecycle(), s.Provide, also.target.Host())
			}
		}
		if err := also.preview(ctx); err != nil {
			return err
		}
	}
	return nil
}

// executeAlso takes back what is taken back besides.
func (r *hostRun) executeAlso(ctx context.Context) error {
	for _, also := range r.also {
		also.besides = "also"
		if err := also.execute(ctx); err != nil {
			return err
		}
	}
	return nil
}

// hosts are those on which something is done.
func (r *hostRun) hosts() []spec.Host {
	out := []spec.Host{r.target.Host()}
	for _, also := range r.also {
		out = append(out, also.target.Host())
	}
	return out
}
