package lifecycle

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// note keeps what the call of a node would return.
func (c *Forecast) note(node string, returns any) {
	if node == "" {
		return
	}
	if c.returned == nil {
		c.returned = map[string]any{}
	}
	c.returned[node] = returns
}

// fill puts what earlier calls would return into a copy of the inputs of a step. What is not
// known, or not good, stays deferred.
func (c *Forecast) fill(f *outlook, step spec.Step) spec.Step {
	if len(c.returned) == 0 || !deferred(step.Inputs) {
		return step
	}
	requires, _ := f.engine.asks(f.now, step)
	step.Inputs = step.Inputs.Clone()
	for _, r := range requires {
		for _, set := range step.Inputs[r.Name] {
			for _, v := range r.Variables() {
				d, is := set[v.Name].(value.Deferred)
				table, _ := c.returned[d.Node].(map[string]any)
				if !is || table[d.Name] == nil {
					continue
				}
				if x, err := v.Convert(table[d.Name]); err == nil {
					set[v.Name] = x
				}
			}
		}
	}
	return step
}

// publicReturns is what a call would return without what is, or holds, a secret.
func publicReturns(returns any) any {
	table, ok := returns.(map[string]any)
	if !ok {
		return nil
	}
	out := map[string]any{}
	for name, x := range table {
		secret := false
		value.Walk(x, func(leaf any) {
			_, is := leaf.(value.Secret)
			secret = secret || is
		})
		if !secret {
			out[name] = value.Clone(x)
		}
	}
	return out
}
