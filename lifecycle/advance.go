package lifecycle

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// advance gives the status after a step, or says why the step is not possible:
// NotFound for what the lifecycle does not have, Conflict for what the stack does
// not allow, Invalid for what is no step.
func (g *graph) advance(now status, step spec.Step) (status, *spec.Error) {
	s, ok := g.index[step.State]
	if !ok {
		return now, g.refuse(step, spec.Errorf(spec.NotFound, "there is no state %s", step.State).
			WithHint("the states are %s", strings.Join(g.allNames(), ", ")))
	}
	var err *spec.Error
	next := now.clone()
	next.initialPending = false // the first step of all also enters the initial state
	switch step.Action {
	case spec.Enter:
		err = g.enter(now, &next, s, step.Again)
	case spec.Leave:
		err = g.leave(now, &next, s)
	case spec.Call, spec.TakeBack:
		err = g.call(now, s, step.Provide)
	default:
		return now, spec.Errorf(spec.Invalid, "%q is no action: enter, leave, call or undo", step.Action)
	}
	if err != nil {
		return now, g.refuse(step, err)
	}
	return next, nil
}

func (g *graph) enter(now status, next *status, s int, again bool) *spec.Error {
	top := now.top()
	switch {
	case again && !slices.Contains(now.stack, s):
		return spec.Errorf(spec.Conflict, "%s is not applied, so it cannot be entered again", g.states[s].Name)
	case again && s == g.initial:
		return spec.Errorf(spec.Conflict, "the initial state cannot be entered again")
	case again:
		next.partlyLeft = without(next.partlyLeft, s)
	case now.initialPending && s == g.initial:
	case s == top && slices.Contains(now.partlyLeft, s):
		next.partlyLeft = without(next.partlyLeft, s)
	case slices.Contains(now.stack, s):
		return spec.Errorf(spec.Conflict, "%s is applied already", g.states[s].Name)
	case !g.leads(top, s):
		return spec.Errorf(spec.Conflict, "no transition leads from %s to %s on this host", g.states[top].Name, g.states[s].Name)
	default:
		next.stack, next.partlyEntered = append(next.stack, s), without(next.partlyEntered, s)
	}
	return nil
}

func (g *graph) leave(now status, next *status, s int) *spec.Error {
	top := now.top()
	switch {
	case slices.Contains(now.partlyEntered, s):
		next.partlyEntered = without(next.partlyEntered, s)
	case len(now.stack) == 1:
		return spec.Errorf(spec.Conflict, "the initial state %s cannot be left", g.states[top].Name)
	case s != top:
		return spec.Errorf(spec.Conflict, "the current state is %s", g.states[top].Name)
	default:
		next.stack, next.partlyLeft = next.stack[:len(next.stack)-1], without(next.partlyLeft, s)
	}
	return nil
}

func (g *graph) call(now status, s int, provide string) *spec.Error {
	name := g.states[s].Name
	if _, ok := g.states[s].provide(provide); !ok {
		return spec.Errorf(spec.NotFound, "%s has no provide %s", name, provide)
	}
	if !slices.Contains(now.stack, s) {
		return spec.Errorf(spec.Conflict, "%s is not applied, the current state is %s", name, g.states[now.top()].Name)
	}
	return nil
}

func without(states []int, s int) []int {
	return slices.DeleteFunc(states, func(t int) bool { return t == s })
}

// refuse completes the error of a step that is not possible.
func (g *graph) refuse(step spec.Step, err *spec.Error) *spec.Error {
	err.Op = step.Name()
	return err
}

// planned reads a stack that somebody plans on: it must begin with the initial state and
// follow the transitions.
func (g *graph) planned(stack []string) (status, *spec.Error) {
	at := status{stack: []int{g.initial}}
	if len(stack) == 0 || stack[0] != g.states[g.initial].Name {
		return at, spec.Errorf(spec.Invalid, "a stack begins with %s, not %s", g.states[g.initial].Name, showStack(stack))
	}
	for _, name := range stack[1:] {
		next, err := g.advance(at, spec.Step{Action: spec.Enter, State: name})
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
