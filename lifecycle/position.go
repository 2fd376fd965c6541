package lifecycle

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// position is where a lifecycle stands: what is applied, and what failed half-way.
type position struct {
	stack []int // bottom first
	half  []int // not applied, but entered in part: entered again or left; the last first
	torn  []int // applied, but left in part: left, or as the top entered again
	fresh bool  // entering the initial state does something that was not done yet
}

func (p position) top() int { return p.stack[len(p.stack)-1] }

func (p position) clone() position {
	return position{stack: slices.Clone(p.stack), half: slices.Clone(p.half), torn: slices.Clone(p.torn), fresh: p.fresh}
}

// position of now; the lock is held.
func (e *Engine) position() position {
	p := position{stack: e.stack(), fresh: e.fresh()}
	for f := e.rec.Fault; f != nil; f = f.Earlier {
		s, known := e.m.index[f.Step.State]
		switch {
		case !known || f.Step.Action == spec.Call:
		case slices.Contains(p.stack, s):
			p.torn = append(p.torn, s)
		default:
			p.half = append(p.half, s)
		}
	}
	return p
}

// now is the position, for who does not hold the lock.
func (e *Engine) now() position {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.position()
}

// fresh reports whether the initial state must still be entered: it is when the
// first step of all is done. The lock is held.
func (e *Engine) fresh() bool {
	return len(e.rec.Applied) == 0 && e.m.states[e.m.start].Enter != nil
}

// manner is how a step is done.
type manner int

const (
	plainly manner = iota
	undoing        // leave what was entered in part and is not applied
	again          // enter what was left in part and is applied still
)

// manner of a step that is possible at the position.
func (m *machine) manner(p position, step spec.Step) manner {
	s := m.index[step.State]
	applied := slices.Contains(p.stack, s)
	switch {
	case step.Action == spec.Leave && !applied:
		return undoing
	case step.Action == spec.Enter && applied && !(p.fresh && s == m.start):
		return again
	}
	return plainly
}

// undo gives the steps that leave what was entered in part, before other steps are
// done. A state that is entered again next is not left.
func (m *machine) undo(p position, path []spec.Step) []spec.Step {
	var out []spec.Step
	for _, s := range p.half {
		name := m.states[s].Name
		if len(path) == 0 || path[0].Action != spec.Enter || path[0].State != name {
			out = append(out, spec.Step{Action: spec.Leave, State: name})
		}
	}
	return out
}

// unmended is what remains of earlier failures when a step has been done or has
// failed: a state that it entered or left is as it says, and a call that failed
// left nothing in part.
func unmended(f *spec.Fault, step spec.Step) *spec.Fault {
	if f == nil {
		return nil
	}
	rest := unmended(f.Earlier, step)
	if f.Step.Action == spec.Call || step.Action != spec.Call && f.Step.State == step.State {
		return rest
	}
	out := *f
	out.Earlier = rest
	return &out
}

// enteredInPart is what a state was entered with that is not applied.
func (e *Engine) enteredInPart(state string) spec.Inputs {
	e.mu.Lock()
	defer e.mu.Unlock()
	for f := e.rec.Fault; f != nil; f = f.Earlier {
		if f.Step.State == state && f.Step.Action != spec.Call {
			return f.Step.Inputs.Clone()
		}
	}
	return nil
}
