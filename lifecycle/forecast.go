package lifecycle

import (
	"context"
	"fmt"

	"github.com/armonic/armonic/spec"
)

// Forecast is what a host is foreseen to be, once previewed work of its lifecycles is done. It
// is for one goroutine; the zero value is the host as it is.
type Forecast struct {
	host Kept
	of   map[string]*outlook // by lifecycle
	by   string              // the lifecycle of which not all is known that it does

	returned map[string]any // what calls would return, by the node of their work
}

// outlook is what is foreseen of a lifecycle.
type outlook struct {
	engine  *Engine
	preview *Preview
	now     status
	entered map[string]spec.Inputs // in the steps so far
	changed spec.Changed
	returns any // of the step, if it is a call and that is known
}

// Preview says what work would change, step by step, on the host as it is now.
func (e *Engine) Preview(ctx context.Context, w spec.Work) ([]spec.StepPreview, error) {
	return new(Forecast).Preview(ctx, e, w)
}

// Preview says what work would change, step by step, after that which was previewed before: the
// functions of the module are called with a Call that has a Preview, if they heed it
// (Lifecycle.Previews). Others could do anything, and are unpredictable, unless the host is
// simulated. The error is that of the first step that is not possible.
func (c *Forecast) Preview(ctx context.Context, e *Engine, w spec.Work) ([]spec.StepPreview, error) {
	f, err := c.outlook(e, w)
	if err != nil {
		return nil, err
	}
	ctx, cancel := e.withLimit(ctx)
	defer cancel()
	out := make([]spec.StepPreview, 0, len(w.Steps))
	for _, step := range w.Steps {
		next, err := e.graph.advance(f.now, step)
		if err != nil {
			f.preview.Stop(WouldFail + err.Msg)
			c.notAll(f)
			return nil, err
		}
		shown := spec.StepPreview{Step: step}
		step = c.fill(f, step)
		if f.now.initialPending || e.runsModule(f.now.stack, step, f.preview) {
			f.step(ctx, f.now, step, &shown)
		} else if step.Action == spec.Enter {
			f.note(step)
		}
		if s, _ := e.graph.state(step.State); s != nil && step.Action == spec.Enter {
			shown.Guarded = int(s.Guarded.Seconds())
		}
		if len(shown.Changes) > 0 {
			shown.Module = e.def.Digest
		}
		if step.Action == spec.Call && f.returns != nil {
			shown.Returns = publicReturns(f.returns)
			c.note(w.Node, f.returns)
		}
		f.now = next
		out = append(out, shown)
	}
	c.notAll(f)
	return out, ctx.Err()
}

// notAll notes that a lifecycle does more than is known, if so.
func (c *Forecast) notAll(f *outlook) {
	e := f.engine
	if c.by == "" && (f.preview.unknown != "" || !e.def.Previews && !e.deps.Me.Simulated) {
		c.by = e.Name()
	}
}

// outlook is that of the lifecycle of work, where the work begins.
func (c *Forecast) outlook(e *Engine, w spec.Work) (*outlook, error) {
	f, known := c.of[e.Name()]
	if !known {
		f = &outlook{engine: e, preview: &Preview{Host: &c.host}, now: e.status(), entered: map[string]spec.Inputs{}}
	}
	now, problems := e.startOf(w, f.now)
	if err := Invalid(problems); err != nil {
		return nil, err
	}
	f.now, f.changed = now, w.Changed
	if c.by != "" && c.by != e.Name() {
		f.preview.before = fmt.Sprintf("what %s does on this host before is not known", c.by)
	}
	if !known {
		if c.of == nil {
			c.of = map[string]*outlook{}
		}
		c.of[e.Name()] = f
	}
	return f, nil
}
