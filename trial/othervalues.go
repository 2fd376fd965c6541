package trial

import (
	"context"
	"strings"

	"github.com/armonic/armonic/spec"
)

// otherValues goes to a state with some values, enters the states again that take others,
// and goes back. What is there then is what there would be, had they been entered with the
// others at first. Values that the module does not take are not tried.
func (a *attempt) otherValues(ctx context.Context, state string) error {
	route, err := a.fleet.Services[host].Route(ctx, spec.RouteQuery{Provide: a.path(state)})
	if err != nil {
		return nil //nolint:nilerr // see state
	}
	first, other, different := a.twoOf(route)
	if len(different) == 0 {
		return nil
	}
	if problems, err := a.fleet.Services[host].Check(ctx, other); err != nil || len(problems) > 0 {
		return err
	}
	before := a.host().Copy()
	if err := a.fleet.do(ctx, host, a.newRun(other)); err != nil {
		return ctx.Err() // it takes other values only
	}
	want := a.host().Copy()
	if err := a.undo(ctx, state, before); err != nil {
		return err
	}
	if _, err := a.carryOut(ctx, state, first); err != nil {
		return err
	}
	again, err := a.again(ctx, state, different)
	if err == nil {
		_, err = a.carryOut(ctx, state, again)
	}
	if err != nil {
		return err
	}
	for _, key := range want.Changed(a.host()) {
		a.warn(a.changedBy[key].State, "write a cross that changes what depends on a state below: its flags say what was entered again",
			"with %s entered again with other values, %s is not as if it had been entered with them at first", names(different), key)
	}
	return a.undo(ctx, state, before)
}

// twoOf makes work of a route twice, with different values, and gives the steps of the second
// that have any.
func (a *attempt) twoOf(route spec.Route) (first, other spec.Work, different []spec.Step) {
	first = spec.Work{Lifecycle: a.def.Name, From: route.From}
	other = first
	for _, step := range route.Steps {
		requires := step.Requires
		in, err := a.examples.inputs(requires)
		if err != nil {
			return first, other, nil
		}
		step.Inputs, step.Requires = in, nil
		first.Steps = append(first.Steps, step)
		others, differ := a.examples.others(requires, in)
		step.Inputs = others
		other.Steps = append(other.Steps, step)
		if differ {
			different = append(different, step)
		}
	}
	return first, other, different
}

func names(steps []spec.Step) string {
	var out []string
	for _, s := range steps {
		out = append(out, s.State)
	}
	return strings.Join(out, " and ")
}
