package lifecycle

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// RebootOwed reports whether the host is to be rebooted when the run has ended.
func (e *Engine) RebootOwed() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.rec.Owed, spec.RebootKey)
}

// Rebooted records that the host was rebooted.
func (e *Engine) Rebooted() error {
	c := EffectChange{Settled: []string{spec.RebootKey}}
	if err := e.deps.Store.RecordEffects(e.def.Name, c); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rec.ChangeEffects(c)
	return nil
}
