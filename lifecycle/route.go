package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Route is the path to a provide or a state from a given stack, with what each step
// asks. A provide of a state that is applied is called where the stack stands.
//
// A route from the current stack also repairs what failed in part: a state that was
// entered in part is left, unless the path enters it first; the top state, left in part,
// is entered again unless the path leaves it.
//
// The error is NotFound for what does not exist or cannot be reached, Invalid for a
// stack that cannot be.
func (e *Engine) Route(ctx context.Context, q spec.RouteQuery) (spec.Route, error) {
	s, p, err := e.target(q.Provide)
	if err != nil {
		return spec.Route{}, err
	}
	at, bad := e.from(q.From, e.status())
	if bad != nil {
		return spec.Route{}, bad
	}
	target := e.graph.index[s.Name]
	var path []spec.Step
	if p == nil || !slices.Contains(at.stack, target) {
		if path, err = e.pathAt(at.stack, target, q.Index); err != nil {
			return spec.Route{}, err
		}
		if !slices.Contains(q.Again, e.graph.states[at.top()].Name) {
			path = append(e.graph.undoLeave(at, path), path...)
		}
		path = append(e.graph.undoEnters(at, path), path...)
	}
	path = e.graph.withAgain(at, path, q.Again)
	r := spec.Route{Lifecycle: e.def.Name, From: e.graph.names(at.stack), Steps: make([]spec.Step, 0, len(path)+1), Simulated: e.Simulated(), Module: e.def.Digest}
	for _, step := range path {
		next, bad := e.graph.advance(at, step)
		if bad != nil {
			return spec.Route{}, bad
		}
		requires, hooks := e.asks(at, step)
		if step.Action == spec.Enter {
			step.Requires = e.suggested(ctx, e.path(step.State, step.ProvideName()), requires, hooks)
			if step.Again {
				step.Requires = secretsOptional(step.Requires)
			}
		}
		at = next
		r.Steps = append(r.Steps, step)
	}
	r.After = e.graph.names(at.stack)
	if p != nil {
		r.Provide = e.describe(s, p)
		r.Provide.Requires = e.suggested(ctx, r.Provide.Path, p.Requires, p.Hooks)
		r.Steps = append(r.Steps, spec.Step{Action: spec.Call, State: s.Name, Provide: p.Name, Requires: r.Provide.Requires})
	}
	return r, nil
}

// target reads the path of a state or of a provide; no provide is given back for a
// state, whose "enter" may be named.
func (e *Engine) target(path spec.Path) (*State, *Provide, error) {
	parts := path.Parts()
	if len(parts) < 3 || len(parts) > 4 {
		return nil, nil, spec.Errorf(spec.Invalid, "%s names no state and no provide", path).
			WithHint("a provide is /host/Lifecycle/State/provide")
	}
	if path.Host() != e.deps.Me.Host || path.Lifecycle() != e.def.Name {
		return nil, nil, spec.Errorf(spec.NotFound, "%s is not of %s", path, e.path())
	}
	s, ok := e.graph.state(path.State())
	if !ok {
		return nil, nil, spec.Errorf(spec.NotFound, "there is no state %s in %s", path.State(), e.path()).
			WithHint("the states are %s", strings.Join(e.graph.allNames(), ", "))
	}
	name := path.Provide()
	if name == "" || name == string(spec.Enter) {
		return s, nil, nil
	}
	p, ok := s.provide(name)
	if !ok {
		err := spec.Errorf(spec.NotFound, "%s has no provide %s", e.path(s.Name), name)
		var names []string
		for _, p := range s.Provides {
			names = append(names, p.Name)
		}
		if len(names) > 0 {
			return nil, nil, err.WithHint("it has %s", strings.Join(names, ", "))
		}
		return nil, nil, err
	}
	return s, p, nil
}

// pathAt is the path with an index; a negative index counts from the last.
func (e *Engine) pathAt(stack []int, target, index int) ([]spec.Step, error) {
	i := index
	if index < 0 {
		i = -index - 1
	}
	n := 0
	for path := range e.graph.paths(stack, target, index < 0) {
		if n == i {
			return path, nil
		}
		if n++; n == spec.MostPaths {
			break
		}
	}
	return nil, e.noPath(stack, target, index, n)
}

// noPath says why there is no path with an index, where there are n of them.
func (e *Engine) noPath(stack []int, target, index, n int) error {
	to, top := e.graph.states[target], e.graph.states[stack[len(stack)-1]]
	if n > 0 {
		err := spec.Errorf(spec.NotFound, "there is no path %d from %s to %s in %s", index, top.Name, to.Name, e.path())
		if n == spec.MostPaths {
			return err.WithHint("only the first and the last %d can be taken", n)
		}
		if n == 1 {
			return err.WithHint("there is one path, 0")
		}
		return err.WithHint("there are %d paths, counted from 0", n)
	}
	err := spec.Errorf(spec.NotFound, "no path leads from %s to %s in %s", top.Name, to.Name, e.path())
	if !supports(to.OS, e.deps.Me.OS) {
		return err.WithHint("%s supports %s, this host is %s", to.Name, showOS(to.OS), e.deps.Me.OS)
	}
	return err
}

func showOS(matches []OSMatch) string {
	names := make([]string, len(matches))
	for i, m := range matches {
		names[i] = m.String()
	}
	return strings.Join(names, ", ")
}

// suggested copies requires and asks the module for defaults that suit the host; it marks what
// the module validates. A suggestion that fails is noted, and the declared default stays: an
// operator can still answer.
func (e *Engine) suggested(ctx context.Context, at spec.Path, requires []spec.Require, hooks Hooks) []spec.Require {
	out := slices.Clone(requires)
	for i := range out {
		out[i].Vars = e.suggest(ctx, at, out[i].Name, out[i].Vars, hooks)
		out[i].Args = e.suggest(ctx, at, out[i].Name, out[i].Args, hooks)
		out[i].Returns = slices.Clone(out[i].Returns)
		for _, vars := range [][]spec.Variable{out[i].Vars, out[i].Args, out[i].Returns} {
			for k := range vars {
				vars[k].Validates = vars[k].Validates || hooks.Validate[out[i].Name+"/"+vars[k].Name] != nil
			}
		}
	}
	return out
}

func (e *Engine) suggest(ctx context.Context, at spec.Path, require string, vars []spec.Variable, hooks Hooks) []spec.Variable {
	out := slices.Clone(vars)
	for i, v := range out {
		fn := hooks.Suggest[require+"/"+v.Name]
		if fn == nil {
			continue
		}
		var x any
		err := callModule(ctx, func(ctx context.Context) (err error) {
			x, err = fn(ctx, e.newCall())
			return err
		})
		if err == nil && x != nil {
			if x, err = v.Convert(x); err != nil {
				err = fmt.Errorf("suggested value: %w", err)
			}
		}
		switch {
		case err != nil:
			e.deps.Logger.Warn("cannot suggest a value", "variable", at.Join(require, v.Name), "error", err)
		case x != nil:
			out[i].Default = x
		}
	}
	return out
}
