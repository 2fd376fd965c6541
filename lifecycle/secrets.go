package lifecycle

import (
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// withSecrets completes the inputs of a call with the secrets that it had when it was made
// last for the same states: who plans that they are entered again does not know them. A
// secret that would be made at random is given by who plans it for the first time, so one
// that is not given, and not known any more, is a problem: another one is not meant.
func (e *Engine) withSecrets(step spec.Step) (spec.Inputs, []spec.Problem) {
	s, ok := e.graph.state(step.State)
	if !ok || len(step.For) == 0 {
		return step.Inputs, nil
	}
	p, ok := s.provide(step.Provide)
	if !ok {
		return step.Inputs, nil
	}
	var problems []spec.Problem
	var before spec.Inputs
	looked := false
	out := step.Inputs.Clone()
	for _, req := range p.Requires {
		for i, set := range out[req.Name] {
			for _, v := range req.Variables() {
				if _, given := set[v.Name]; given || !v.Hidden() {
					continue
				}
				if !looked {
					before, looked = e.calledBefore(step), true
				}
				var was value.Secret
				if old := before[req.Name]; i < len(old) {
					was, _ = old[i][v.Name].(value.Secret)
				}
				switch {
				case was != "":
					set[v.Name] = was
				case v.Generate > 0:
					problems = append(problems, spec.Problem{Path: e.path(step.State, step.Provide, spec.Indexed(req.Name, i), v.Name),
						Msg: fmt.Sprintf("%s is to stay as it was, and is not known any more", v.Name), Hint: "give the secret of " + string(step.For[0]) + " a value"})
				}
			}
		}
	}
	return out, problems
}

// calledBefore is what the last call of a step had that was made for the same states: one
// with the same values, if there is any, but for secrets.
func (e *Engine) calledBefore(step spec.Step) spec.Inputs {
	var last spec.Inputs
	for _, c := range slices.Backward(e.Stack().StandingCalls()) {
		if c.State != step.State || c.Provide != step.Provide || !slices.ContainsFunc(c.For, func(p spec.Path) bool { return slices.Contains(step.For, p) }) {
			continue
		}
		if alike(c.Inputs, step.Inputs) {
			return c.Inputs
		}
		if last == nil {
			last = c.Inputs
		}
	}
	return last
}

// alike reports whether inputs have the values that others give.
func alike(have, given spec.Inputs) bool {
	for req, sets := range given {
		for i, set := range sets {
			for name, x := range set {
				if i >= len(have[req]) || !value.Equal(have[req][i][name], x) {
					return false
				}
			}
		}
	}
	return true
}
