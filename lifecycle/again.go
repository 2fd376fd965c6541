package lifecycle

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// withAgain adds the steps that enter states again to a path: after what it leaves, before
// what it enters.
func (g *graph) withAgain(now status, path []spec.Step, states []string) []spec.Step {
	n := 0
	for n < len(path) && path[n].Action == spec.Leave {
		n++
	}
	return slices.Insert(slices.Clone(path), n, g.again(now, path, states)...)
}

// again gives the steps that enter states again, the lowest first: those that are applied,
// and that a path does not leave.
func (g *graph) again(now status, path []spec.Step, states []string) (out []spec.Step) {
	for _, s := range now.stack {
		name := g.states[s].Name
		left := slices.ContainsFunc(path, func(p spec.Step) bool { return p.State == name && p.Action != spec.Call })
		if slices.Contains(states, name) && !left && s != g.initial {
			out = append(out, spec.Step{Action: spec.Enter, State: name, Again: true})
		}
	}
	return out
}

// secretsOptional copies requires with secrets that need not be given, since they stay
// what they are.
func secretsOptional(requires []spec.Require) []spec.Require {
	for i := range requires {
		for j, v := range requires[i].Vars {
			requires[i].Vars[j].Optional = v.Optional || v.Hidden()
		}
	}
	return requires
}

// withRecorded completes the inputs of a step that enters a state again with those that it
// was entered with, as far as its module still asks for them.
func (e *Engine) withRecorded(step spec.Step) spec.Inputs {
	out := e.stillAsked(step.State, e.appliedInputs(step.State).Clone())
	for req, sets := range step.Inputs {
		old := out[req]
		now := make([]spec.Set, len(sets))
		for i, set := range sets {
			now[i] = spec.Set{}
			if i < len(old) {
				maps.Copy(now[i], old[i])
			}
			for name, x := range set {
				if x != nil || now[i][name] == nil {
					now[i][name] = x
				}
			}
		}
		out[req] = now
	}
	return out
}

// stillAsked are inputs without what the module of a state has no variable for any more.
func (e *Engine) stillAsked(state string, in spec.Inputs) spec.Inputs {
	out := spec.Inputs{}
	s, _ := e.graph.state(state)
	for _, req := range s.Requires {
		names := map[string]bool{}
		for _, v := range req.Variables() {
			names[v.Name] = true
		}
		for _, set := range in[req.Name] {
			maps.DeleteFunc(set, func(name string, _ any) bool { return !names[name] })
		}
		if sets, ok := in[req.Name]; ok {
			out[req.Name] = sets
		}
	}
	return out
}

// appliedInputs are those that an applied state was entered with, before modifiers.
func (e *Engine) appliedInputs(state string) spec.Inputs {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, a := range e.rec.Applied {
		if a.State == state {
			return a.Inputs
		}
	}
	return nil
}

// changedInputs names the variables that differ, "conf/port", sorted.
func changedInputs(old, now spec.Inputs) []string {
	out := []string{}
	for _, req := range slices.Sorted(maps.Keys(now)) {
		if len(old[req]) != len(now[req]) {
			out = append(out, req)
			continue
		}
		for i, set := range now[req] {
			for _, name := range slices.Sorted(maps.Keys(set)) {
				if !value.Equal(old[req][i][name], set[name]) {
					out = append(out, spec.Indexed(req, i)+"/"+name)
				}
			}
		}
	}
	return out
}

