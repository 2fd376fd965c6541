package lifecycle

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// status is where a lifecycle stands: what is applied, and what failed in part.
type status struct {
	stack          []int // bottom first
	partlyEntered  []int // not applied: can be entered again, or left; the last first
	partlyLeft     []int // applied: can be left again, or entered again if it is the top
	initialPending bool  // the initial state has an enter function that was not run yet
}

func (s status) top() int { return s.stack[len(s.stack)-1] }

func (s status) clone() status {
	s.stack, s.partlyEntered, s.partlyLeft = slices.Clone(s.stack), slices.Clone(s.partlyEntered), slices.Clone(s.partlyLeft)
	return s
}

// status is where the lifecycle stands now.
func (e *Engine) status() status {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := status{stack: e.stack(), initialPending: len(e.rec.Applied) == 0 && e.graph.states[e.graph.initial].Enter != nil}
	for f := e.rec.Fault; f != nil; f = f.Earlier {
		s, known := e.graph.index[f.Step.State]
		switch {
		case !known || f.Step.Action.OfProvide():
		case slices.Contains(out.stack, s):
			out.partlyLeft = append(out.partlyLeft, s)
		default:
			out.partlyEntered = append(out.partlyEntered, s)
		}
	}
	return out
}

// stepMode says whether a step does something new or takes back what failed in part.
type stepMode int

const (
	ordinary   stepMode = iota
	undoEnter           // leave what was entered in part and is not applied
	undoLeave           // enter what was left in part and is still applied
	enterAgain          // enter what is applied, with other values
)

// mode of a step that is possible.
func (g *graph) mode(now status, step spec.Step) stepMode {
	s := g.index[step.State]
	applied := slices.Contains(now.stack, s)
	switch {
	case step.Action == spec.Enter && step.Again:
		return enterAgain
	case step.Action == spec.Leave && !applied:
		return undoEnter
	case step.Action == spec.Enter && applied && !(now.initialPending && s == g.initial):
		return undoLeave
	}
	return ordinary
}

// undoEnters gives the steps that leave what was entered in part, before a path is
// taken. A state that the path enters first is not left.
func (g *graph) undoEnters(now status, path []spec.Step) []spec.Step {
	var out []spec.Step
	for _, s := range now.partlyEntered {
		name := g.states[s].Name
		if len(path) == 0 || path[0].Action != spec.Enter || path[0].State != name {
			out = append(out, spec.Step{Action: spec.Leave, State: name})
		}
	}
	return out
}

// undoLeave gives the step that enters the top state again, if it was left in part, and a
// path does not leave it.
func (g *graph) undoLeave(now status, path []spec.Step) []spec.Step {
	if !slices.Contains(now.partlyLeft, now.top()) || len(path) > 0 && path[0].Action == spec.Leave {
		return nil
	}
	return []spec.Step{{Action: spec.Enter, State: g.states[now.top()].Name}}
}

// unrepaired is what remains of earlier faults after a step, which failed or did not. The
// step repairs those of its own state, unless it is about a provide. What failed of provides
// leaves nothing to repair; a call is remembered until taking it back has not failed.
func unrepaired(f *spec.Fault, step spec.Step, failed bool) *spec.Fault {
	if f == nil {
		return nil
	}
	rest := unrepaired(f.Earlier, step, failed)
	if calls, _ := step.TakesOf(f.Calls()); failed && step.Action == spec.TakeBack && len(calls) > 0 {
		out := *f
		out.Earlier = rest
		return &out
	}
	if f.Step.Action.OfProvide() || !step.Action.OfProvide() && f.Step.State == step.State {
		return rest
	}
	out := *f
	out.Earlier = rest
	return &out
}

// faultInputs is what a state was entered with that is not applied.
func (e *Engine) faultInputs(state string) spec.Inputs {
	e.mu.Lock()
	defer e.mu.Unlock()
	for f := e.rec.Fault; f != nil; f = f.Earlier {
		if f.Step.State == state && !f.Step.Action.OfProvide() {
			return f.Step.Inputs.Clone()
		}
	}
	return nil
}
