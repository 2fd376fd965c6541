package lifecycle

import (
	"cmp"
	"slices"

	"github.com/armonic/armonic/spec"
)

// EffectChange is what becomes of the effects that a record has, in this order.
type EffectChange struct {
	Begun []spec.Effect // are there now, in the place of those with their numbers
	Done  []int         // were done
	Gone  []int         // there is nothing to be taken back any more

	Owed, Settled []string // what is owed now, and what is not any more: "reload nginx"
}

// ChangeEffects applies a change, which may be applied again.
func (r *Record) ChangeEffects(c EffectChange) {
	for _, e := range c.Begun {
		e = e.Brief()
		at, found := slices.BinarySearchFunc(r.Effects, e.N, func(x spec.Effect, n int) int { return cmp.Compare(x.N, n) })
		if !found {
			r.Effects = slices.Insert(r.Effects, at, e)
			continue
		}
		r.Effects[at] = e
	}
	for i := range r.Effects {
		if slices.Contains(c.Done, r.Effects[i].N) {
			r.Effects[i].Done, r.Effects[i].Was = true, nil
		}
	}
	r.Effects = slices.DeleteFunc(r.Effects, func(e spec.Effect) bool { return slices.Contains(c.Gone, e.N) })
	r.owe(c)
}

// owe applies the part of a change that is about what is owed.
func (r *Record) owe(c EffectChange) {
	for _, key := range c.Owed {
		if !slices.Contains(r.Owed, key) {
			r.Owed = append(r.Owed, key)
		}
	}
	r.Owed = slices.DeleteFunc(r.Owed, func(key string) bool { return slices.Contains(c.Settled, key) })
}

// EffectRecorder records what a function changes on the host.
type EffectRecorder interface {
	// Begin records effects that are about to be made, together: they are as durable as the
	// store can make it when it returns. Each is given its number, its state, and what was
	// there first, if the state changed the same before. The lines are added to the log of
	// the step. After an error nothing may be changed.
	Begin(effects []spec.Effect, lines ...string) error
	// Found records that something is already as it is wanted, to be looked at later, unless
	// the function has changed it itself. A part of a file has that alone as After.
	Found(e spec.Effect) error
	// Done notes that effects were made.
	Done(effects ...spec.Effect) error
	// Gone notes that there is nothing to be taken back of effects: they were not made, or
	// were taken back.
	Gone(effects ...spec.Effect) error
	// Handed notes that what is not taken back is of others from now on: to are the effects
	// as they are by then, gone those whose place they take.
	Handed(to []spec.Effect, gone ...spec.Effect) error
	// Undoing records that effects are about to be taken back: if the agent dies then, they
	// are neither as before nor as they were left.
	Undoing(effects ...spec.Effect) error
	// Standing lists the effects of the lifecycle, without the contents of files.
	Standing() []spec.Effect
	// Passing lists the effects of others that may be taken back before those of the function:
	// of calls, and of states above.
	Passing() []spec.Effect
	// Left notes that what an effect left has become something else by what another one did:
	// a user is in a group now that has it as a member.
	Left(e spec.Effect, now spec.Object) error
	// Owed lists what is owed: "reload nginx".
	Owed() []string
	// Settled notes that something is not owed any more.
	Settled(key string) error
}

// stepEffects records the effects of one function of a step.
type stepEffects struct {
	log            *stepLog
	state, provide string
	by             spec.RunID
	states         []spec.Path // that require the call
}

// Begin records effects, first in the store.
func (x stepEffects) Begin(effects []spec.Effect, lines ...string) error {
	l := x.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended.Load() {
		return spec.Errorf(spec.Conflict, "the step has ended")
	}
	x.complete(effects)
	for _, line := range lines {
		l.add(line)
	}
	l.effects.Begun = append(l.effects.Begun, effects...)
	for _, f := range effects {
		if f.Owed() {
			l.effects.Owed = append(l.effects.Owed, f.Key)
			l.effects.Settled = slices.DeleteFunc(l.effects.Settled, func(key string) bool { return key == f.Key })
		}
	}
	return l.writeEffects()
}

