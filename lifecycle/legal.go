package lifecycle

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// follow gives the stack after a step, or says why the step is not possible:
// NotFound for what the lifecycle does not have, Conflict for what the stack does
// not allow, Invalid for what is no step.
func (m *machine) follow(stack []int, step spec.Step) ([]int, *spec.Error) {
	s, ok := m.index[step.State]
	if !ok {
		return nil, m.refuse(step, spec.Errorf(spec.NotFound, "there is no state %s", step.State).
			WithHint("the states are %s", strings.Join(m.names(all(len(m.states))), ", ")))
	}
	top := stack[len(stack)-1]
	switch step.Action {
	case spec.Enter:
		if slices.Contains(stack, s) {
			return nil, m.refuse(step, spec.Errorf(spec.Conflict, "%s is applied already", step.State))
		}
		if !m.leads(top, s) {
			return nil, m.refuse(step, spec.Errorf(spec.Conflict, "no transition leads from %s to %s on this host", m.states[top].Name, step.State))
		}
		return append(slices.Clone(stack), s), nil
	case spec.Leave:
		if len(stack) == 1 {
			return nil, m.refuse(step, spec.Errorf(spec.Conflict, "the initial state %s cannot be left", m.states[top].Name))
		}
		if s != top {
			return nil, m.refuse(step, spec.Errorf(spec.Conflict, "the current state is %s", m.states[top].Name))
		}
		return slices.Clone(stack[:len(stack)-1]), nil
	case spec.Call:
		if _, ok := m.states[s].provide(step.Provide); !ok {
			return nil, m.refuse(step, spec.Errorf(spec.NotFound, "%s has no provide %s", step.State, step.Provide))
		}
		if !slices.Contains(stack, s) {
			return nil, m.refuse(step, spec.Errorf(spec.Conflict, "%s is not applied, the current state is %s", step.State, m.states[top].Name))
		}
		return stack, nil
	}
	return nil, spec.Errorf(spec.Invalid, "%q is no action: enter, leave or call", step.Action)
}

func (m *machine) refuse(step spec.Step, err *spec.Error) *spec.Error {
	err.Op = step.Name()
	return err
}

// valid says what is wrong with a stack that somebody plans on: it must begin with
// the initial state and follow the transitions.
func (m *machine) valid(stack []string) ([]int, *spec.Error) {
	if len(stack) == 0 || stack[0] != m.states[m.start].Name {
		return nil, spec.Errorf(spec.Invalid, "a stack begins with %s, not %s", m.states[m.start].Name, showStack(stack))
	}
	at := []int{m.start}
	for _, name := range stack[1:] {
		next, err := m.follow(at, spec.Step{Action: spec.Enter, State: name})
		if err != nil {
			return nil, spec.Errorf(spec.Invalid, "%s is no stack: %s", showStack(stack), err.Msg)
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
