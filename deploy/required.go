package deploy

import (
	"context"
	"slices"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// LearnRequired asks the hosts on which something was called for the applied states of the
// deployment whether that stands. States for which it was taken away are entered again,
// which calls it again. Hosts that do not answer are left out.
func (s *Session) LearnRequired(ctx context.Context) {
	var hosts []spec.Host
	for _, n := range s.Result().Nodes {
		for _, a := range s.Applied(n.Host, n.Provide.Path.Lifecycle()) {
			for _, h := range requiredOn(a) {
				_, known := s.facts.Hosts[h]
				if s.stacks(h) == nil && known && !slices.Contains(hosts, h) {
					hosts = append(hosts, h)
				}
			}
		}
	}
	all := make([][]spec.Stack, len(hosts))
	_ = InParallel(len(hosts), func(i int) error {
		return AskHost(ctx, s.fleet, hosts[i], func(ctx context.Context, a spec.Agent) (err error) {
			all[i], err = a.BriefStacks(ctx)
			return err
		})
	})
	for i, h := range hosts {
		if all[i] != nil {
			s.facts.Learned[resolver.Need{Kind: resolver.NeedStacks, Host: h}.Key()] = resolver.Fact{Stacks: all[i]}
			s.result = nil
		}
	}
}

// requiredOn are the hosts that an applied state was given something by.
func requiredOn(a spec.Applied) (out []spec.Host) {
	for _, sets := range a.Inputs {
		out = append(out, hostsOf(sets)...)
	}
	return out
}

// stacks are those of a host, as far as they are known.
func (s *Session) stacks(h spec.Host) []spec.Stack {
	return s.facts.Learned[resolver.Need{Kind: resolver.NeedStacks, Host: h}.Key()].Stacks
}

// takenAway lists the applied states for which something was called once that does not
// stand any more, where they still have it from.
func (s *Session) takenAway() (out []spec.Path) {
	for _, n := range s.result.Nodes {
		service := n.Provide.Path.Cut(2)
		for _, a := range s.Applied(n.Host, service.Lifecycle()) {
			state, hosts := service.Join(a.State), requiredOn(a)
			lacks := s.lacksCalls(state, n.Host, hosts)
			if lacks || slices.ContainsFunc(hosts, func(h spec.Host) bool { return s.lacksCalls(state, h, nil) }) {
				out = append(out, state)
			}
		}
	}
	return out
}

// lacksCalls reports whether something that was called on a host for a state stands neither
// there any more, nor elsewhere.
func (s *Session) lacksCalls(state spec.Path, h spec.Host, elsewhere []spec.Host) bool {
	if !s.standingOn(h).called[state] {
		return false
	}
	stand := map[string]bool{}
	for _, h := range append([]spec.Host{h}, elsewhere...) {
		for _, st := range s.stacks(h) {
			note(stand, st, st.StandingCalls(), state)
		}
	}
	called := map[string]bool{}
	for _, st := range s.stacks(h) {
		note(called, st, st.Calls, state)
	}
	for provide := range called {
		if !stand[provide] {
			return true
		}
	}
	return false
}

// note notes the provides of other lifecycles that were called for a state, whatever the
// host.
func note(provides map[string]bool, st spec.Stack, calls []spec.Called, state spec.Path) {
	if st.Path == state.Cut(2) {
		return
	}
	for _, c := range calls {
		if !c.Changed() && c.Action != spec.TakeBack && slices.Contains(c.For, state) {
			provides[st.Path.Lifecycle()+"/"+c.State+"/"+c.Provide] = true
		}
	}
}
