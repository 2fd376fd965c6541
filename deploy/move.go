package deploy

import (
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Move brings a lifecycle to a state: what that enters and leaves, and whom it breaks.
type Move struct {
	Repair
	To       spec.Path      // /host/Lifecycle/State
	Left     []string       // states that are left
	Users    []User         // of the states that are left
	Problems []spec.Problem // what is missing or wrong: values have to be given first
}

// User is an applied state of a lifecycle that required something of another.
type User struct {
	State   spec.Path // which requires it: /host/Lifecycle/State
	Uses    string    // the state that it was called of
	Provide string    // what was called
}

// UsersOf are the applied states that required what a stack provides, the last first.
func UsersOf(s *spec.Stack) (out []User) {
	for _, c := range slices.Backward(s.StandingCalls()) {
		for _, state := range c.For {
			u := User{State: state, Uses: c.State, Provide: c.Provide}
			if state.Cut(2) != s.Path && !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out
}

// PlanMove asks a host for the way of a lifecycle to a state, and what that changes.
func PlanMove(ctx context.Context, f Fleet, to spec.Path) (*Move, error) {
	m := &Move{Repair: Repair{Service: to.Cut(2)}, To: to}
	err := askHost(ctx, f, to.Host(), previewTime, func(ctx context.Context, a spec.Agent) error { return m.plan(ctx, a) })
	return m, err
}

func (m *Move) plan(ctx context.Context, a spec.Agent) error {
	stacks, err := a.Stacks(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(stacks, func(s spec.Stack) bool { return s.Path == m.Service })
	if i < 0 {
		return spec.Errorf(spec.NotFound, "there is no %s any more", m.Service)
	}
	route, err := a.Route(ctx, spec.RouteQuery{Provide: m.To})
	if err != nil {
		return err
	}
	m.Work = spec.Work{Lifecycle: route.Lifecycle, From: route.From, Module: route.Module}
	for _, s := range route.Steps {
		m.Work.Steps = append(m.Work.Steps, spec.Step{Action: s.Action, State: s.State, Provide: s.Provide, Again: s.Again})
		if s.Action == spec.Leave {
			m.Left = append(m.Left, s.State)
		}
	}
	for _, u := range UsersOf(&stacks[i]) {
		if slices.Contains(m.Left, u.Uses) {
			m.Users = append(m.Users, u)
		}
	}
	if m.Problems, err = a.Check(ctx, m.Work); err != nil || len(m.Problems) > 0 {
		return err
	}
	m.Preview, err = a.Preview(ctx, m.Work)
	return err
}