// enterAgain enters an applied state with other values: its function is called, then what
// it did before and does not any more is taken back, and the states above are crossed.
func (x *stepExecution) enterAgain(ctx context.Context, s *State) (Outcome, *spec.Error) {
	e, step := x.engine, x.doing.Step
	c := *x.call
	c.Inputs = modified(s.Requires, step.Inputs)
	c.Effects = x.effects(s.Name, string(spec.Enter))
	changed := changedInputs(e.appliedInputs(s.Name), step.Inputs)
	err := x.run(ctx, step.Name(), func(ctx context.Context, c *Call) error {
		obsolete, err := e.obsolete(ctx, s, c.Inputs, x.call.Entered, nil)
		if err == nil && s.Enter != nil {
			err = s.Enter(ctx, c)
		}
		if err == nil && len(obsolete) > 0 {
			err = e.undo(ctx, c, obsolete)
		}
		return err
	}, &c)
	if err != nil {
		return x.failed(err), err
	}
	entered := &spec.Applied{State: s.Name, At: e.deps.Clock(), By: x.doing.By, Inputs: step.Inputs}
	out := Outcome{Again: entered, Called: x.called()}
	for _, above := range e.graph.upward(x.before.stack, e.graph.index[s.Name])[1:] {
		if above.Cross == nil {
			continue
		}
		c := *x.call
		c.Inputs, _ = e.entered(above.Name)
		c.Entered = enteredNow(x.call.Entered, s.Name, modified(s.Requires, step.Inputs))
		c.Effects = x.effects(above.Name, "cross")
		c.Flags = againFlags(s.Name, changed)
		if err := x.run(ctx, "cross "+above.Name, above.Cross, &c); err != nil {
			err.Msg = fmt.Sprintf("%s was entered again, but %s could not be crossed: %s", s.Name, above.Name, err.Msg)
			out.Fault = x.failed(err).Fault
			return out, err
		}
	}
	return out, nil
}

// againFlags are the flags that a state above is crossed with: which state was entered
// again, and which of its variables are others.
func againFlags(state string, changed []string) map[string]any {
	list := make([]any, len(changed))
	for i, name := range changed {
		list[i] = name
	}
	return map[string]any{"entered": state, "changed": list}
}

// enteredNow is entered with what a state is entered with just now.
func enteredNow(entered func(string) (spec.Inputs, bool), state string, in spec.Inputs) func(string) (spec.Inputs, bool) {
	return func(s string) (spec.Inputs, bool) {
		if s == state {
			return in.Clone(), true
		}
		return entered(s)
	}
}

// obsolete are the effects of a state's enter that it would not have, were it entered with
// these inputs upon what was there before it. Where that cannot be foreseen there are none,
// and what cannot be taken back now is none: a directory that has something of others in it.
func (e *Engine) obsolete(ctx context.Context, s *State, in spec.Inputs, entered func(string) (spec.Inputs, bool), foreseen *Preview) ([]spec.Effect, error) {
	if e.def.Effects == nil || s.Enter == nil {
		return nil, nil
	}
	effects := slices.DeleteFunc(e.effectsOf(s.Name, foreseen), func(f spec.Effect) bool { return f.Provide != string(spec.Enter) || f.Found })
	whole, err := e.whole(foreseen, effects)
	if err != nil || len(whole) == 0 {
		return nil, err
	}
	p := &Preview{Host: &Kept{}}
	c := e.newCall()
	c.Preview, c.Inputs, c.Entered, c.Changed = p, in, entered, spec.ChangedOverwrite
	if err := e.def.Effects.Undo(ctx, c, whole, nil); err != nil {
		return nil, nil //nolint:nilerr // then nothing is known to be obsolete
	}
	undone := p.changes
	p.changes, p.unknown = nil, ""
	if err := s.Enter(ctx, c); err != nil || p.unknown != "" {
		return nil, nil //nolint:nilerr // likewise; that it fails is found when it is entered
	}
	stays := func(f spec.Effect) bool {
		of := func(c spec.Change) bool { return c.Key == f.Key }
		return f.Besides == 0 && (f.Command() || !slices.ContainsFunc(undone, of) || slices.ContainsFunc(p.changes, of))
	}
	kept := map[int]bool{} // batches of which something stays
	for _, f := range whole {
		kept[f.Batch] = kept[f.Batch] || stays(f)
	}
	return slices.DeleteFunc(whole, func(f spec.Effect) bool { return stays(f) || kept[f.Besides] }), nil
}
