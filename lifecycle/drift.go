package lifecycle

import (
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Drift looks at what steps changed, and says what is not as they left it. What an effect
// made is looked at where the last one on the same left it.
func (e *Engine) Drift(ctx context.Context) (spec.Drift, error) {
	e.mu.Lock()
	effects := slices.Clone(e.rec.Effects)
	e.mu.Unlock()
	var out spec.Drift
	last := map[string]int{}
	for _, found := range []bool{true, false} { // what was changed is looked at where it was
		for _, f := range effects {
			if f.Found == found {
				last[f.Key] = f.N
			}
		}
	}
	for _, f := range effects {
		if e.def.Effects == nil || f.Command() || f.Owed() || f.Besides != 0 || last[f.Key] != f.N || !f.Done {
			continue
		}
		if err := ctx.Err(); err != nil {
			return out, err
		}
		found, err := e.look(ctx, f)
		if err != nil { // a directory above it is another thing by now
			found = spec.EffectFinding{Effect: f, State: spec.EffectOther, Now: err.Error()}
		}
		out.Looked++
		if found.State != spec.EffectAfter {
			found.Path = e.path(f.State, f.Provide)
			out.Findings = append(out.Findings, found)
		}
	}
	return out, nil
}
