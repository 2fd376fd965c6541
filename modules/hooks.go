package modules

import (
	"context"
	"errors"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// hooks are the suggest and validate functions of the variables of requires.
func (r *runner) hooks(requires []*requireValue) lifecycle.Hooks {
	var h lifecycle.Hooks
	for _, q := range requires {
		for _, v := range q.vars {
			key := q.name + "/" + v.name
			if v.suggest != nil {
				if h.Suggest == nil {
					h.Suggest = map[string]func(context.Context, *lifecycle.Call) (any, error){}
				}
				h.Suggest[key] = r.suggest(v, requires)
			}
			if v.validate != nil {
				if h.Validate == nil {
					h.Validate = map[string]func(context.Context, *lifecycle.Call, any) error{}
				}
				h.Validate[key] = r.validate(v, requires)
			}
		}
	}
	return h
}

func (r *runner) suggest(v *varValue, requires []*requireValue) func(context.Context, *lifecycle.Call) (any, error) {
	return func(ctx context.Context, c *lifecycle.Call) (any, error) {
		s := &session{call: c, run: r, asking: true}
		got, err := s.do(ctx, v.suggest, requires)
		if err != nil {
			return nil, err
		}
		x, err := toGo(got)
		if err == nil {
			w := v.v
			w.Optional = true // no suggestion is fine
			x, err = w.Convert(x)
		}
		if err != nil {
			return nil, &spec.Error{Kind: spec.Failed, At: v.suggest.Position().String(),
				Msg: s.hide(v.suggest.Name() + " suggests a wrong value: " + err.Error())}
		}
		return x, nil
	}
}

// validate refuses by the text that the module's function returns, or fails with.
func (r *runner) validate(v *varValue, requires []*requireValue) func(context.Context, *lifecycle.Call, any) error {
	return func(ctx context.Context, c *lifecycle.Call, value any) error {
		at := v.validate.Position().String()
		x, err := fromGo(value)
		if err != nil {
			return &spec.Error{Kind: spec.Failed, At: at, Msg: err.Error()}
		}
		s := &session{call: c, run: r, asking: true}
		s.note(value)
		got, err := s.do(ctx, v.validate, requires, x)
		if err != nil {
			return refusal(s, err)
		}
		msg, isText := starlark.AsString(got)
		switch {
		case got == starlark.None || isText && msg == "":
			return nil
		case isText:
			return &spec.Error{Kind: spec.Invalid, Msg: s.hide(msg)}
		}
		return &spec.Error{Kind: spec.Failed, At: at, Msg: v.validate.Name() + " must return None or what is wrong, returned " + typeName(got),
			Hint: "write: if bad: return \"why\""}
	}
}

// refusal tells fail("why"), which is meant for the operator, from a fault of the
// function.
func refusal(s *session, err error) error {
	e := spec.AsError(err)
	e.Msg = s.hide(e.Msg)
	var ee *starlark.EvalError
	if errors.As(e.Err, &ee) && len(ee.CallStack) > 0 && ee.CallStack.At(0).Name == "fail" {
		return &spec.Error{Kind: spec.Invalid, Msg: e.Msg}
	}
	return e
}
