package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/actions"
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
// every state that can be reached is entered, and entered again with the same and with
// other values, every provide called twice, all of it left, and entered once more. It
// sees that what a preview shows is what is done, that what is there already is not done
// again, that undoing gives back the first state and the host as it was, that a second
// time is like the first, and that no secret is said in clear.
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

	fleet     *fleet
	examples  *examples
	runs      int
	changedBy map[string]spec.Step // what changed each key of the host first
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
			for _, try := range []func(context.Context, string) error{a.state, a.otherValues} {
				err := a.fresh(func() error { return try(ctx, state) })
				if _, told := err.(reported); err != nil && !told { //nolint:errorlint // it is never wrapped
					return err
				}
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
	a.examples, a.changedBy = &examples{}, map[string]spec.Step{}
	return fn()
}

// reported says that there is no going on, and that it has been reported why.
type reported struct{}

func (reported) Error() string { return "it has been reported" }

// place is where a state is declared.
func (a *attempt) place(state string) string {
	if s := a.find(state); s != nil {
		return s.Source
	}
	return a.def.Source
}

// find gives a state by its name on the stack.
func (a *attempt) find(state string) *lifecycle.State {
	for _, s := range a.def.States {
		if s.Name == state {
			return s
		}
		for _, i := range s.Implementations {
			if s.Name+"."+i.Name == state {
				return i
			}
		}
	}
	return nil
}

func (a *attempt) wrong(state, hint, format string, args ...any) {
	a.add(&a.Errors, &spec.Error{Kind: spec.Failed, At: a.place(state), Hint: hint, Msg: a.def.Name + "." + state + ": " + fmt.Sprintf(format, args...)})
}

// failed reports an error of the module where it arose.
func (a *attempt) failed(state string, err error) {
	e := *spec.AsError(err)
	if !strings.Contains(e.At, ".star:") {
		e.At = a.place(state)
	}
	if strings.Contains(e.Msg, actions.UnknownOutput) { // only a test can say what it is
		a.add(&a.Warnings, &e)
		return
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
