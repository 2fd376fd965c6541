package spec

import (
	"slices"
	"time"
)

// usualOf is of how many of the last times a usual duration is the median.
const usualOf = 10

// Usual is how long a step usually takes: the median of the last ten times that it succeeded,
// as far as history goes back; 0 if it was never done.
func (s Stack) Usual(step Step) time.Duration {
	var took []time.Duration
	for i := len(s.Calls) - 1; i >= 0 && len(took) < usualOf; i-- {
		c := &s.Calls[i]
		action := c.Action
		if action == "" {
			action = Call
		}
		if action == step.Action && c.State == step.State && (action != Call || c.Provide == step.Provide) && c.Err == nil {
			took = append(took, c.Took)
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)/2]
}
