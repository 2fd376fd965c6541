package lifecycle

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/armonic/armonic/spec"
)

// EffectHandler knows what effects are.
type EffectHandler interface {
	// Look says how the host is where an effect was made.
	Look(ctx context.Context, c *Call, e spec.Effect) (spec.EffectFinding, error)
	// Undo takes effects back, in the order in which they are given, and notes each in
	// c.Effects. What somebody changed since is dealt with as c.Changed says. Upon are later
	// effects of others on the same: what those need stays, and is theirs from then on. In a
	// preview it only says what it would do.
	Undo(ctx context.Context, c *Call, effects, upon []spec.Effect) error
	// Settle does what is owed, see c.Effects, and notes each when it is done.
	Settle(ctx context.Context, c *Call) error
}

// leaving is the function that leaves a state: its own, or, without one, what takes back
// the effects of its enter and its provides. It may be nil.
func (e *Engine) leaving(s *State, p *Preview) func(context.Context, *Call) error {
	if s.Leave != nil || e.def.Effects == nil {
		return s.Leave
	}
	effects := e.effectsOf(s.Name, p)
	if !slices.ContainsFunc(effects, func(f spec.Effect) bool { return !f.Found }) {
		return nil
	}
	return func(ctx context.Context, c *Call) error { return e.undo(ctx, c, effects) }
}

// undo takes effects back, the newest first, but those that were only found, or do not stand
// any more.
func (e *Engine) undo(ctx context.Context, c *Call, effects []spec.Effect) error {
	var upon []spec.Effect
	standing := e.standing(c.Preview)
	for _, f := range standing {
		among := slices.ContainsFunc(effects, func(x spec.Effect) bool { return x.N == f.N })
		later := slices.ContainsFunc(effects, func(x spec.Effect) bool { return x.Key == f.Key && x.N < f.N })
		if later && !among && !f.Owed() && (f.Found || !f.Command()) {
			upon = append(upon, f)
		}
	}
	made := slices.DeleteFunc(slices.Clone(effects), func(f spec.Effect) bool {
		return f.Found || !slices.ContainsFunc(standing, func(x spec.Effect) bool { return x.N == f.N })
	})
	made, err := e.whole(c.Preview, made)
	if err == nil {
		upon, err = e.whole(c.Preview, upon)
	}
	if err != nil {
		return err
	}
	return e.def.Effects.Undo(ctx, c, made, upon)
}

// settling is the provide of effects of what settles what is owed.
const settling = "settle"

// settle does what is owed, with the last step of a run, and when one has failed: then what
// was changed before is not to wait for the next run.
func (x *stepExecution) settle(ctx context.Context, out *Outcome) {
	e := x.engine
	e.mu.Lock()
	owed := slices.ContainsFunc(e.rec.Owed, func(key string) bool { return key != spec.RebootKey })
	e.mu.Unlock()
	if !owed || e.def.Effects == nil || !x.last && out.Fault == nil || ctx.Err() != nil {
		return
	}
	c := *x.call
	c.Effects = x.effects(x.doing.Step.State, settling)
	err := x.run(ctx, x.doing.Step.Name(), e.def.Effects.Settle, &c)
	switch {
	case err == nil:
	case out.Fault != nil:
		x.call.Log(spec.LevelWarn, err.Msg)
	default:
		called := out.Called
		*out = x.failed(err)
		if x.doing.Step.Action.OfProvide() {
			out.Called, called.Err = called, err
		}
	}
}

// lookTime is how long looking at the host may take after the agent was interrupted.
const lookTime = 10 * time.Second

// lookAtBegun looks at what a step that was interrupted was about to change. What it finds
// is also said in lines, for the log of the step.
func (e *Engine) lookAtBegun() (c EffectChange, lines []string) {
	e.mu.Lock()
	effects := slices.Clone(e.rec.Effects)
	e.mu.Unlock()
	for _, key := range e.rec.Owed {
		lines = append(lines, "owed: "+key)
	}
	if e.def.Effects == nil {
		return c, lines
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	for _, f := range effects {
		if f.Done {
			continue
		}
		found, err := e.look(ctx, f)
		switch {
		case err != nil:
			lines = append(lines, fmt.Sprintf("%s: it cannot be seen whether it was changed: %v", f.Key, err))
		case found.State == spec.EffectAfter:
			c.Done = append(c.Done, f.N)
			lines = append(lines, f.Key+": it was changed")
		case found.State == spec.EffectBefore && f.Was != nil: // it is as it was changed the time before
			f.After, f.Was, f.Done = *f.Was, nil, true
			c.Begun = append(c.Begun, f)
			lines = append(lines, f.Key+": it was not changed")
		case found.State == spec.EffectBefore:
			c.Gone = append(c.Gone, f.N)
			lines = append(lines, f.Key+": it was not changed")
		case f.Command():
			lines = append(lines, f.Key+": whether it came to its end is not known: somebody must look")
		default:
			lines = append(lines, fmt.Sprintf("%s: it is neither as before nor as it was to be: %s", f.Key, found.Now))
		}
	}
	return c, lines
}

// look looks at the host where an effect was made.
func (e *Engine) look(ctx context.Context, f spec.Effect) (found spec.EffectFinding, err error) {
	err = callModule(ctx, func(ctx context.Context) error {
		whole, err := e.deps.Store.Effects(e.def.Name, []spec.Effect{f})
		if err == nil {
			found, err = e.def.Effects.Look(ctx, e.newCall(), whole[0])
		}
		return err
	})
	return found, err
}