// Found records what is as it is wanted.
func (x stepEffects) Found(f spec.Effect) error {
	some := []spec.Effect{f}
	f = some[0]
	f.State, f.Provide, f.For = x.state, x.provide, x.states
	e := x.log.engine
	e.mu.Lock()
	known := slices.ContainsFunc(e.rec.Effects, func(o spec.Effect) bool {
		return o.Key == f.Key && sameMaker(o, f) && foundPart(o) == f.Part && (!f.Part || o.After == f.After.Brief())
	})
	e.mu.Unlock()
	if known {
		return nil
	}
	if some[0].Found, some[0].Done = true, true; !f.Part {
		some[0].Before = f.After
	}
	return x.Begin(some)
}

// foundPart reports whether an effect is a part of a file that was found in it.
func foundPart(e spec.Effect) bool { return e.Found && e.Part }

// sameMaker reports whether effects are of the same function of a state, or of the same
// provide that was called for the same states.
func sameMaker(a, b spec.Effect) bool {
	if a.State != b.State || ofCall(a) != ofCall(b) {
		return false
	}
	return !ofCall(a) || a.Provide == b.Provide && slices.Equal(a.For, b.For)
}

// sameAct reports whether what effects changed is taken back at once: all that a state did
// itself, and of provides each call by itself.
func sameAct(a, b spec.Effect) bool { return sameMaker(a, b) && (!ofCall(a) || a.By == b.By) }

// ofCall reports whether an effect is of the call of a provide, rather than of its state.
func ofCall(e spec.Effect) bool {
	return !slices.Contains([]string{string(spec.Enter), string(spec.Leave), "cross", settling}, e.Provide)
}

// complete gives effects all but what they are.
func (x stepEffects) complete(effects []spec.Effect) {
	e := x.log.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	next := x.log.lastEffect + 1
	for i := range effects {
		f := &effects[i]
		f.State, f.Provide, f.By, f.For, f.At = x.state, x.provide, x.by, x.states, e.deps.Clock()
		for _, o := range e.rec.Effects { // who wrote a secret there before may have been another state
			f.Secret = f.Secret || o.Secret && o.Key == f.Key
		}
		at := slices.IndexFunc(e.rec.Effects, func(o spec.Effect) bool { return o.Key == f.Key && sameAct(o, *f) && !foundPart(o) })
		if at < 0 || foundPart(*f) {
			f.N = next
			next++
		} else if old := e.rec.Effects[at]; old.Found && f.After.Brief() != old.After {
			f.N = old.N // it was as wanted then, and is not as it is wanted now
		} else {
			if was := f.Before; was.Brief() != old.Before {
				f.Was = &was
			}
			f.N, f.Before, f.Forever = old.N, old.Before, old.Forever // whether it can be taken back is said of what was there first
			f.Secret, f.Found, f.Part = f.Secret || old.Secret, old.Found, f.Part && old.Part
		}
		f.Batch = effects[0].N
	}
	x.log.lastEffect = next - 1
}

// Done notes that effects were made. It need not be recorded at once, since the host tells
// it, but for commands.
func (x stepEffects) Done(effects ...spec.Effect) error {
	l := x.log
	l.mu.Lock()
	defer l.mu.Unlock()
	commands := false
	for _, f := range effects {
		commands = commands || f.Command()
		if f.Before.Brief() == f.After.Brief() && !f.Command() && !f.Found {
			l.effects.Gone = append(l.effects.Gone, f.N)
		} else {
			l.effects.Done = append(l.effects.Done, f.N)
		}
		l.effects.Begun = append(l.effects.Begun, x.built(f)...)
	}
	l.applyEffects()
	if commands {
		return l.writeEffects()
	}
	return nil
}

// built are the later effects of others on the same, which were made upon what was there
// before: now they are upon what is there now.
func (x stepEffects) built(f spec.Effect) []spec.Effect {
	e := x.log.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []spec.Effect
	for _, o := range e.rec.Effects {
		if o.Key == f.Key && !sameAct(o, f) && o.N > f.N && !o.Command() {
			o.Before = f.After
			out = append(out, o)
		}
	}
	return out
}

// Gone notes that there is nothing to be taken back of effects.
func (x stepEffects) Gone(effects ...spec.Effect) error {
	l := x.log
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range effects {
		l.effects.Gone = append(l.effects.Gone, f.N)
	}
	l.applyEffects()
	return nil
}

