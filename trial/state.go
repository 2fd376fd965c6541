package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// state goes to a state, there again, calls what it provides, goes back, and does it once
// more.
func (a *attempt) state(ctx context.Context, state string) error {
	agent := a.fleet.Services[host]
	at := a.path(state)
	route, err := agent.Route(ctx, spec.RouteQuery{Provide: at})
	if err != nil {
		return nil //nolint:nilerr // it is for another system; the loader sees to states that nothing leads to
	}
	up, err := a.prepare(route)
	if err != nil {
		return err
	}
	before := a.host().Copy()
	first, err := a.carryOut(ctx, state, up)
	if err != nil {
		return err
	}
	if again, err := agent.Route(ctx, spec.RouteQuery{Provide: at}); err != nil || len(again.Steps) > 0 {
		a.wrong(state, "", "to go there again takes %d steps (%v)", len(again.Steps), err)
	}
	again, err := a.again(ctx, state, up.Steps)
	if err == nil {
		err = a.repeat(ctx, state, again)
	}
	if err != nil {
		return err
	}
	if err := a.calls(ctx, state); err != nil {
		return err
	}
	if err := a.undo(ctx, state, before); err != nil {
		return err
	}
	second, err := a.carryOut(ctx, state, up)
	if err != nil {
		return err
	}
	if !slices.Equal(first, second) {
		a.wrong(state, "", "it is entered otherwise the second time: %s", difference(first, second))
	}
	return nil
}

func difference(a, b []string) string {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return fmt.Sprintf("it also says %q", b[i])
		case i >= len(b):
			return fmt.Sprintf("it no longer says %q", a[i])
		case a[i] != b[i]:
			return fmt.Sprintf("first %q, then %q", a[i], b[i])
		}
	}
	return ""
}

// calls calls each provide of a state twice.
func (a *attempt) calls(ctx context.Context, state string) error {
	agent := a.fleet.Services[host]
	provides, err := agent.Provides(ctx, spec.Pattern(string(a.path(state))+"/*"))
	if err != nil && spec.KindOf(err) != spec.NotFound {
		return err
	}
	for _, p := range provides {
		route, err := agent.Route(ctx, spec.RouteQuery{Provide: p.Path})
		if err != nil {
			return err
		}
		work, err := a.prepare(route)
		if err == nil {
			_, err = a.carryOut(ctx, state, work)
		}
		if err == nil {
			err = a.repeat(ctx, state, work)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// again is work that enters states again, of those that are applied by now, as steps did.
func (a *attempt) again(ctx context.Context, state string, steps []spec.Step) (spec.Work, error) {
	var states []string
	values := map[string]spec.Inputs{}
	for _, s := range steps {
		if s.Action == spec.Enter {
			values[s.State] = s.Inputs
			states = append(states, s.State)
		}
	}
	route, err := a.fleet.Services[host].Route(ctx, spec.RouteQuery{Provide: a.path(state), Again: states})
	out := spec.Work{Lifecycle: a.def.Name, From: route.From}
	for _, s := range route.Steps {
		s.Inputs, s.Requires = values[s.State], nil
		out.Steps = append(out.Steps, s)
	}
	return out, err
}

const onlyOnce = "what a function says of a key must stay so to its end, else each time changes it"

// repeat does work that is done already, and sees that it changes nothing.
func (a *attempt) repeat(ctx context.Context, state string, work spec.Work) error {
	if len(work.Steps) == 0 {
		return nil
	}
	preview, err := a.fleet.Services[host].Preview(ctx, work)
	if err != nil {
		a.failed(state, err)
		return reported{}
	}
	var found []string
	for _, s := range preview {
		for _, c := range s.Changes {
			if changes(c) {
				found = append(found, c.Key)
				s.Step.Again = false
				a.wrong(s.Step.State, onlyOnce, "the second time, %s changes %s again: %s", s.Step.Name(), c.Key, c.What)
			}
		}
	}
	before := a.host().Copy()
	if _, err := a.carryOut(ctx, state, work); err != nil {
		return err
	}
	for _, key := range before.Changed(a.host()) {
		if !slices.Contains(found, key) {
			a.wrong(state, onlyOnce, "the second time, %s is changed again", key)
		}
	}
	return nil
}

// undo leaves everything, and sees that the first state is back, and the host as before.
func (a *attempt) undo(ctx context.Context, state string, before *view.Memory) error {
	b := &bench{fleet: a.fleet}
	names, err := b.Stack(host, a.def.Name)
	if err != nil {
		return err
	}
	work := spec.Work{Lifecycle: a.def.Name, From: names}
	for _, s := range slices.Backward(names[1:]) { // the first state stays
		work.Steps = append(work.Steps, spec.Step{Action: spec.Leave, State: s})
	}
	if _, err := a.carryOut(ctx, state, work); err != nil {
		return err
	}
	if names, err = b.Stack(host, a.def.Name); err != nil || len(names) != 1 {
		a.wrong(state, "", "undone, %s is applied (%v)", strings.Join(names, " > "), err)
		return reported{}
	}
	for _, key := range before.Changed(a.host()) {
		a.notUndone(state, key, before)
	}
	return nil
}

// notUndone reports a key that is not as before.
func (a *attempt) notUndone(state, key string, before *view.Memory) {
	was, _ := before.Get(key) // it is in memory: nothing can fail
	is, _ := a.host().Get(key)
	said := fmt.Sprintf("is %s, and was %s", op.About(is), op.About(was))
	if op.About(is) == op.About(was) {
		said = "has another content"
	}
	name := "that"
	if by, ok := a.changedBy[key]; ok {
		state, name = by.State, by.Name()
	}
	hint := ""
	if s := a.find(state); s != nil && s.Leave != nil {
		hint = "its leave has to take that back; without a leave it is taken back by itself"
	}
	a.wrong(state, hint, "undone, %s is not as it was before %s: it %s", key, name, said)
}
