package lifecycle_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	complete := ""
	for i := range 14 {
		for j := range 14 {
			if i != j {
				complete += fmt.Sprintf(", S%d>S%d", i, j)
			}
		}
	}
	for _, tt := range []struct {
		name, graph, stack, to string
		want                   lifecycle.Count
	}{
		{"none", "A>B, A>C", "A", "X", lifecycle.Count{}},
		{"to where one stands", "A>B", "A B", "B", lifecycle.Count{Forward: 1}},
		{"back", "A>B, B>C, A>C", "A B C", "A", lifecycle.Count{Forward: 1}},
		{"forward", "A>B, A>C, B>D, C>D, B>C", "A", "D", lifecycle.Count{Forward: 3}},
		{"further ones", "A>B, B>C, B>D, A>D", "A B C", "D", lifecycle.Count{Further: 2}},
		{"both", "A>B, A>C, B>D, C>D", "A B", "D", lifecycle.Count{Forward: 1, Further: 1}},
		{"a cycle", "A>B, B>C, C>B, C>D, B>D", "A", "D", lifecycle.Count{Forward: 2}},
		{"two cycles in a row", "A>B, B>C, C>B, B>D, C>D, D>E, E>D, D>F, E>F", "A", "F", lifecycle.Count{Forward: 4}},
		{"more cycles than can be searched", "A>S0" + complete + ", S13>Z", "A", "Z", lifecycle.Count{Forward: 1, AtLeast: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := newEngine(t, graph(t, tt.graph), nil).Count(strings.Fields(tt.stack), tt.to)
			if tt.want.AtLeast { // then any number is true that is not above the real one
				if !got.AtLeast || got.Forward < 1 {
					t.Errorf("count is %+v", got)
				}
				return
			}
			if got != tt.want {
				t.Errorf("count is %+v, want %+v", got, tt.want)
			}
		})
	}
	if got := newEngine(t, ladder(24), nil).Count(nil, "S24"); got != (lifecycle.Count{Forward: 1 << 24}) {
		t.Errorf("a ladder of 24 has %+v", got)
	}
	if got := newEngine(t, ladder(100), nil).Count(nil, "S100"); got != (lifecycle.Count{Forward: math.MaxInt, AtLeast: true}) {
		t.Errorf("a ladder of 100 has %+v", got)
	}
}

// What is counted is what is listed, and each path can be taken by its index from
// either end, on any graph and from any stack.
func TestCountAndIndexAgreeWithTheList(t *testing.T) {
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
		var want lifecycle.Count
		var list []string
		for p := range e.Paths(stack, to) {
			if list = append(list, p.String()); p.Further() {
				want.Further++
			} else if want.Forward++; want.Further > 0 {
				t.Fatalf("%s is listed after one that leaves", p)
			}
		}
		if got := e.Count(stack, to); got != want {
			t.Fatalf("there are %+v paths, counted are %+v", want, got)
		}
		for i := -len(list) - 1; i <= len(list); i++ {
			r, err := e.Route(context.Background(), spec.RouteQuery{Provide: spec.MakePath("h", "L", to), From: stack, Index: i})
			var p lifecycle.Path
			for _, s := range r.Steps {
				p = append(p, lifecycle.Move{Action: s.Action, State: s.State})
			}
			at := i
			if i < 0 {
				at += len(list)
			}
			if exists := at >= 0 && at < len(list); exists != (err == nil) || exists && p.String() != list[at] {
				t.Fatalf("path %d is %s, error %v; the list is %q", i, p, err, list)
			}
		}
	})
}

func TestAPathSaysWhatItLeaves(t *testing.T) {
	e := newEngine(t, graph(t, "A>B, B>C, B>D, A>E"), nil)
	for to, want := range map[string]string{
		"C": "",
		"D": "leaves C: enter D",
		"E": "leaves C, B: enter E",
		"A": "leave C, leave B",
	} {
		for p := range e.Paths([]string{"A", "B", "C"}, to) {
			if p.String() != want || p.Further() != strings.HasPrefix(want, "leaves") {
				t.Errorf("to %s: %q, further: %v; want %q", to, p, p.Further(), want)
			}
		}
	}
}

func TestAFarPathIsTakenAtOnce(t *testing.T) {
	e := newEngine(t, ladder(24), nil)
	for _, index := range []int{1<<24 - 1, -1 << 24, 0x5A5A5A} {
		r, err := e.Route(context.Background(), spec.RouteQuery{Provide: "/web1/Ladder/S24", Index: index})
		if err != nil {
			t.Fatal(err)
		}
		if index < 0 {
			index += 1 << 24
		}
		for rung := range 24 { // bit by bit left or right, the first rung being the highest
			side := "l"
			if index>>(23-rung)&1 == 1 {
				side = "r"
			}
			if want := fmt.Sprintf("S%d%s", rung, side); r.Steps[2*rung].State != want {
				t.Errorf("path %x takes %s, want %s", index, r.Steps[2*rung].State, want)
			}
		}
	}
}

func BenchmarkPaths(b *testing.B) {
	e := newEngine(b, ladder(24), nil)
	b.Run("ladder=24/first", func(b *testing.B) {
		for b.Loop() {
			for range e.Paths(nil, "S24") {
				break
			}
		}
	})
	b.Run("ladder=24/count", func(b *testing.B) {
		for b.Loop() {
			if e.Count(nil, "S24").Forward != 1<<24 {
				b.Fatal("wrong count")
			}
		}
	})
	b.Run("ladder=24/first100", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for range e.Paths(nil, "S24") {
				if n++; n == 100 {
					break
				}
			}
		}
	})
	b.Run("ladder=24/last", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Route(context.Background(), spec.RouteQuery{Provide: "/web1/Ladder/S24", Index: 1<<24 - 1}); err != nil {
				b.Fatal(err)
			}
		}
	})
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
		if _, err := e.Do(context.Background(), "r", s, lifecycle.Sink{}); err != nil {
			t.Fatal(err)
		}
	}
}
