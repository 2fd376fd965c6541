package lifecycle

import (
	"context"
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
	unknown string // why more may change than changes lists
	stopped bool   // nothing can be said any more
}

// Change notes a change that would be made.
func (p *Preview) Change(c spec.Change) { p.changes = append(p.changes, c) }

// Unknown notes why more may change than is noted. The first reason counts.
func (p *Preview) Unknown(why string) {
	if p.unknown == "" {
		p.unknown = why
	}
}

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

// Preview says what work would change, step by step: the functions of the module are
// called with a Call that has a Preview, if they heed it (Lifecycle.Previews). Others could
// do anything, and are unpredictable, unless the host is simulated. The error is that of the
// first step that is not possible.
func (e *Engine) Preview(ctx context.Context, w spec.Work) ([]spec.StepPreview, error) {
	now, problems := e.startOf(w)
	if err := Invalid(problems); err != nil {
		return nil, err
	}
	ctx, cancel := e.withLimit(ctx)
	defer cancel()
	f := &forecast{engine: e, preview: &Preview{Host: &Kept{}}, entered: map[string]spec.Inputs{}}
	out := make([]spec.StepPreview, 0, len(w.Steps))
	for _, step := range w.Steps {
		next, err := e.graph.advance(now, step)
		if err != nil {
			return nil, err
		}
		shown := spec.StepPreview{Step: step}
		if now.initialPending || e.runsModule(now.stack, step) {
			f.step(ctx, now, step, &shown)
		}
		now = next
		out = append(out, shown)
	}
	return out, ctx.Err()
}

// forecast is a preview while it is made.
type forecast struct {
	engine  *Engine
	preview *Preview
	entered map[string]spec.Inputs // in the steps so far
}

// step calls the functions of a step.
func (f *forecast) step(ctx context.Context, now status, step spec.Step, shown *spec.StepPreview) {
	e, p := f.engine, f.preview
	switch {
	case !e.def.Previews:
		shown.Unpredictable = !e.deps.Me.Simulated
		return
	case p.stopped:
	case now.initialPending:
		p.Stop("the first state is entered with it, too")
	case deferred(step.Inputs):
		p.Stop("it depends on what another step returns")
	default:
		if err := f.call(ctx, now, step); err != nil {
			p.Stop("it would fail: " + err.Msg)
		}
	}
	shown.Changes, p.changes = p.changes, nil
	shown.Unpredictable, shown.Why = p.unknown != "", p.unknown
}

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
func (f *forecast) call(ctx context.Context, now status, step spec.Step) *spec.Error {
	e := f.engine
	s, _ := e.graph.state(step.State)
	run := func(in spec.Inputs, flags map[string]any, fn func(context.Context, *Call) error) *spec.Error {
		if fn == nil {
			return nil
		}
		c := e.newCall()
		c.Preview, c.Inputs, c.Flags, c.Entered = f.preview, in, flags, f.enteredWith
		return failure(ctx, step.Name(), e.pathOf(step), callModule(ctx, func(ctx context.Context) error { return fn(ctx, c) }))
	}
	given := func(requires []spec.Require) spec.Inputs {
		r := reader{me: e.deps.Me, at: e.pathOf(step)}
		return modified(requires, r.read(requires, step.Inputs))
	}
	switch step.Action {
	case spec.Enter:
		f.entered[s.Name] = given(s.Requires)
		return run(f.entered[s.Name], nil, s.Enter)
	case spec.Leave:
		in, _ := f.enteredWith(s.Name)
		return run(in, nil, s.Leave)
	case spec.Call:
	}
	p, _ := s.provide(step.Provide)
	var do func(context.Context, *Call) error
	if p.Do != nil {
		do = func(ctx context.Context, c *Call) error { _, err := p.Do(ctx, c); return err }
	}
	err := run(given(p.Requires), nil, do)
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

// enteredWith is what a state of the stack was, or would be by now, entered with.
func (f *forecast) enteredWith(state string) (spec.Inputs, bool) {
	if in, ok := f.entered[state]; ok {
		return in.Clone(), true
	}
	return f.engine.entered(state)
}

// runsModule reports whether a step runs any function of the module.
func (e *Engine) runsModule(stack []int, step spec.Step) bool {
	s, _ := e.graph.state(step.State)
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
	for _, above := range e.graph.upward(stack, e.graph.index[step.State]) {
		if above.Cross != nil {
			return true
		}
	}
	return false
}
