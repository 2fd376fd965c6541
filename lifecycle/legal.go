package lifecycle

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// follow gives the position after a step, or says why the step is not possible:
// NotFound for what the lifecycle does not have, Conflict for what the stack does
// not allow, Invalid for what is no step.
func (m *machine) follow(p position, step spec.Step) (position, *spec.Error) {
	s, ok := m.index[step.State]
	if !ok {
		return p, m.refuse(step, spec.Errorf(spec.NotFound, "there is no state %s", step.State).
			WithHint("the states are %s", strings.Join(m.names(all(len(m.states))), ", ")))
	}
	var err *spec.Error
	next := p.clone()
	next.fresh = false // whatever is done first enters the initial state
	switch step.Action {
	case spec.Enter:
		err = m.enter(p, &next, s)
	case spec.Leave:
		err = m.leaveOne(p, &next, s)
	case spec.Call:
		err = m.call(p, s, step.Provide)
	default:
		return p, spec.Errorf(spec.Invalid, "%q is no action: enter, leave or call", step.Action)
	}
	if err != nil {
		return p, m.refuse(step, err)
	}
	return next, nil
}

func (m *machine) enter(p position, next *position, s int) *spec.Error {
	top := p.top()
	switch {
	case p.fresh && s == m.start:
	case s == top && slices.Contains(p.torn, s):
		next.torn = without(next.torn, s)
	case slices.Contains(p.stack, s):
		return spec.Errorf(spec.Conflict, "%s is applied already", m.states[s].Name)
	case !m.leads(top, s):
		return spec.Errorf(spec.Conflict, "no transition leads from %s to %s on this host", m.states[top].Name, m.states[s].Name)
	default:
		next.stack, next.half = append(next.stack, s), without(next.half, s)
	}
	return nil
}

func (m *machine) leaveOne(p position, next *position, s int) *spec.Error {
	top := p.top()
	switch {
	case slices.Contains(p.half, s):
		next.half = without(next.half, s)
	case len(p.stack) == 1:
		return spec.Errorf(spec.Conflict, "the initial state %s cannot be left", m.states[top].Name)
	case s != top:
		return spec.Errorf(spec.Conflict, "the current state is %s", m.states[top].Name)
	default:
		next.stack, next.torn = next.stack[:len(next.stack)-1], without(next.torn, s)
	}
	return nil
}

func (m *machine) call(p position, s int, provide string) *spec.Error {
	name := m.states[s].Name
	if _, ok := m.states[s].provide(provide); !ok {
		return spec.Errorf(spec.NotFound, "%s has no provide %s", name, provide)
	}
	if !slices.Contains(p.stack, s) {
		return spec.Errorf(spec.Conflict, "%s is not applied, the current state is %s", name, m.states[p.top()].Name)
	}
	return nil
}

func without(states []int, s int) []int {
	return slices.DeleteFunc(states, func(t int) bool { return t == s })
}

func (m *machine) refuse(step spec.Step, err *spec.Error) *spec.Error {
	err.Op = step.Name()
	return err
}

// valid says what is wrong with a stack that somebody plans on: it must begin with
// the initial state and follow the transitions.
func (m *machine) valid(stack []string) (position, *spec.Error) {
	at := position{stack: []int{m.start}}
	if len(stack) == 0 || stack[0] != m.states[m.start].Name {
		return at, spec.Errorf(spec.Invalid, "a stack begins with %s, not %s", m.states[m.start].Name, showStack(stack))
	}
	for _, name := range stack[1:] {
		next, err := m.follow(at, spec.Step{Action: spec.Enter, State: name})
		if err != nil {
			return at, spec.Errorf(spec.Invalid, "%s is no stack: %s", showStack(stack), err.Msg)
		}
		at = next
	}
	return at, nil
}

// showStack writes a stack for a message.
func showStack(stack []string) string {
	if len(stack) == 0 {
		return "an empty stack"
	}
	return strings.Join(stack, " > ")
}

func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
