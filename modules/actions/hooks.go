package actions

import (
	"context"
	"errors"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// Hook is the functions that a module has for one variable of a require.
type Hook struct {
	Require  string
	Variable spec.Variable
	Suggest  *starlark.Function // may be nil
	Validate *starlark.Function // may be nil
}

// Hooks makes the suggestions and checks of the variables of requires.
func (f *Functions) Hooks(hooks []Hook, requires []spec.Require) lifecycle.Hooks {
	h := lifecycle.Hooks{Suggest: map[string]func(context.Context, *lifecycle.Call) (any, error){},
		Validate: map[string]func(context.Context, *lifecycle.Call, any) error{}}
	for _, k := range hooks {
		key := k.Require + "/" + k.Variable.Name
		if k.Suggest != nil {
			h.Suggest[key] = f.suggest(k.Suggest, k.Variable, requires)
		}
		if k.Validate != nil {
			h.Validate[key] = f.validate(k.Validate, requires)
		}
	}
	return h
}

func (f *Functions) suggest(fn *starlark.Function, v spec.Variable, requires []spec.Require) func(context.Context, *lifecycle.Call) (any, error) {
	v.Optional = true // no suggestion is fine
	return func(ctx context.Context, in *lifecycle.Call) (any, error) {
		c := &call{Call: in, by: f, asking: true}
		got, err := c.do(ctx, fn, requires)
		if err != nil {
			return nil, err
		}
		x, err := c.returned(got)
		if err == nil {
			x, err = v.Convert(x)
		}
		if err != nil {
			return nil, &spec.Error{Kind: spec.Failed, At: fn.Position().String(),
				Msg: c.hide(fn.Name() + " suggests a wrong value: " + err.Error())}
		}
		return x, nil
	}
}

// validate refuses by the text that the module's function returns, or fails with.
func (f *Functions) validate(fn *starlark.Function, requires []spec.Require) func(context.Context, *lifecycle.Call, any) error {
	return func(ctx context.Context, in *lifecycle.Call, x any) error {
		at := fn.Position().String()
		v, err := interp.FromGo(x)
		if err != nil {
			return &spec.Error{Kind: spec.Failed, At: at, Msg: err.Error()}
		}
		c := &call{Call: in, by: f, asking: true}
		c.learn(x)
		got, err := c.do(ctx, fn, requires, v)
		if err != nil {
			return refusal(err)
		}
		msg, isText := starlark.AsString(got)
		switch {
		case got == starlark.None || isText && msg == "":
			return nil
		case isText:
			return &spec.Error{Kind: spec.Invalid, Msg: c.hide(msg)}
		}
		return &spec.Error{Kind: spec.Failed, At: at, Msg: fn.Name() + " must return None or what is wrong, returned " + interp.TypeName(got),
			Hint: "write: if bad: return \"why\""}
	}
}

// refusal tells fail("why"), which is meant for the operator, from a fault of the
// function.
func refusal(err error) error {
	e := spec.AsError(err)
	var ee *starlark.EvalError
	if errors.As(e.Err, &ee) && len(ee.CallStack) > 0 && ee.CallStack.At(0).Name == "fail" {
		return &spec.Error{Kind: spec.Invalid, Msg: e.Msg}
	}
	return e
}
