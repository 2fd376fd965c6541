package lifecycle_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"pgregory.net/rapid"
)

// Each path that is listed can be taken by its index from either end, on any graph and
// from any stack; those that leave states first are listed last.
func TestIndexAgreesWithTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := randomLifecycle(t, func(string, string) error { return nil })
		e, err := lifecycle.New(l, lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
		if err != nil {
			t.Fatal(err)
		}
		stack := []string{"S0"}
		for range rapid.IntRange(0, 4).Draw(t, "height") {
			var next []string
			for _, p := range e.Stack().Transitions {
				if p[0] == stack[len(stack)-1] && !slices.Contains(stack, p[1]) {
					next = append(next, p[1])
				}
			}
			if next != nil {
				stack = append(stack, rapid.SampledFrom(next).Draw(t, "next"))
			}
		}
		to := rapid.SampledFrom(e.Stack().States).Draw(t, "to")
		var list []string
		leaves := false
		for _, p := range pathsTo(t, e, stack, to, spec.MostPaths) {
			list = append(list, show(p))
			further := len(p) > 0 && p[0].Action == spec.Leave
			if leaves && !further {
				t.Fatalf("%s is listed after one that leaves", show(p))
			}
			leaves = further
		}
		for i := -len(list) - 1; i <= len(list); i++ {
			r, err := e.Route(context.Background(), spec.RouteQuery{Provide: spec.MakePath("h", "L", to), From: stack, Index: i})
			at := i
			if i < 0 {
				at += len(list)
			}
			if exists := at >= 0 && at < len(list); exists != (err == nil) || exists && show(r.Steps) != list[at] {
				t.Fatalf("path %d is %s, error %v; the list is %q", i, show(r.Steps), err, list)
			}
		}
	})
}

func TestAPathBeyondTheLastNumberIsRefused(t *testing.T) {
	e := newEngine(t, ladder(24), nil)
	for index, want := range map[int]string{spec.MostPaths - 1: "", -spec.MostPaths: "", spec.MostPaths: "only the first and the last 10000 can be taken"} {
		_, err := e.Route(t.Context(), spec.RouteQuery{Provide: "/web1/Ladder/S24", Index: index})
		if (err == nil) != (want == "") || spec.HintOf(err) != want {
			t.Errorf("path %d: error %v, hint %q", index, err, spec.HintOf(err))
		}
	}
}

func BenchmarkPaths(b *testing.B) {
	e := newEngine(b, ladder(24), nil)
	for _, n := range []int{1, 100, spec.MostPaths} {
		b.Run(fmt.Sprintf("ladder=24/first=%d", n), func(b *testing.B) {
			for b.Loop() {
				if got := pathsTo(b, e, nil, "S24", n); len(got) != n {
					b.Fatalf("listed %d", len(got))
				}
			}
		})
	}
}

// BenchmarkGoto goes through 10 states and back again, 20 steps.
func BenchmarkGoto(b *testing.B) {
	l := &lifecycle.Lifecycle{Name: "L"}
	for i := range 11 {
		l.States = append(l.States, quiet(fmt.Sprintf("S%d", i)))
	}
	b.Run("states=10/store=memory", func(b *testing.B) {
		e := newEngine(b, l, nil)
		b.ReportAllocs()
		for b.Loop() {
			goTo(b, e, "S10")
			goTo(b, e, "S0")
		}
	})
}

// quiet is a state whose functions do nothing and ask for a value.
func quiet(name string) *lifecycle.State {
	nothing := func(context.Context, *lifecycle.Call) error { return nil }
	return &lifecycle.State{Name: name, Enter: nothing, Leave: nothing,
		Requires: []spec.Require{{Name: "conf", Vars: []spec.Variable{{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Default: 80}}}}}
}

// goTo takes the first route to a state.
func goTo(t testing.TB, e *lifecycle.Engine, state string) {
	t.Helper()
	r, err := e.Route(context.Background(), spec.RouteQuery{Provide: spec.MakePath("web1", e.Name(), state)})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Steps {
		if _, err := doStep(context.Background(), e, "r", s, lifecycle.Sink{}); err != nil {
			t.Fatal(err)
		}
	}
}
