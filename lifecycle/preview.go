package lifecycle

import "github.com/armonic/armonic/spec"

// Preview says what work would change, step by step. The functions of a module
// could do anything to a host, and are shown as unpredictable, unless the host is
// simulated. The error is that of the first step that is not possible.
func (e *Engine) Preview(w spec.Work) ([]spec.StepPreview, error) {
	now, problems := e.startOf(w)
	if err := Invalid(problems); err != nil {
		return nil, err
	}
	out := make([]spec.StepPreview, 0, len(w.Steps))
	for _, step := range w.Steps {
		next, err := e.graph.advance(now, step)
		if err != nil {
			return nil, err
		}
		acts := now.initialPending || e.runsModule(now.stack, step)
		now = next
		out = append(out, spec.StepPreview{Step: step, Unpredictable: !e.deps.Me.Simulated && acts})
	}
	return out, nil
}

// runsModule reports whether a step runs any function of the module.
func (e *Engine) runsModule(stack []int, step spec.Step) bool {
	s, _ := e.graph.state(step.State)
	switch step.Action {
	case spec.Enter:
		return s.Enter != nil
	case spec.Leave:
		return s.Leave != nil
	}
	p, _ := s.provide(step.Provide)
	if p.Do != nil {
		return true
	}
	for _, above := range e.graph.upward(stack, e.graph.index[step.State]) {
		if above.Cross != nil {
			return true
		}
	}
	return false
}
