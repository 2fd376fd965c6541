package deploy

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// LeftStates are the states that steps on a lifecycle leave, and do not enter again.
func LeftStates(service spec.Path, steps []spec.Step, after []string) (out []spec.Path) {
	for _, s := range steps {
		if s.Action == spec.Leave && !slices.Contains(after, s.State) {
			out = append(out, service.Join(s.State))
		}
	}
	return out
}

// HostsOfRequired are the hosts on which something was called for states of a lifecycle that are
// left, and its own. Stacks are those of its host.
func HostsOfRequired(f Fleet, service spec.Path, stacks []spec.Stack, left []spec.Path) []spec.Host {
	out := []spec.Host{service.Host()}
	known := f.Hosts()
	note := func(state string, in spec.Inputs) {
		if !slices.Contains(left, service.Join(state)) {
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
		if s.Path != service {
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

// TakeBackSteps are the steps that take back what was called of a lifecycle for states, the
// last first. Of the lifecycle whose states are left, what those provide is gone with them.
func TakeBackSteps(s spec.Stack, leaves []spec.Step, own bool, left []spec.Path) (out []spec.Step) {
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
