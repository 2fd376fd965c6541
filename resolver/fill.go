package resolver

import (
	"fmt"
	"maps"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// FillReturns gives the steps of a task with the values put in that calls returned, in the
// types of the variables that take them: what a Resolve with these returns would give, for
// this task alone. Returned says what the call of a node returned, or that it has not been
// made. Steps that lack nothing are shared with the task, and the task stays as it is.
//
// The error is spec.Invalid at the variable for which a call returned no good value, and
// spec.Internal if a call has not been made.
func (p *Plan) FillReturns(t *Task, returned func(NodeID) (any, bool)) ([]spec.Step, error) {
	f := filler{plan: p, task: t, returned: returned}
	return f.all()
}

// FillKnown does the same with what calls would return, as far as that is known: other values,
// and those that are not good, stay deferred.
func (p *Plan) FillKnown(t *Task, returned func(NodeID) (any, bool)) []spec.Step {
	f := filler{plan: p, task: t, returned: returned, partly: true}
	steps, _ := f.all() // where a part will do, nothing is wrong
	return steps
}

type filler struct {
	plan     *Plan
	task     *Task
	returned func(NodeID) (any, bool)
	absent   spec.Inputs // of the step: what is taken for what calls do not return
	partly   bool        // what is not known stays deferred
}

func (f *filler) all() ([]spec.Step, error) {
	steps := slices.Clone(f.task.Steps)
	for i := range steps {
		if f.absent = nil; i < len(f.task.Absent) {
			f.absent = f.task.Absent[i]
		}
		if err := f.fill(&steps[i]); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

// fill puts values into a copy of the inputs of one step, by what the step asks.
func (f *filler) fill(s *spec.Step) error {
	if !awaits(s.Inputs) {
		return nil
	}
	in := spec.Inputs{}
	for name, sets := range s.Inputs {
		in[name] = slices.Clone(sets)
	}
	for i := range s.Requires {
		r := &s.Requires[i]
		for n, set := range in[r.Name] {
			if !setAwaits(set) {
				continue
			}
			at := spec.MakePath(f.task.Host, f.task.Lifecycle, s.State, s.ProvideName(), spec.Indexed(r.Name, n))
			var err error
			if in[r.Name][n], err = f.set(r, n, set, at); err != nil {
				return err
			}
		}
	}
	if awaits(in) && !f.partly {
		return spec.Errorf(spec.Internal, "%s of %s lacks a value that nothing declares", s.Name(), f.task.Node)
	}
	s.Inputs, s.Requires = in, nil
	return nil
}

func (f *filler) set(r *spec.Require, n int, set spec.Set, at spec.Path) (spec.Set, error) {
	out := maps.Clone(set)
	for _, v := range r.Variables() {
		d, deferred := set[v.Name].(value.Deferred)
		if !deferred {
			continue
		}
		var absent any
		if sets := f.absent[r.Name]; n < len(sets) {
			absent = sets[n][v.Name]
		}
		x, err := f.value(v, d, absent, at.Join(v.Name))
		switch {
		case err != nil && f.partly:
			continue
		case err != nil:
			return nil, err
		}
		if out[v.Name] = x; x == nil {
			delete(out, v.Name)
		}
	}
	return out, nil
}

// awaits reports whether a call will return some of the inputs.
func awaits(in spec.Inputs) bool {
	for _, sets := range in {
		if slices.ContainsFunc(sets, setAwaits) {
			return true
		}
	}
	return false
}

func setAwaits(set spec.Set) bool {
	for _, x := range set {
		if _, deferred := x.(value.Deferred); deferred {
			return true
		}
	}
	return false
}

func (f *filler) value(v spec.Variable, d value.Deferred, absent any, at spec.Path) (any, error) {
	returns, ok := f.returned(NodeID(d.Node))
	if !ok {
		return nil, spec.Errorf(spec.Internal, "%s of %s is not known yet: %s has not been called", at, f.task.Node, d.Node)
	}
	x, _, err := takeReturn(v, d.Name, returns, absent)
	if err != nil {
		return nil, &spec.Error{Kind: spec.Invalid, At: string(at), Msg: badReturn(f.plan.provide(NodeID(d.Node)), d.Name, err)}
	}
	return x, nil
}

// provide is what the call of a node calls, "" if the plan has no such call.
func (p *Plan) provide(id NodeID) spec.Path {
	for i := range p.Tasks {
		t := &p.Tasks[i]
		if n := len(t.Steps); t.Node == id && n > 0 && t.Steps[n-1].Action == spec.Call {
			return spec.MakePath(t.Host, t.Lifecycle, t.Steps[n-1].State, t.Steps[n-1].Provide)
		}
	}
	return ""
}

// takeReturn gives what a call returned under a name in the type of a variable, and
// whether the call did not return it, so that it is what is to be taken then, or the
// variable's default.
func takeReturn(v spec.Variable, name string, returns, absent any) (x any, isDefault bool, err error) {
	m, _ := returns.(map[string]any)
	if absent == nil {
		absent = v.Default
	}
	if x = m[name]; x == nil && absent != nil {
		x, isDefault = absent, true
	}
	x, err = v.Convert(x)
	return x, isDefault, err
}

// badReturn says that a call did not return what a variable takes.
func badReturn(by spec.Path, name string, err error) string {
	return fmt.Sprintf("%s did not return a good %s: %v", by, name, err)
}