// Handed notes that effects are of others from now on.
func (x stepEffects) Handed(to []spec.Effect, gone ...spec.Effect) error {
	l := x.log
	l.mu.Lock()
	defer l.mu.Unlock()
	l.effects.Begun = append(l.effects.Begun, to...)
	for _, f := range gone {
		l.effects.Gone = append(l.effects.Gone, f.N)
	}
	return l.writeEffects()
}

// Undoing records that effects are about to be taken back.
func (x stepEffects) Undoing(effects ...spec.Effect) error {
	return x.rewrite(effects, func(e *spec.Effect) { e.Done = false })
}

// Left notes what an effect left by now.
func (x stepEffects) Left(e spec.Effect, now spec.Object) error {
	return x.rewrite([]spec.Effect{e}, func(e *spec.Effect) { e.After = now })
}

// rewrite changes effects that are recorded.
func (x stepEffects) rewrite(effects []spec.Effect, change func(*spec.Effect)) error {
	l := x.log
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range x.Standing() {
		if slices.ContainsFunc(effects, func(o spec.Effect) bool { return o.N == e.N }) {
			change(&e)
			l.effects.Begun = append(l.effects.Begun, e)
		}
	}
	return l.writeEffects()
}

// Standing lists the effects of the lifecycle.
func (x stepEffects) Standing() []spec.Effect {
	e := x.log.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.rec.Effects)
}

// Passing lists the effects that may be taken back first.
func (x stepEffects) Passing() (out []spec.Effect) {
	g := x.log.engine.graph
	stack := x.log.engine.status().stack
	for _, f := range x.Standing() {
		above := slices.Index(stack, g.index[f.State]) > slices.Index(stack, g.index[x.state])
		own := spec.Effect{State: x.state, Provide: x.provide, For: x.states}
		if !f.Found && !f.Owed() && !sameMaker(f, own) && (ofCall(f) || above) {
			out = append(out, f)
		}
	}
	return out
}

// Owed lists what is owed.
func (x stepEffects) Owed() []string {
	e := x.log.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.rec.Owed)
}

// Settled notes that something is not owed any more.
func (x stepEffects) Settled(key string) error {
	l := x.log
	l.mu.Lock()
	defer l.mu.Unlock()
	l.effects.Settled = append(l.effects.Settled, key)
	l.applyEffects()
	return nil
}

// applyEffects takes what is noted into the engine's record. The log's lock is held.
func (l *stepLog) applyEffects() {
	l.engine.mu.Lock()
	defer l.engine.mu.Unlock()
	l.engine.rec.ChangeEffects(l.effects)
}

// writeEffects records what is noted, with the lines that wait. The log's lock is held.
func (l *stepLog) writeEffects() error {
	if err := l.engine.deps.Store.RecordEffects(l.engine.def.Name, l.effects, l.waiting...); err != nil {
		l.effects.Begun = nil // they are not begun
		return &spec.Error{Kind: spec.KindOf(err), Msg: "it cannot be recorded: " + err.Error(), Hint: spec.HintOf(err), Err: err}
	}
	l.applyEffects()
	l.effects, l.waiting = EffectChange{}, nil
	return nil
}

// takeEffects gives what is noted and not recorded yet.
func (l *stepLog) takeEffects() EffectChange {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.effects
	l.effects = EffectChange{}
	return out
}

// effectsOf are those of a state, the newest first, without the contents of files; in a
// preview those that there would be by then.
func (e *Engine) effectsOf(state string, p *Preview) []spec.Effect {
	var out []spec.Effect
	for _, f := range slices.Backward(e.standing(p)) {
		if f.State == state {
			out = append(out, f)
		}
	}
	return out
}

// standing are the effects that there are; in a preview, that there would be by then.
func (e *Engine) standing(p *Preview) []spec.Effect {
	e.mu.Lock()
	out := slices.Clone(e.rec.Effects)
	e.mu.Unlock()
	if p != nil {
		r := Record{Effects: out}
		r.ChangeEffects(p.effects)
		out = r.Effects
	}
	return out
}

// whole completes effects with the contents of files.
func (e *Engine) whole(p *Preview, brief []spec.Effect) ([]spec.Effect, error) {
	out, err := e.deps.Store.Effects(e.def.Name, brief)
	if p == nil || err != nil {
		return out, err
	}
	for i := range out {
		for _, f := range p.effects.Begun {
			if f.N == out[i].N {
				out[i] = f
			}
		}
	}
	return out, nil
}
