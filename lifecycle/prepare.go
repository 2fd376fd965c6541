package lifecycle

import (
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Prepared is a step that may be executed: its inputs are complete, in their types, and
// were validated.
type Prepared struct {
	step    spec.Step
	mode    stepMode
	changed spec.Changed
}

// Step is the step with the values that it is done with.
func (p Prepared) Step() spec.Step { return p.step }

// Prepare reads and validates work that is about to be done, all of it before any of it
// is done: this is the only place where values of a run are converted and validated. A
// value that is not known yet is wrong. The error is Invalid and says everything that is
// wrong; if that is one step which is not possible, it wraps the error of that step.
func (e *Engine) Prepare(ctx context.Context, w spec.Work) ([]Prepared, error) {
	return e.checkWork(ctx, w, false).result()
}

// Check says everything that is wrong with work: steps that the stack they start
// on does not allow, and every wrong value of every step. Values that a run will
// return are accepted; they are checked when they are known.
func (e *Engine) Check(ctx context.Context, w spec.Work) []spec.Problem {
	return e.checkWork(ctx, w, true).problems
}

// checked is what a look at work gives.
type checked struct {
	steps    []Prepared
	problems []spec.Problem
	refused  *spec.Error // the last step that is not possible
}

func (c checked) result() ([]Prepared, error) {
	if err := Invalid(c.problems); err != nil {
		if len(c.problems) == 1 && c.refused != nil {
			err.Err = c.refused
		}
		return nil, err
	}
	return c.steps, nil
}

func (e *Engine) checkWork(ctx context.Context, w spec.Work, deferred bool) checked {
	now, problems := e.startOf(w, e.status())
	out := checked{problems: problems}
	c := e.newCall()
	planned := map[string]spec.Inputs{}
	c.Entered = func(state string) (spec.Inputs, bool) {
		if in, ok := planned[state]; ok {
			return in.Clone(), true
		}
		return e.entered(state)
	}
	for _, step := range w.Steps {
		next, err := e.graph.advance(now, step)
		if err != nil {
			out.problems = append(out.problems, spec.Problem{Path: e.pathOf(step), Msg: err.Error(), Hint: err.Hint})
			out.refused = err
			if err.Kind != spec.Conflict {
				continue
			}
		}
		if step.Again {
			step.Inputs = e.withRecorded(step)
		} else if step.Action == spec.Call {
			var lost []spec.Problem
			step.Inputs, lost = e.withSecrets(step)
			out.problems = append(out.problems, lost...)
		}
		in, wrong := e.read(ctx, now, step, c, deferred)
		out.problems = append(out.problems, wrong...)
		mode := e.graph.mode(now, step)
		if step.Action == spec.Enter && (mode == ordinary || mode == enterAgain) {
			s, _ := e.graph.state(step.State)
			planned[step.State] = known(modified(s.Requires, in))
		}
		step.Inputs, step.Requires = in, nil
		out.steps = append(out.steps, Prepared{step, mode, w.Changed})
		now = next
	}
	return out
}

// startOf finds the stack that work starts on; now is what is applied, or will be by then.
func (e *Engine) startOf(w spec.Work, now status) (status, []spec.Problem) {
	if w.Lifecycle != e.def.Name {
		return now, []spec.Problem{{Path: e.path(), Msg: "the work is for the lifecycle " + w.Lifecycle}}
	}
	at, err := e.from(w.From, now)
	if err != nil {
		return now, []spec.Problem{{Path: e.path(), Msg: err.Msg}}
	}
	return at, nil
}

// from reads a stack that somebody plans on, nil being the current one, which
// is always accepted as it is.
func (e *Engine) from(names []string, now status) (status, *spec.Error) {
	if names == nil || slices.Equal(names, e.graph.names(now.stack)) {
		return now, nil
	}
	return e.graph.planned(names)
}
