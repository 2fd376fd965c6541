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
	after    []string       // the stack then
	Users    []User         // of the states that are left
	Problems []spec.Problem // what is missing or wrong: values have to be given first
	Also     []Repair       // what was called of other lifecycles for the states that are left is taken back
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
	var stacks []spec.Stack
	err := askHost(ctx, f, to.Host(), previewTime, func(ctx context.Context, a spec.Agent) (err error) {
		stacks, err = m.plan(ctx, a)
		return err
	})
	if err == nil && len(m.Problems) == 0 {
		err = m.planAlso(ctx, f, stacks)
	}
	return m, err
}

// planAlso finds what was called of other lifecycles, on whichever host, for the states that are left.
func (m *Move) planAlso(ctx context.Context, f Fleet, stacks []spec.Stack) error {
	left := LeftStates(m.Service, m.Work.Steps, m.after)
	if len(left) == 0 {
		return nil
	}
	for _, h := range HostsOfRequired(f, m.Service, stacks, left) {
		err := askHost(ctx, f, h, previewTime, func(ctx context.Context, a spec.Agent) error {
			there, err := a.Stacks(ctx)
			if err != nil {
				return err
			}
			for _, s := range there {
				steps := TakeBackSteps(s, m.Work.Steps, s.Path == m.Service, left)
				if len(steps) == 0 {
					continue
				}
				also := Repair{Service: s.Path, Work: spec.Work{Lifecycle: s.Path.Lifecycle(), From: s.Names(), Steps: steps}}
				if also.Preview, err = a.Preview(ctx, also.Work); err != nil {
					return err
				}
				m.Also = append(m.Also, also)
			}
			return nil
		})
		if err != nil {
			return spec.Errorf(spec.KindOf(err), "what was called on %s for %s cannot be looked at: %s", h, left[0], spec.AsError(err).Msg)
		}
	}
	return nil
}

// Carry carries the move out to its end, and takes back what was called of others unless that is
// to be kept. Ids are made by newID, for each run one.
func (m *Move) Carry(ctx context.Context, f Fleet, newID func() spec.RunID, by string, keep bool) error {
	if err := m.Run(ctx, f, newID(), by, nil); err != nil || keep {
		return err
	}
	for i := range m.Also {
		if err := m.Also[i].Run(ctx, f, newID(), by, nil); err != nil {
			return err
		}
	}
	return nil
}

func (m *Move) plan(ctx context.Context, a spec.Agent) ([]spec.Stack, error) {
	stacks, err := a.Stacks(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(stacks, func(s spec.Stack) bool { return s.Path == m.Service })
	if i < 0 {
		return nil, spec.Errorf(spec.NotFound, "there is no %s any more", m.Service)
	}
	route, err := a.Route(ctx, spec.RouteQuery{Provide: m.To})
	if err != nil {
		return nil, err
	}
	m.after = route.After
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
		return stacks, err
	}
	m.Preview, err = a.Preview(ctx, m.Work)
	return stacks, err
}
