package actions

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// call is one call of one function: what its ctx stands for.
type call struct {
	*lifecycle.Call
	by       *Functions
	asking   bool           // it suggests or validates, and must not touch the host
	secrets  interp.Secrets // that the function was given
	redactor value.Redactor // of these
}

// learn notes the secrets in a value that the function is given.
func (c *call) learn(x any) {
	c.secrets.Learn(x)
	c.redactor.Learn(x)
}

// hide takes the secrets out of a text that people read.
func (c *call) hide(text string) string { return c.redactor.Redact(c.secrets.Hide(text)) }

// returned gives what a function returned. A text with a secret in it is a secret.
func (c *call) returned(v starlark.Value) (any, error) {
	x, err := interp.ToGo(v)
	if err != nil {
		return nil, err
	}
	return c.secrets.Restore(x)
}

// What check of modules looks for in the log of a step.
const (
	SecretReturned = "what is returned has a secret in it, so all of that text is kept as one: declare it with secret = True"
	SecretArgument = "a secret is among the arguments of a command, where every user of the host can see it: give it as input, or in env"
)

// mask makes secrets of the texts in which the module put one in clear.
func (c *call) mask(x any) (any, error) {
	return value.Map(x, func(leaf any) (any, error) {
		text, ok := leaf.(string)
		if !ok || c.redactor.Redact(text) == text {
			return leaf, nil
		}
		c.log(spec.LevelWarn, SecretReturned)
		return value.Secret(text), nil
	})
}

// ctx is the first parameter of every function.
func (c *call) ctx(ctx context.Context, req starlark.Value) starlark.Value {
	me := c.Me
	return interp.NewStruct("ctx", starlark.StringDict{
		"req": req,
		"me": interp.NewStruct("ctx.me", starlark.StringDict{
			"name":    starlark.String(me.Host),
			"address": starlark.String(me.Address),
			"os": interp.NewStruct("ctx.me.os", starlark.StringDict{
				"name":    starlark.String(me.OS.Name),
				"release": starlark.String(me.OS.Release),
			}),
		}),
		"host":     c.host(ctx),
		"entered":  starlark.NewBuiltin("ctx.entered", c.entered),
		"log":      starlark.NewBuiltin("ctx.log", c.logged),
		"progress": starlark.NewBuiltin("ctx.progress", c.progress),
	})
}

func (c *call) entered(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := enteredSignature().Unpack(args, kwargs, &name); err != nil {
		return nil, err
	}
	requires, ok := c.by.asks[name]
	if !ok {
		return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("%s has no state %q", c.by.lifecycle, name), Hint: interp.DidYouMean(name, slices.Sorted(maps.Keys(c.by.asks)))}
	}
	var inputs spec.Inputs
	if ok = c.Entered != nil; ok {
		inputs, ok = c.Entered(name)
	}
	if !ok {
		return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("%s is not in state %s, so it has no values it was entered with", c.by.lifecycle, name),
			Hint: "ask only for states below the one that the function belongs to"}
	}
	return c.shape(inputs, requires)
}

func (c *call) logged(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text starlark.Value
	level := string(spec.LevelInfo)
	if err := logSignature().Unpack(args, kwargs, &text, &level); err != nil {
		return nil, err
	}
	line, ok := starlark.AsString(text)
	if !ok {
		line = text.String()
	}
	switch l := spec.Level(level); l {
	case spec.LevelInfo, spec.LevelWarn, spec.LevelError:
		c.say(t, l, line)
		return starlark.None, nil
	}
	return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("ctx.log has no level %q", level), Hint: "write \"info\", \"warn\" or \"error\""}
}

// say logs a line of the module's.
func (c *call) say(t *starlark.Thread, level spec.Level, text string) {
	interp.Waiting(t, func() { c.log(level, text) })
}

func (c *call) log(level spec.Level, text string) {
	if c.Log != nil {
		c.Log(level, c.hide(text))
	}
}

func (c *call) progress(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var done, total int
	if err := progressSignature().Unpack(args, kwargs, &done, &total); err != nil {
		return nil, err
	}
	if done < 0 || total < 0 || total > 0 && done > total {
		return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("ctx.progress cannot be %d of %d", done, total), Hint: "write ctx.progress(done, total), with total 0 if it is not known"}
	}
	if c.Progress != nil {
		interp.Waiting(t, func() { c.Progress(done, total) })
	}
	return starlark.None, nil
}

// shape gives inputs the form that modules see: by require a struct of variables, a
// struct or None for "?", a list of structs for several.
func (c *call) shape(in spec.Inputs, requires []spec.Require) (starlark.Value, error) {
	out := starlark.StringDict{}
	for _, r := range requires {
		v, err := c.sets(in[r.Name], r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		out[r.Name] = v
	}
	return interp.NewStruct("ctx.req", out), nil
}

func (c *call) sets(sets []spec.Set, r spec.Require) (starlark.Value, error) {
	n := r.Nargs.Norm()
	if n.Max == 1 {
		if len(sets) > 0 {
			return c.set(sets[0], r)
		}
		if n.Min == 0 {
			return starlark.None, nil
		}
		return c.set(nil, r) // all None, while values are only being suggested
	}
	out := make([]starlark.Value, len(sets))
	for i, set := range sets {
		v, err := c.set(set, r)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	l := starlark.NewList(out)
	l.Freeze()
	return l, nil
}

func (c *call) set(set spec.Set, r spec.Require) (starlark.Value, error) {
	out := starlark.StringDict{}
	for _, v := range r.Variables() {
		out[v.Name] = starlark.None
	}
	for name, x := range set {
		c.learn(x)
		v, err := interp.FromGo(x)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return interp.NewStruct(r.Name, out), nil
}
