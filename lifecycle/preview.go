package lifecycle

import (
	"context"
	"slices"
	"sync"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Preview is what functions of a module are given, in Call.Preview, that are called to
// see what they would change. It is for one goroutine.
type Preview struct {
	// Host is for what stands for the host in this preview: later functions see there what
	// those before them would have changed.
	Host *Kept

	changes []spec.Change
	effects EffectChange // what would have become of effects
	unknown string       // why more may change than changes lists
	stopped bool         // nothing can be said any more
	before  string       // what of other lifecycles is done before, and is not known
}

// Change notes a change that would be made.
func (p *Preview) Change(c spec.Change) { p.changes = append(p.changes, c) }

// Unknown notes why more may change than is noted. The first reason counts.
func (p *Preview) Unknown(why string) {
	if p.unknown == "" {
		p.unknown = why
	}
}

// IsUnknown reports whether more may change than is noted.
func (p *Preview) IsUnknown() bool { return p.unknown != "" || p.before != "" }

// Kept holds what functions of modules keep as long as the agent lives, such as a
// simulated host. The zero value is empty.
type Kept struct {
	mu     sync.Mutex
	values map[string]any
}

// Get gives what is kept under a name, which create makes the first time.
func (k *Kept) Get(name string, create func() any) any {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values == nil {
		k.values = map[string]any{}
	}
	x, ok := k.values[name]
	if !ok {
		x = create()
		k.values[name] = x
	}
	return x
}

// step calls the functions of a step.
func (f *outlook) step(ctx context.Context, now status, step spec.Step, shown *spec.StepPreview) {
	e, p := f.engine, f.preview
	f.returns = nil
	switch {
	case !e.def.Previews:
		shown.Unpredictable = !e.deps.Me.Simulated
		return
	case p.stopped:
	case now.initialPending:
		p.Stop("the first state is entered with it, too")
	case deferred(step.Inputs):
		p.Stop(dependsOnReturn)
	default:
		if err := f.call(ctx, now, step); err != nil {
			p.Stop(WouldFail + err.Msg)
		}
	}
	if p.stopped {
		f.returns = nil
	}
	shown.Changes, p.changes = p.changes, nil
	shown.Unpredictable, shown.Why = p.unknown != "", p.unknown
	if p.unknown == "" && p.before != "" && len(shown.Changes) > 0 {
		shown.Unpredictable, shown.Why = true, p.before
	}
	shown.Irreversible = slices.ContainsFunc(shown.Changes, func(c spec.Change) bool { return c.Forever != "" })
}

// WouldFail begins why nothing can be said from a step on that would fail.
const WouldFail = "it would fail: "

const dependsOnReturn = "it depends on what another step returns"

// Stop notes why nothing can be said from here on.
func (p *Preview) Stop(why string) {
	if !p.stopped {
		p.stopped, p.unknown = true, why
	}
}

func deferred(in spec.Inputs) bool {
	for _, sets := range in {
		for _, set := range sets {
			for _, x := range set {
				if value.IsDeferred(x) {
					return true
				}
			}
		}
	}
	return false
}

// call calls the functions of a step, as perform does.
func (f *outlook) call(ctx context.Context, now status, step spec.Step) *spec.Error {
	e := f.engine
	s, _ := e.graph.state(step.State)
	run := func(in spec.Inputs, flags map[string]any, fn func(context.Context, *Call) error) *spec.Error {
		if fn == nil {
			return nil
		}
		c := e.newCall()
		c.Preview, c.Inputs, c.Flags, c.Entered, c.Changed = f.preview, in, flags, f.enteredWith, f.changed
		c.Effects = foreseenEffects{preview: f.preview}
		return failure(ctx, step.Name(), e.pathOf(step), callModule(ctx, func(ctx context.Context) error { return fn(ctx, c) }))
	}
	switch step.Action {
	case spec.Enter:
		if step.Again {
			step.Inputs = e.withRecorded(step)
			return f.again(ctx, now, s, step, f.given(step, s.Requires), run)
		}
		return run(f.enter(step), nil, s.Enter)
	case spec.Leave:
		in, _ := f.enteredWith(s.Name)
		err := run(in, nil, e.leaving(s, f.preview))
		f.preview.gone(e.effectsOf(s.Name, f.preview))
		return err
	case spec.Call:
		in, lost := e.withSecrets(step)
		if len(lost) > 0 {
			return spec.Errorf(spec.Invalid, "%s", lost[0].Msg)
		}
		step.Inputs = in
	case spec.TakeBack:
	}
	p, _ := s.provide(step.Provide)
	var do func(context.Context, *Call) error
	in := f.given(step, p.Requires)
	switch {
	case step.Action == spec.TakeBack:
		taking := e.takingBack(s, p, step, f.preview)
		if do = taking.undo; !taking.takes {
			return run(nil, nil, do)
		}
		defer func() {
			taken, _ := e.takenBy(step, f.preview)
			f.preview.gone(taken)
		}()
	case p.Do != nil:
		do = func(ctx context.Context, c *Call) error {
			returns, err := p.Do(ctx, c)
			f.returns = secretReturns(p.Returns, returns)
			return err
		}
	}
	err := run(in, nil, do)
	for _, above := range e.graph.upward(now.stack, e.graph.index[s.Name]) {
		if err == nil {
			in, _ := f.enteredWith(above.Name)
			flags := value.CloneTable(p.Flags)
			if flags == nil {
				flags = map[string]any{}
			}
			err = run(in, flags, above.Cross)
		}
	}
	return err
}

// given are the inputs of a step as its function sees them.
func (f *outlook) given(step spec.Step, requires []spec.Require) spec.Inputs {
	r := reader{me: f.engine.deps.Me, at: f.engine.pathOf(step)}
	return modified(requires, r.read(requires, step.Inputs))
}

// note notes what a state would be entered with that does nothing.
func (f *outlook) note(step spec.Step) {
	if deferred(step.Inputs) {
		f.preview.Stop(dependsOnReturn)
		return
	}
	f.enter(step)
}

// enter notes what a state would be entered with.
func (f *outlook) enter(step spec.Step) spec.Inputs {
	s, _ := f.engine.graph.state(step.State)
	if step.Again {
		step.Inputs = f.engine.withRecorded(step)
	}
	f.entered[s.Name] = f.given(step, s.Requires)
	return f.entered[s.Name]
}

// again calls the functions of a step that enters a state again, as enterAgain does.
func (f *outlook) again(ctx context.Context, now status, s *State, step spec.Step, in spec.Inputs,
	run func(spec.Inputs, map[string]any, func(context.Context, *Call) error) *spec.Error) *spec.Error {
	e := f.engine
	obsolete, failed := e.obsolete(ctx, s, in, f.enteredWith, f.preview)
	if failed != nil {
		return failure(ctx, step.Name(), e.pathOf(step), failed)
	}
	f.entered[s.Name] = in
	err := run(in, nil, s.Enter)
	if err == nil && len(obsolete) > 0 {
		err = run(in, nil, func(ctx context.Context, c *Call) error { return e.undo(ctx, c, obsolete) })
	}
	flags := againFlags(s.Name, changedInputs(e.appliedInputs(s.Name), step.Inputs))
	for _, above := range e.graph.upward(now.stack, e.graph.index[s.Name])[1:] {
		if err == nil {
			in, _ := f.enteredWith(above.Name)
			err = run(in, flags, above.Cross)
		}
	}
	return err
}

// enteredWith is what a state of the stack was, or would be by now, entered with.
func (f *outlook) enteredWith(state string) (spec.Inputs, bool) {
	if in, ok := f.entered[state]; ok {
		return in.Clone(), true
	}
	return f.engine.entered(state)
}

// runsModule reports whether a step runs any function of the module.
func (e *Engine) runsModule(stack []int, step spec.Step, p *Preview) bool {
	s, _ := e.graph.state(step.State)
	switch step.Action {
	case spec.Enter:
		if s.Enter != nil || !step.Again {
			return s.Enter != nil
		}
	case spec.Leave:
		return e.leaving(s, p) != nil
	case spec.TakeBack:
		return true
	case spec.Call:
		if called, _ := s.provide(step.Provide); called.Do != nil {
			return true
		}
	}
	for _, above := range e.graph.upward(stack, e.graph.index[step.State]) {
		if above.Cross != nil {
			return true
		}
	}
	return false
}
