package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"pgregory.net/rapid"
)

// fakeHost is what was really done: of each state whether it is entered, as the
// functions that ran know it.
type fakeHost struct {
	fails bool
	is    map[string]string // "" not entered, "entered", "part" for entered or left in part
	wrong string            // the first thing that should not have been done
}

func (g *fakeHost) did(action, state string) error {
	was := g.is[state]
	if g.wrong == "" && (action == "enter" && was == "entered" || action == "leave" && was == "") {
		g.wrong = fmt.Sprintf("%s %s, which is %q", action, state, was)
	}
	switch {
	case g.fails:
		g.is[state] = "part"
		return errors.New("broken")
	case action == "enter":
		g.is[state] = "entered"
	default:
		g.is[state] = ""
	}
	return nil
}

// Any lifecycle, any operations, any failures: the stack is a walk along the
// transitions, enter and leave alternate and agree with it, what was done in part is
// shown, a route does what it says, and undoing everything ends at the initial state.
func TestRandomOperations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &fakeHost{is: map[string]string{}}
		l := randomLifecycle(t, g.did)
		store := lifecycle.NewMemory()
		open := func() *lifecycle.Engine {
			e, err := lifecycle.New(l, lifecycle.Deps{Store: store, Me: spec.Info{Host: "h"}})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		e := open()
		state := rapid.SampledFrom(e.Stack().States)
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { checkWalk(t, e, g) },
			"step": func(t *rapid.T) {
				g.fails = rapid.Bool().Draw(t, "fails")
				action := rapid.SampledFrom([]spec.Action{spec.Enter, spec.Leave, spec.Call}).Draw(t, "action")
				before := e.Applied()
				s := spec.Step{Action: action, State: state.Draw(t, "state"), Provide: "p"}
				_, err := doStep(context.Background(), e, "r", s, lifecycle.Sink{})
				if spec.KindOf(err) == spec.Failed != (err != nil && g.fails && e.Stack().Fault != nil && errors.Is(err, e.Stack().Fault.Err)) {
					t.Fatalf("%s gave %v, the fault is %v", s.Name(), err, e.Stack().Fault)
				}
				if err != nil && !slices.Equal(before, e.Applied()) {
					t.Fatalf("%s failed and changed the stack", s.Name())
				}
				g.fails = false
			},
			"go": func(t *rapid.T) {
				to := state.Draw(t, "state")
				r, err := e.Route(context.Background(), spec.RouteQuery{Provide: spec.MakePath("h", "L", to)})
				if err != nil {
					if e.Reachable(to) {
						t.Fatalf("%s can be reached, but: %v", to, err)
					}
					return
				}
				if problems := e.Check(context.Background(), spec.Work{Lifecycle: "L", From: r.From, Steps: r.Steps}); problems != nil {
					t.Fatalf("the route is refused: %v", problems)
				}
				for _, s := range r.Steps {
					if _, err := doStep(context.Background(), e, "r", s, lifecycle.Sink{}); err != nil {
						t.Fatal(err)
					}
				}
				if !slices.Equal(e.Applied(), r.After) || e.Stack().Top() != to {
					t.Fatalf("the route ended at %v, not %v", e.Applied(), r.After)
				}
			},
			"paths": func(t *rapid.T) {
				to := state.Draw(t, "state")
				seen := map[string]bool{}
				for _, p := range pathsTo(t, e, nil, to, spec.MostPaths) {
					if text := show(p); seen[text] {
						t.Fatalf("the path %s is listed twice", text)
					} else {
						seen[text] = true
					}
				}
			},
			"restart": func(t *rapid.T) {
				before := e.Applied()
				if e = open(); !slices.Equal(before, e.Applied()) {
					t.Fatalf("%v became %v", before, e.Applied())
				}
			},
		})
		r, err := e.Route(context.Background(), spec.RouteQuery{Provide: spec.MakePath("h", "L", "S0")})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range r.Steps {
			if _, err := doStep(context.Background(), e, "r", s, lifecycle.Sink{}); err != nil {
				t.Fatal(err)
			}
		}
		checkWalk(t, e, g)
		if top := e.Stack().Top(); top != "S0" || len(r.After) != 1 {
			t.Fatalf("everything was undone, and the current state is %s", top)
		}
		for state, is := range g.is {
			if is != "" && (is != "entered" || state != "S0") {
				t.Fatalf("everything was undone, and %s is %q", state, is)
			}
		}
	})
}

func randomLifecycle(t *rapid.T, did func(action, state string) error) *lifecycle.Lifecycle {
	n := rapid.IntRange(1, 6).Draw(t, "states")
	l := &lifecycle.Lifecycle{Name: "L", Transitions: [][2]string{}}
	state := func(name, full string) *lifecycle.State {
		return &lifecycle.State{
			Name:     name,
			Enter:    func(context.Context, *lifecycle.Call) error { return did("enter", full) },
			Leave:    func(context.Context, *lifecycle.Call) error { return did("leave", full) },
			Provides: []*lifecycle.Provide{{Name: "p"}},
		}
	}
	for i := range n {
		name := fmt.Sprintf("S%d", i)
		s := state(name, name)
		if i > 0 && rapid.IntRange(0, 4).Draw(t, "meta") == 0 {
			s.Implementations = []*lifecycle.State{state("x", name+".x"), state("y", name+".y")}
		}
		l.States = append(l.States, s)
	}
	for range rapid.IntRange(0, 2*n).Draw(t, "transitions") {
		from, to := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
		p := [2]string{fmt.Sprintf("S%d", from), fmt.Sprintf("S%d", to)}
		if from != to && !slices.Contains(l.Transitions, p) {
			l.Transitions = append(l.Transitions, p)
		}
	}
	return l
}

func checkWalk(t *rapid.T, e *lifecycle.Engine, g *fakeHost) {
	if g.wrong != "" {
		t.Fatal(g.wrong)
	}
	s := e.Stack()
	names := s.Names()
	if len(names) == 0 || names[0] != "S0" {
		t.Fatalf("the stack %v does not begin with the initial state", names)
	}
	for i := 1; i < len(names); i++ {
		if !slices.Contains(s.Transitions, [2]string{names[i-1], names[i]}) {
			t.Fatalf("no transition leads from %s to %s in %s", names[i-1], names[i], strings.Join(names, " "))
		}
	}
	shown := map[string]bool{}
	for f := s.Fault; f != nil; f = f.Earlier {
		if f.Step.Action != spec.Call {
			shown[f.Step.State] = true
		}
	}
	for state, is := range g.is {
		applied := slices.Contains(names, state)
		if is == "entered" && !applied || is == "" && applied {
			t.Fatalf("%s is %q, but the stack is %v", state, is, names)
		}
		if shown[state] != (is == "part") {
			t.Fatalf("%s is %q, but that it is done in part is shown: %v", state, is, shown[state])
		}
	}
}
