package lifecycle

import (
	"context"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// asks gives what a step asks: the requires, and the module's functions about
// their variables. The step's state and provide exist. A state that is entered again
// asks nothing: it has its values.
func (e *Engine) asks(p position, step spec.Step) (at spec.Path, requires []spec.Require, hooks Hooks) {
	s, _ := e.m.state(step.State)
	at = e.path(step.State, step.Asks())
	switch step.Action {
	case spec.Enter:
		if e.m.manner(p, step) == again {
			return at, nil, Hooks{}
		}
		return at, s.Requires, s.Hooks
	case spec.Call:
		p, _ := s.provide(step.Provide)
		return at, p.Requires, p.Hooks
	}
	return at, nil, Hooks{}
}

// Check says everything that is wrong with work: steps that the stack they start
// on does not allow, and every wrong value of every step. Values that a run will
// return are accepted; they are checked when they are known.
func (e *Engine) Check(ctx context.Context, w spec.Work) []spec.Problem {
	return e.check(ctx, w, true)
}

// CheckReady is Check for work that is about to be done: a value that is not known
// yet is wrong.
func (e *Engine) CheckReady(ctx context.Context, w spec.Work) []spec.Problem {
	return e.check(ctx, w, false)
}

func (e *Engine) check(ctx context.Context, w spec.Work, deferred bool) []spec.Problem {
	at, problems := e.begin(w)
	c := e.newCall()
	planned := map[string]spec.Inputs{}
	c.Entered = func(state string) (spec.Inputs, bool) {
		if in, ok := planned[state]; ok {
			return in.Clone(), true
		}
		return e.entered(state)
	}
	for _, step := range w.Steps {
		next, err := e.m.follow(at, step)
		if err != nil {
			problems = append(problems, spec.Problem{Path: e.place(step), Msg: err.Error(), Hint: err.Hint})
			if err.Kind != spec.Conflict {
				continue
			}
		}
		in, wrong := e.read(ctx, at, step, c, deferred)
		problems = append(problems, wrong...)
		if step.Action == spec.Enter && e.m.manner(at, step) != again {
			_, requires, _ := e.asks(at, step)
			planned[step.State] = known(modified(requires, in))
		}
		at = next
	}
	return problems
}

// begin finds the stack that work starts on.
func (e *Engine) begin(w spec.Work) (position, []spec.Problem) {
	now := e.now()
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
func (e *Engine) from(names []string, now position) (position, *spec.Error) {
	if names == nil || slices.Equal(names, e.m.names(now.stack)) {
		return now, nil
	}
	return e.m.valid(names)
}

// place is the most exact path of a step that exists.
func (e *Engine) place(step spec.Step) spec.Path {
	s, ok := e.m.state(step.State)
	if !ok {
		return e.path()
	}
	if _, ok := s.provide(step.Provide); ok {
		return e.path(step.State, step.Provide)
	}
	return e.path(step.State)
}

// read gives the inputs of a step at a position in their types, before modifiers, with all that
// is wrong with them, also in the eyes of the module.
func (e *Engine) read(ctx context.Context, p position, step spec.Step, c *Call, deferred bool) (spec.Inputs, []spec.Problem) {
	at, requires, hooks := e.asks(p, step)
	r := reader{me: e.me, at: at, deferred: deferred}
	in := r.read(requires, step.Inputs)
	if len(hooks.Validate) == 0 {
		return in, r.problems
	}
	for _, req := range requires {
		for i, set := range in[req.Name] {
			for _, v := range setVariables(req) {
				x, ok := set[v.Name]
				fn := hooks.Validate[req.Name+"/"+v.Name]
				if fn == nil || !ok || x == nil || isDeferred(x) {
					continue
				}
				call := *c
				call.Inputs = known(modified(requires, in))
				err := guard(ctx, func(ctx context.Context) error { return fn(ctx, &call, value.Clone(x)) })
				if err != nil {
					r.problems = append(r.problems, refused(at.Join(spec.Indexed(req.Name, i), v.Name), v.Name, err))
				}
			}
		}
	}
	return in, r.problems
}

func refused(at spec.Path, name string, err error) spec.Problem {
	msg := err.Error()
	if !strings.HasPrefix(msg, name) {
		msg = name + ": " + msg
	}
	return spec.Problem{Path: at, Msg: msg, Hint: spec.HintOf(err)}
}

// known drops the values that are not known yet, which no module can use.
func known(in spec.Inputs) spec.Inputs {
	for _, sets := range in {
		for _, set := range sets {
			for name, x := range set {
				if isDeferred(x) {
					delete(set, name)
				}
			}
		}
	}
	return in
}

// Preview says what work would change, step by step. The functions of a module
// could do anything to a host, and are shown as unpredictable, unless the host is
// simulated. The error is that of the first step that is not possible.
func (e *Engine) Preview(w spec.Work) ([]spec.StepPreview, error) {
	at, problems := e.begin(w)
	if err := Invalid(problems); err != nil {
		return nil, err
	}
	out := make([]spec.StepPreview, 0, len(w.Steps))
	for _, step := range w.Steps {
		next, err := e.m.follow(at, step)
		if err != nil {
			return nil, err
		}
		acts := at.fresh || e.acts(at.stack, step)
		at = next
		out = append(out, spec.StepPreview{Step: step, Unpredictable: !e.me.Simulated && acts})
	}
	return out, nil
}

// acts reports whether a step runs any function of the module.
func (e *Engine) acts(stack []int, step spec.Step) bool {
	s, _ := e.m.state(step.State)
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
	for _, above := range e.m.from(stack, e.m.index[step.State]) {
		if above.Cross != nil {
			return true
		}
	}
	return false
}
