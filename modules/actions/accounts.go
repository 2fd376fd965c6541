package actions

import (
	"slices"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// accounts are the users and groups of which effects stand that are as they were left. A
// user is in a group that has it as a member, so that changing one changes the other.
func (c *call) accounts(sys view.View) (out []spec.Effect) {
	for _, e := range c.Effects.Standing() {
		if kind := spec.KindOfKey(e.Key); kind != view.User && kind != view.Group || !e.Done {
			continue
		}
		if is, err := sys.Get(e.Key); err == nil && view.Same(e.After, is) {
			out = append(out, e)
		}
	}
	return out
}

// leftNow is an effect with what it left by now, see leaveAccounts.
func (c *call) leftNow(e spec.Effect) spec.Effect {
	if kind := spec.KindOfKey(e.Key); kind == view.User || kind == view.Group {
		for _, o := range c.Effects.Standing() {
			if o.N == e.N {
				e.After = o.After
			}
		}
	}
	return e
}

// leaveAccounts notes how users and groups are that something else has changed.
func (c *call) leaveAccounts(sys view.View, before, changed []spec.Effect) error {
	for _, e := range before {
		if slices.ContainsFunc(changed, func(o spec.Effect) bool { return o.Key == e.Key }) {
			continue
		}
		is, err := sys.Get(e.Key)
		if err != nil || is.Kind == view.Nothing || view.Same(e.After, is) {
			continue
		}
		if err := c.Effects.Left(e, is); err != nil {
			return err
		}
	}
	return nil
}
