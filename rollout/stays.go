package rollout

import (
	"cmp"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// block leaves a lifecycle as it is from here on.
func (b *rollbackPlan) block(service spec.Path, stack []string) {
	b.blocked[service] = true
	b.keep(service, stack)
}

// keep leaves states as they were entered.
func (b *rollbackPlan) keep(service spec.Path, states []string) {
	for _, state := range states {
		b.kept[service.Join(state)] = true
	}
}

// neededBy is a state, or a provide, that stays and needs what a node called; "" if there is none.
// What needs a call was done after it, so that it is known by then whether it stays.
func (b *rollbackPlan) neededBy(called resolver.NodeID) spec.Path {
	for _, n := range b.needed[called] {
		parent := b.nodes[n.Parent]
		state := parent.Provide.Cut(2).Join(n.State)
		switch provide := state.Join(n.By); {
		case provide == parent.Provide && b.calls[cmp.Or(parent.CalledAs, parent.ID)]:
			return provide
		case provide != parent.Provide && b.kept[state]:
			return state
		}
	}
	return ""
}

// calledBy is a call of others that would be gone with a state, nil if there is none.
func (b *rollbackPlan) calledBy(service spec.Path, state string) *spec.Called {
	for _, c := range b.stacks[service].StandingCalls() {
		if c.State == state && DeploymentOf(c.By) != b.state.ID {
			return &c
		}
	}
	return nil
}
