package lifecycle

import (
	"context"
	"maps"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Invalid makes one error of kind Invalid from all that is wrong, nil from nothing.
func Invalid(problems []spec.Problem) *spec.Error {
	switch len(problems) {
	case 0:
		return nil
	case 1:
		p := problems[0]
		return &spec.Error{Kind: spec.Invalid, At: string(p.Path), Msg: p.Msg, Hint: p.Hint}
	}
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = p.String()
	}
	return spec.Errorf(spec.Invalid, "%d problems: %s", len(problems), strings.Join(texts, "; "))
}

// asks gives what a step asks, and the module's functions about its variables. The
// step's state and provide exist. A step that takes back what failed in part asks
// nothing: its state has its values.
func (e *Engine) asks(now status, step spec.Step) (requires []spec.Require, hooks Hooks) {
	s, _ := e.graph.state(step.State)
	switch {
	case step.Action == spec.Enter && (step.Again || e.graph.mode(now, step) == ordinary):
		return s.Requires, s.Hooks
	case step.Action == spec.Call:
		p, _ := s.provide(step.Provide)
		return p.Requires, p.Hooks
	}
	return nil, Hooks{}
}

// read gives the inputs of a step in their types, before modifiers, with all that is
// wrong with them, also in the eyes of the module.
func (e *Engine) read(ctx context.Context, now status, step spec.Step, c *Call, deferred bool) (spec.Inputs, []spec.Problem) {
	requires, hooks := e.asks(now, step)
	r := reader{me: e.deps.Me, at: e.path(step.State, step.ProvideName()), deferred: deferred}
	in := r.read(requires, step.Inputs)
	if len(hooks.Validate) == 0 {
		return in, r.problems
	}
	call := *c
	call.Inputs = known(modified(requires, in))
	for _, req := range requires {
		for i, set := range in[req.Name] {
			for _, v := range req.Variables() {
				x, ok := set[v.Name]
				fn := hooks.Validate[req.Name+"/"+v.Name]
				if fn == nil || !ok || x == nil || value.IsDeferred(x) {
					continue
				}
				err := callModule(ctx, func(ctx context.Context) error { return fn(ctx, &call, x) })
				if err != nil {
					r.problems = append(r.problems, invalid(r.at.Join(spec.Indexed(req.Name, i), v.Name), v.Name, err))
				}
			}
		}
	}
	return in, r.problems
}

// invalid is a value that the module refuses.
func invalid(at spec.Path, name string, err error) spec.Problem {
	msg := err.Error()
	if !strings.HasPrefix(msg, name) {
		msg = name + ": " + msg
	}
	return spec.Problem{Path: at, Msg: msg, Hint: spec.HintOf(err)}
}

// modified copies inputs as a module sees them.
func modified(requires []spec.Require, in spec.Inputs) spec.Inputs {
	out := in.Clone()
	for _, req := range requires {
		for _, set := range out[req.Name] {
			for _, v := range req.Variables() {
				if x, ok := set[v.Name]; ok && !value.IsDeferred(x) {
					set[v.Name] = v.Modify(x)
				}
			}
		}
	}
	return out
}

// known drops the values that are not known yet, which no module can use.
func known(in spec.Inputs) spec.Inputs {
	for _, sets := range in {
		for _, set := range sets {
			maps.DeleteFunc(set, func(_ string, x any) bool { return value.IsDeferred(x) })
		}
	}
	return in
}
