package modules

import (
	"cmp"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// lifecycleValue is what lifecycle() returns, and what the set is checked by.
type lifecycleValue struct {
	declared
	args   *args
	lc     *lifecycle.Lifecycle
	states []*stateValue
	run    *actions.Functions
	defs   func(*starlark.Function) (*parsed, bool) // the file of a function
}

func (d *defining) newLifecycle(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	a := d.bind(lifecycleSignature(), pos, kwargs, at)
	name := a.identifier("name")
	out := &lifecycleValue{declared: declared{"lifecycle", name, at}, args: a, defs: d.fileOf}
	out.run = actions.New(name, actions.Config{Machine: d.Machine, Time: cmp.Or(d.ActTime, interp.ActTime), Monitor: d.Monitor,
		Beside: d.reader(d.sources[d.source].Label(d.path))})
	out.lc = &lifecycle.Lifecycle{Name: name, Doc: dedent(a.str("doc")), Initial: a.str("initial"), Source: at.String(),
		Previews: true, Simulated: a.boolean("simulated", false), Effects: out.run}
	if out.lc.Doc == "" {
		out.lc.Doc = dedent(d.doc)
	}
	if library(d.path) {
		a.errorf(at.String(), "return states from a function here, and call lifecycle(…) in a module outside lib/", "a library cannot declare a lifecycle")
		return out
	}
	a.list("states", "states", func(x starlark.Value) bool {
		s, ok := x.(*stateValue)
		if ok {
			out.add(s)
		}
		return ok
	})
	a.list("transitions", "pairs (\"From\", \"To\")", func(x starlark.Value) bool {
		pair, ok := x.(starlark.Indexable)
		if !ok || pair.Len() != 2 {
			return false
		}
		from, ok := starlark.AsString(pair.Index(0))
		to, also := starlark.AsString(pair.Index(1))
		out.lc.Transitions = append(out.lc.Transitions, [2]string{from, to})
		return ok && also
	})
	if _, given := a.get("transitions"); given && out.lc.Transitions == nil {
		out.lc.Transitions = [][2]string{} // none at all is not the same as the default
	}
	if a.broken {
		return out
	}
	if len(out.lc.States) == 0 {
		a.errorf(a.place("states"), "write states = [state(\"NotInstalled\"), …]", "lifecycle %q has no states", name)
		return out
	}
	d.declared = append(d.declared, out)
	return out
}

// add builds a state of the engine's from a declared one. Each lifecycle has its
// own, even of a state that several share.
func (l *lifecycleValue) add(s *stateValue) {
	st := l.build(s, s.name)
	for _, impl := range s.implementations {
		i := l.build(impl, s.name+"."+impl.name)
		i.Name = impl.name
		st.Implementations = append(st.Implementations, i)
	}
	l.states = append(l.states, s)
	l.lc.States = append(l.lc.States, st)
}

func (l *lifecycleValue) build(s *stateValue, applied string) *lifecycle.State {
	run, asks := l.run, specs(s.requires)
	run.State(applied, asks)
	st := &lifecycle.State{Name: s.name, Doc: s.doc, Source: s.position.String(), OS: s.os, Requires: asks, Guarded: s.guarded}
	st.Enter = run.Action(s.enter, asks, false)
	st.Leave = run.Action(s.leave, asks, false)
	st.Cross = run.Action(s.cross, asks, true)
	st.Hooks = run.Hooks(hooks(s.requires), asks)
	for _, p := range s.provides {
		st.Provides = append(st.Provides, l.buildProvide(p))
	}
	return st
}

func (l *lifecycleValue) buildProvide(p *provideValue) *lifecycle.Provide {
	asks := specs(p.requires)
	out := &lifecycle.Provide{Name: p.name, Source: p.position.String(), Provide: p.p,
		Do: l.run.Provide(p.do, p.p, asks), Hooks: l.run.Hooks(hooks(p.requires), asks),
		Undo: l.run.Action(p.undo, asks, false), Keep: p.keep}
	out.Requires = asks
	return out
}

func specs(requires []*requireValue) []spec.Require {
	var out []spec.Require
	for _, r := range requires {
		out = append(out, r.r)
	}
	return out
}

func hooks(requires []*requireValue) []actions.Hook {
	var out []actions.Hook
	for _, r := range requires {
		for _, v := range r.vars {
			out = append(out, actions.Hook{Require: r.name, Variable: v.v, Suggest: v.suggest, Validate: v.validate})
		}
	}
	return out
}
