package run

import (
	"context"
	"slices"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// findRequired finds what was called of other lifecycles, on whichever host, for the states
// that the work leaves: it is taken back once those are left.
func (r *hostRun) findRequired(ctx context.Context) error {
	r.also = nil
	left := r.left()
	if len(left) == 0 || r.keepProvides {
		return nil
	}
	stacks, err := r.agent.Stacks(ctx)
	if err != nil {
		return err
	}
	for _, h := range r.hostsOfRequired(stacks, left) {
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
			if steps := takeBackSteps(s, r.work.Steps, s.Path == r.target.Cut(2), left); len(steps) > 0 {
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

// left are the states that the work leaves.
func (r *hostRun) left() (out []spec.Path) {
	for _, s := range r.work.Steps {
		if s.Action == spec.Leave && !slices.Contains(r.route.After, s.State) {
			out = append(out, r.target.Cut(2).Join(s.State))
		}
	}
	return out
}

// hostsOfRequired are the hosts on which something was called for states, and their own.
func (r *hostRun) hostsOfRequired(stacks []spec.Stack, left []spec.Path) []spec.Host {
	out := []spec.Host{r.target.Host()}
	known := r.Fleet.Hosts()
	note := func(state string, in spec.Inputs) {
		if !slices.Contains(left, r.target.Cut(2).Join(state)) {
			return
		}
		for _, sets := range in {
			for _, set := range sets {
				text, _ := set[spec.HostVariable].(string)
				h := spec.Host(text)
				isKnown := slices.ContainsFunc(known, func(s spec.HostStatus) bool { return s.Host == h })
				if isKnown && !slices.Contains(out, h) {
					out = append(out, h)
				}
			}
		}
	}
	for _, s := range stacks {
		if s.Path != r.target.Cut(2) {
			continue
		}
		for _, a := range s.Applied {
			note(a.State, a.Inputs)
		}
		for _, c := range s.Calls { // also what was required before a state was entered again
			note(c.State, c.Inputs)
		}
		for f := s.Fault; f != nil; f = f.Earlier {
			note(f.Step.State, f.Step.Inputs)
		}
	}
	return out
}

// takeBackSteps are the steps that take back what was called of a lifecycle for states, the
// last first. Of the lifecycle whose states are left, what those provide is gone with them.
func takeBackSteps(s spec.Stack, leaves []spec.Step, own bool, left []spec.Path) (out []spec.Step) {
	for _, c := range slices.Backward(s.StandingCalls()) {
		step := spec.Step{Action: spec.TakeBack, State: c.State, Provide: c.Provide}
		for _, state := range c.For {
			if slices.Contains(left, state) {
				step.For = append(step.For, state)
			}
		}
		goes := own && slices.ContainsFunc(leaves, func(l spec.Step) bool { return l.Action == spec.Leave && l.State == c.State })
		at := slices.IndexFunc(out, func(x spec.Step) bool { return x.State == c.State && x.Provide == c.Provide })
		switch {
		case len(step.For) == 0 || goes:
		case at >= 0:
			out[at].For = slices.Compact(slices.Sorted(slices.Values(append(out[at].For, step.For...))))
		default:
			out = append(out, step)
		}
	}
	return out
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
