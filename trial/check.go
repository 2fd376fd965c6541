package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// Report is what trying lifecycles showed.
type Report struct {
	Lifecycles []string      `json:"lifecycles"`
	Systems    []string      `json:"systems"` // that were simulated
	Steps      int           `json:"steps"`   // that were done
	Errors     []*spec.Error `json:"errors"`
	Warnings   []*spec.Error `json:"warnings"`
}

// Check tries lifecycles of a set on simulated hosts, on each system that they name:
// every state that can be reached is entered, every provide called twice, all of it
// left, and entered again. It sees that what a preview shows is what is done, that
// what is there already is not done again, that undoing gives back the first state,
// that a second time is like the first, and that no secret is said in clear.
//
// The marker, which may be nil, is told of the file of each lifecycle while it is tried.
func Check(ctx context.Context, set *modules.Set, m modules.Marker, names []string) (*Report, error) {
	r := &Report{Lifecycles: names, Errors: []*spec.Error{}, Warnings: []*spec.Error{}}
	for _, name := range names {
		l, ok := set.Find(name)
		if !ok {
			return nil, spec.Errorf(spec.NotFound, "there is no lifecycle %q", name)
		}
		if err := r.try(ctx, set, m, l); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// try tries one lifecycle on all systems that it names.
func (r *Report) try(ctx context.Context, set *modules.Set, m modules.Marker, l *lifecycle.Lifecycle) error {
	if m != nil {
		done, err := m.Begin(modules.FileOf(l.Source), "")
		if err != nil {
			return err
		}
		defer done()
	}
	for _, system := range systems(l) {
		if !slices.Contains(r.Systems, system.String()) {
			r.Systems = append(r.Systems, system.String())
		}
		a := &attempt{Report: r, set: set, def: l, system: system}
		if err := a.run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// systems are Debian and all that the states name.
func systems(l *lifecycle.Lifecycle) []spec.OS {
	out := []spec.OS{{Name: "debian", Release: "13"}}
	add := func(s *lifecycle.State) {
		for _, m := range s.OS {
			if os := (spec.OS{Name: m.Name, Release: m.Release}); os.Name != "" && os.Name != "all" && !slices.Contains(out, os) {
				out = append(out, os)
			}
		}
	}
	for _, s := range l.States {
		add(s)
		for _, i := range s.Implementations {
			add(i)
		}
	}
	return out
}

// attempt tries one lifecycle on one system.
type attempt struct {
	*Report
	set    *modules.Set
	def    *lifecycle.Lifecycle
	system spec.OS

	fleet    *fleet
	examples *examples
	runs     int
}

const host = "host1"

func (a *attempt) run(ctx context.Context) error {
	stacks := []spec.Stack{}
	err := a.fresh(func() (err error) {
		stacks, err = a.fleet.Services[host].Stacks(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range stacks {
		if s.Path.Lifecycle() != a.def.Name {
			continue
		}
		for _, state := range s.States {
			if err := a.fresh(func() error { return a.state(ctx, state) }); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// fresh runs fn with a host on which nothing is applied.
func (a *attempt) fresh(fn func() error) (err error) {
	if a.fleet, err = newFleet(a.set.Lifecycles, []string{host}, a.system); err != nil {
		return err
	}
	defer a.fleet.Close()
	a.examples = &examples{}
	return fn()
}

// state goes to a state, calls what it provides, and back.
func (a *attempt) state(ctx context.Context, state string) error {
	agent := a.fleet.Services[host]
	at := spec.MakePath(host, a.def.Name, state)
	route, err := agent.Route(ctx, spec.RouteQuery{Provide: at})
	if err != nil {
		return nil //nolint:nilerr // it is for another system; the loader sees to states that nothing leads to
	}
	first, ok, err := a.do(ctx, route)
	if err != nil || !ok {
		return err
	}
	if again, err := agent.Route(ctx, spec.RouteQuery{Provide: at}); err != nil || len(again.Steps) > 0 {
		a.wrong(state, "to go there again takes %d steps (%v)", len(again.Steps), err)
	}
	provides, err := agent.Provides(ctx, spec.Pattern(string(at)+"/*"))
	if err != nil && spec.KindOf(err) != spec.NotFound {
		return err
	}
	for _, p := range provides {
		for range 2 {
			route, err := agent.Route(ctx, spec.RouteQuery{Provide: p.Path})
			if err != nil {
				return err
			}
			if _, ok, err := a.do(ctx, route); err != nil || !ok {
				return err
			}
		}
	}
	if !a.undo(ctx, state) {
		return nil
	}
	a.examples = &examples{}
	second, ok, err := a.do(ctx, route)
	if err != nil || !ok {
		return err
	}
	if !slices.Equal(first, second) {
		a.wrong(state, "it is entered otherwise the second time: %s", difference(first, second))
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

// do does the steps of a route and gives the lines that were logged; false if it
// could not, which has been reported.
func (a *attempt) do(ctx context.Context, route spec.Route) ([]string, bool, error) {
	if len(route.Steps) == 0 {
		return nil, true, nil
	}
	agent := a.fleet.Services[host]
	work := spec.Work{Lifecycle: a.def.Name, From: route.From}
	last := route.Steps[len(route.Steps)-1]
	for _, step := range route.Steps {
		in, err := a.examples.inputs(step.Requires)
		if err != nil {
			a.warn(step.State, spec.HintOf(err), "%s was not tried: %v", step.Name(), err)
			return nil, false, nil
		}
		step.Inputs, step.Requires = in, nil
		work.Steps = append(work.Steps, step)
	}
	problems, err := agent.Check(ctx, work)
	if err != nil {
		return nil, false, err
	}
	if len(problems) > 0 {
		a.warn(last.State, "give its variables defaults that are right", "%s was not tried: %s", last.Name(), problems[0].Msg)
		return nil, false, nil
	}
	preview, err := agent.Preview(ctx, work)
	if err != nil || len(preview) != len(work.Steps) {
		a.wrong(last.State, "its preview does not show what is done: %d of %d steps (%v)", len(preview), len(work.Steps), err)
	}
	before := len(a.fleet.lines("", 0))
	a.runs++
	run := spec.Run{ID: spec.RunID(fmt.Sprintf("try-%d", a.runs)), Work: work}
	err = a.fleet.do(ctx, host, run)
	said := a.fleet.lines("", before)
	a.secrets(ctx, run, last, said, err)
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	if err != nil {
		a.failed(last.State, err)
		return nil, false, nil
	}
	a.Steps += len(work.Steps)
	return said, true, nil
}

// undo leaves everything and sees that the first state is back.
func (a *attempt) undo(ctx context.Context, state string) bool {
	b := &bench{fleet: a.fleet, undone: a.runs}
	if err := b.Undo(ctx, host); err != nil {
		a.failed(state, err)
		return false
	}
	names, err := b.Stack(host, a.def.Name)
	if err != nil || len(names) != 1 {
		a.wrong(state, "undone, %s is applied (%v)", strings.Join(names, " > "), err)
		return false
	}
	a.runs = b.undone
	return true
}

// secrets sees that none was said in clear, in any form.
func (a *attempt) secrets(ctx context.Context, run spec.Run, step spec.Step, said []string, failed error) {
	texts := slices.Clone(said)
	if failed != nil {
		texts = append(texts, failed.Error(), spec.HintOf(failed))
	}
	_ = a.fleet.Services[host].Follow(ctx, run.ID, 0, func(ev spec.Event) error {
		texts = append(texts, fmt.Sprint(ev.Returns))
		return nil
	})
	for _, s := range texts {
		switch at, argument := strings.CutSuffix(s, ": "+modules.SecretArgument); {
		case argument:
			a.add(&a.Warnings, &spec.Error{Kind: spec.Invalid, At: at, Msg: modules.SecretArgument})
		case s == modules.SecretReturned, a.examples.secrets.Redact(s) != s:
			a.wrong(step.State, "%s gives a secret away", step.Name())
		}
	}
}

// place is where a state is declared.
func (a *attempt) place(state string) string {
	for _, s := range a.def.States {
		if s.Name == state {
			return s.Source
		}
		for _, i := range s.Implementations {
			if s.Name+"."+i.Name == state {
				return i.Source
			}
		}
	}
	return a.def.Source
}

func (a *attempt) wrong(state, format string, args ...any) {
	a.add(&a.Errors, &spec.Error{Kind: spec.Failed, At: a.place(state), Msg: a.def.Name + "." + state + ": " + fmt.Sprintf(format, args...)})
}

// failed reports an error of the module where it arose.
func (a *attempt) failed(state string, err error) {
	e := *spec.AsError(err)
	if !strings.Contains(e.At, ".star:") {
		e.At = a.place(state)
	}
	a.add(&a.Errors, &e)
}

func (a *attempt) warn(state, hint, format string, args ...any) {
	a.add(&a.Warnings, &spec.Error{Kind: spec.Invalid, At: a.place(state), Hint: hint, Msg: a.def.Name + "." + state + ": " + fmt.Sprintf(format, args...)})
}

// add reports each thing once, also if several systems show it.
func (a *attempt) add(to *[]*spec.Error, e *spec.Error) {
	if !slices.ContainsFunc(*to, func(o *spec.Error) bool { return o.At == e.At && o.Msg == e.Msg }) {
		*to = append(*to, e)
	}
}
