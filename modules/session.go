package modules

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// session is one call of one function: what its ctx stands for.
type session struct {
	call    *lifecycle.Call
	run     *runner
	asking  bool     // it suggests or validates, and must not touch the host
	secrets []string // that the function was given, to keep them out of what it says
}

// ctx is the first parameter of every function.
func (s *session) ctx(ctx context.Context, req starlark.Value) starlark.Value {
	me := s.call.Me
	return newRecord("ctx", starlark.StringDict{
		"req": req,
		"me": newRecord("ctx.me", starlark.StringDict{
			"name":    starlark.String(me.Host),
			"address": starlark.String(me.Address),
			"os": newRecord("ctx.me.os", starlark.StringDict{
				"name":    starlark.String(me.OS.Name),
				"release": starlark.String(me.OS.Release),
			}),
		}),
		"host":     s.host(ctx),
		"entered":  starlark.NewBuiltin("ctx.entered", s.entered),
		"log":      starlark.NewBuiltin("ctx.log", s.logged),
		"progress": starlark.NewBuiltin("ctx.progress", s.progress),
	})
}

func (s *session) entered(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := enteredSignature().unpack(args, kwargs, &name); err != nil {
		return nil, err
	}
	requires, ok := s.run.asks[name]
	if !ok {
		return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("%s has no state %q", s.run.lifecycle, name), Hint: didYouMean(name, sortedKeys(s.run.asks))}
	}
	var inputs spec.Inputs
	if ok = s.call.Entered != nil; ok {
		inputs, ok = s.call.Entered(name)
	}
	if !ok {
		return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("%s is not in state %s, so it has no values it was entered with", s.run.lifecycle, name),
			Hint: "ask only for states below the one that the function belongs to"}
	}
	return s.shape(inputs, requires)
}

func (s *session) logged(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text starlark.Value
	level := string(spec.LevelInfo)
	if err := logSignature().unpack(args, kwargs, &text, &level); err != nil {
		return nil, err
	}
	line, ok := starlark.AsString(text)
	if !ok {
		line = text.String()
	}
	switch l := spec.Level(level); l {
	case spec.LevelInfo, spec.LevelWarn, spec.LevelError:
		s.say(t, l, line)
		return starlark.None, nil
	}
	return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("ctx.log has no level %q", level), Hint: "write \"info\", \"warn\" or \"error\""}
}

// say logs a line of the module's.
func (s *session) say(t *starlark.Thread, level spec.Level, text string) {
	waiting(t, func() { s.log(level, text) })
}

func (s *session) log(level spec.Level, text string) {
	if s.call.Log != nil {
		s.call.Log(level, s.hide(text))
	}
}

func (s *session) progress(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var done, total int
	if err := progressSignature().unpack(args, kwargs, &done, &total); err != nil {
		return nil, err
	}
	if done < 0 || total < 0 || total > 0 && done > total {
		return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("ctx.progress cannot be %d of %d", done, total), Hint: "write ctx.progress(done, total), with total 0 if it is not known"}
	}
	if s.call.Progress != nil {
		waiting(t, func() { s.call.Progress(done, total) })
	}
	return starlark.None, nil
}

// hide takes the secrets that the function was given out of a text, also those it
// revealed.
func (s *session) hide(text string) string {
	slices.SortFunc(s.secrets, func(a, b string) int { return len(b) - len(a) }) // one may hold another
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, spec.Secret("").String())
	}
	return text
}

// shape gives inputs the form that modules see: by require a struct of variables, a
// struct or None for "?", a list of structs for several.
func (s *session) shape(in spec.Inputs, requires []*requireValue) (starlark.Value, error) {
	out := starlark.StringDict{}
	for _, r := range requires {
		v, err := s.sets(in[r.name], r.r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		out[r.name] = v
	}
	return newRecord("ctx.req", out), nil
}

func (s *session) sets(sets []spec.Set, r spec.Require) (starlark.Value, error) {
	n := r.Nargs.Norm()
	if n.Max == 1 {
		if len(sets) > 0 {
			return s.set(sets[0], r)
		}
		if n.Min == 0 {
			return starlark.None, nil
		}
		return s.set(nil, r) // all None, while values are only being suggested
	}
	out := make([]starlark.Value, len(sets))
	for i, set := range sets {
		v, err := s.set(set, r)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	l := starlark.NewList(out)
	l.Freeze()
	return l, nil
}

func (s *session) set(set spec.Set, r spec.Require) (starlark.Value, error) {
	out := starlark.StringDict{}
	for _, v := range r.Variables() {
		out[v.Name] = starlark.None
	}
	for name, x := range set {
		s.note(x)
		v, err := fromGo(x)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return newRecord(r.Name, out), nil
}

// note remembers the secrets in a value.
func (s *session) note(x any) {
	switch x := x.(type) {
	case spec.Secret:
		if x == "" {
			return
		}
		s.secrets = append(s.secrets, spellings(x.Reveal())...)
	case []any:
		for _, y := range x {
			s.note(y)
		}
	case map[string]any:
		for _, y := range x {
			s.note(y)
		}
	}
}
