package lifecycle

import "github.com/armonic/armonic/spec"

// NoEffects is the recorder of functions that are only asked, and change nothing.
type NoEffects struct{}

// Begin accepts effects.
func (NoEffects) Begin([]spec.Effect, ...string) error { return nil }

// Found forgets it.
func (NoEffects) Found(spec.Effect) error { return nil }

// Done forgets them.
func (NoEffects) Done(...spec.Effect) error { return nil }

// Gone forgets them.
func (NoEffects) Gone(...spec.Effect) error { return nil }

// Handed forgets them.
func (NoEffects) Handed([]spec.Effect, ...spec.Effect) error { return nil }

// Undoing forgets them.
func (NoEffects) Undoing(...spec.Effect) error { return nil }

// Standing is nothing.
func (NoEffects) Standing() []spec.Effect { return nil }

// Passing is nothing.
func (NoEffects) Passing() []spec.Effect { return nil }

// Left forgets it.
func (NoEffects) Left(spec.Effect, spec.Object) error { return nil }

// Owed is nothing.
func (NoEffects) Owed() []string { return nil }

// Settled forgets it.
func (NoEffects) Settled(string) error { return nil }

// foreseenEffects takes note of what would become of effects, in a preview.
type foreseenEffects struct {
	NoEffects
	preview *Preview
}

// Gone notes what would be taken back.
func (x foreseenEffects) Gone(effects ...spec.Effect) error {
	x.preview.gone(effects)
	return nil
}

func (p *Preview) gone(effects []spec.Effect) {
	for _, f := range effects {
		p.effects.Gone = append(p.effects.Gone, f.N)
	}
}

// Handed notes what would be of others.
func (x foreseenEffects) Handed(to []spec.Effect, gone ...spec.Effect) error {
	x.preview.effects.Begun = append(x.preview.effects.Begun, to...)
	return x.Gone(gone...)
}
