package lifecycle_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

// graph makes a lifecycle from "A>B B>C"; "C:debian|ubuntu >= 24.04" limits a
// state to systems, "M=x|y" makes it a metastate.
func graph(t *testing.T, text string) *lifecycle.Lifecycle {
	t.Helper()
	l := &lifecycle.Lifecycle{Name: "L"}
	find := func(name string) *lifecycle.State {
		for _, s := range l.States {
			if s.Name == name {
				return s
			}
		}
		l.States = append(l.States, &lifecycle.State{Name: name})
		return l.States[len(l.States)-1]
	}
	for word := range strings.SplitSeq(text, ", ") {
		if from, to, ok := strings.Cut(word, ">"); ok && !strings.Contains(word, ":") {
			find(from)
			find(to)
			l.Transitions = append(l.Transitions, [2]string{from, to})
		} else if name, impls, ok := strings.Cut(word, "="); ok && !strings.Contains(word, ":") {
			for impl := range strings.SplitSeq(impls, "|") {
				find(name).Implementations = append(find(name).Implementations, &lifecycle.State{Name: impl})
			}
		} else if name, systems, ok := strings.Cut(word, ":"); ok {
			for s := range strings.SplitSeq(systems, "|") {
				m, err := lifecycle.ParseOSMatch(s)
				if err != nil {
					t.Fatal(err)
				}
				find(name).OS = append(find(name).OS, m)
			}
		}
	}
	return l
}

// pathsTo lists the first paths from a stack, of now if it is nil.
func pathsTo(t interface {
	Helper()
	Fatal(args ...any)
}, e *lifecycle.Engine, from []string, state string, most int) [][]spec.Step {
	t.Helper()
	at := spec.MakePath(e.Stack().Path.Host(), e.Name(), state)
	got, err := e.Paths(context.Background(), spec.PathsQuery{State: at, From: from, Most: most})
	if err != nil && spec.KindOf(err) != spec.NotFound {
		t.Fatal(err)
	}
	return got.Paths
}

// show writes a path: "B C" enters, "-B" leaves.
func show(path []spec.Step) string {
	var out []string
	for _, m := range path {
		if m.Action == spec.Leave {
			out = append(out, "-"+m.State)
		} else {
			out = append(out, m.State)
		}
	}
	return strings.Join(out, " ")
}

func TestPaths(t *testing.T) {
	for _, tt := range []struct {
		name, graph, stack, to string
		want                   []string
	}{
		{"in a row", "A>B, B>C", "A", "C", []string{"B C"}},
		{"to where one stands", "A>B", "A B", "B", []string{""}},
		{"back through the stack", "A>B, B>C, A>C", "A B C", "A", []string{"-C -B"}},
		{"back is the only way, also where transitions lead there", "A>B, B>A", "A B", "A", []string{"-B"}},
		{"depth first, in declared order", "A>B, A>C, B>D, C>D, B>C", "A", "D", []string{"B D", "B C D", "C D"}},
		{"a path ends where it meets the target", "A>B, B>C, C>B", "A", "B", []string{"B"}},
		{"cycles are walked once", "A>B, B>C, C>B, C>D, B>D", "A", "D", []string{"B C D", "B D"}},
		{"a cycle off the way does not matter", "A>B, B>C, C>B, A>D", "A", "D", []string{"D"}},
		{"a state that is applied is not entered again", "A>B, B>A, A>C, B>C", "A B", "C", []string{"C", "-B C"}},
		{"another branch: leave to the fork, then enter", "A>B, B>C, A>D, D>E", "A B C", "E", []string{"-C -B D E"}},
		{"the nearest fork first", "A>B, B>C, B>D, A>D", "A B C", "D", []string{"-C D", "-C -B D"}},
		{"forward ways before those that leave", "A>B, A>C, B>D, C>D", "A B", "D", []string{"D", "-B C D"}},
		{"what was left may be entered on the other branch", "A>B, B>C, A>D, D>C, C>E", "A B C", "E", []string{"E", "-C -B D C E"}},
		{"a dead end is no way", "A>B, A>C", "A B", "X", nil},
		{"the other system's states are not entered", "A>B, A>C, B>D, C>D, B:ubuntu", "A", "D", []string{"C D"}},
		{"the system counts at both ends, also of the first step", "A>B, A:ubuntu", "A", "B", nil},
		{"a release", "A>B, A>C, B>D, C>D, B:debian 11, C:debian >= 12", "A", "D", []string{"C D"}},
		{"a metastate is reached through its implementations, last declared", "A>M, A>C, C>M, M=x|y", "A", "M",
			[]string{"C M.x M", "C M.y M", "M.x M", "M.y M"}},
		{"to one implementation", "A>M, M=x|y", "A", "M.y", []string{"M.y"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEngine(t, graph(t, tt.graph), nil)
			var got []string
			for _, p := range pathsTo(t, e, strings.Fields(tt.stack), tt.to, spec.MostPaths) {
				got = append(got, show(p))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// ladder is n diamonds in a row: 2^n paths.
func ladder(n int) *lifecycle.Lifecycle {
	l := &lifecycle.Lifecycle{Name: "Ladder", States: []*lifecycle.State{{Name: "S0"}}}
	for i := range n {
		from, to := fmt.Sprintf("S%d", i), fmt.Sprintf("S%d", i+1)
		left, right := from+"l", from+"r"
		l.States = append(l.States, &lifecycle.State{Name: left}, &lifecycle.State{Name: right}, &lifecycle.State{Name: to})
		l.Transitions = append(l.Transitions, [2]string{from, left}, [2]string{from, right}, [2]string{left, to}, [2]string{right, to})
	}
	return l
}

func TestPathsAreLazy(t *testing.T) {
	l := ladder(24)
	// Dead ends and a cycle on every rung, which must not be searched.
	for i := range 24 {
		l.States = append(l.States, &lifecycle.State{Name: fmt.Sprintf("Dead%d", i)})
		l.Transitions = slices.Insert(l.Transitions, 0, [2]string{fmt.Sprintf("S%dl", i), fmt.Sprintf("Dead%d", i)})
		l.Transitions = slices.Insert(l.Transitions, 0, [2]string{fmt.Sprintf("S%d", i+1), fmt.Sprintf("S%dr", i)})
	}
	e := newEngine(t, l, nil)
	got := pathsTo(t, e, nil, "S24", 100)
	for i, p := range got {
		if len(p) != 48 {
			t.Fatalf("path %d has %d steps", i, len(p))
		}
	}
	if len(got) != 100 {
		t.Fatalf("found %d paths, want 100", len(got))
	}
}

func TestOSMatch(t *testing.T) {
	for _, tt := range []struct {
		match, name, release string
		want                 bool
	}{
		{"debian", "debian", "12", true},
		{"debian", "ubuntu", "24.04", false},
		{"debian 12", "debian", "12", true},
		{"debian 12", "debian", "11", false},
		{"debian 12", "debian", "", true},
		{"debian = 12", "debian", "12", true},
		{"ubuntu >= 24.04", "ubuntu", "24.04", true},
		{"ubuntu >= 24.04", "ubuntu", "24.10", true},
		{"ubuntu >= 24.04", "ubuntu", "9.10", false},
		{"ubuntu < 24.04", "ubuntu", "22.04", true},
		{"debian > 12", "debian", "12", false},
		{"debian <= 12", "debian", "12", true},
		{"debian sid", "debian", "sid", true},
		{"all", "debian", "12", true},
		{"debian", "all", "", true},
	} {
		m, err := lifecycle.ParseOSMatch(tt.match)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Matches(spec.OS{Name: tt.name, Release: tt.release}); got != tt.want {
			t.Errorf("%q on %s %s: %v, want %v", tt.match, tt.name, tt.release, got, tt.want)
		}
	}
	for _, s := range []string{"", ">= 12", "debian >=", "debian 12 13", "debian ~ 12", "a b c d"} {
		if m, err := lifecycle.ParseOSMatch(s); err == nil {
			t.Errorf("%q is read as %s", s, m)
		}
	}
}

func TestPathsAreListedUpToALimit(t *testing.T) {
	l := graph(t, "A>B, A>C, B>D, C>D, D>E")
	e, err := lifecycle.New(l, lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		state string
		most  int
		want  string
	}{
		{"E", 0, "[[enter B enter D enter E]] true"},
		{"E", 1, "[[enter B enter D enter E]] true"},
		{"E", 2, "[[enter B enter D enter E] [enter C enter D enter E]] false"},
		{"E", 9, "[[enter B enter D enter E] [enter C enter D enter E]] false"},
		{"A", 9, "[[]] false"},
	} {
		got, err := e.Paths(t.Context(), spec.PathsQuery{State: spec.MakePath("h", l.Name, tt.state), Most: tt.most})
		if err != nil {
			t.Fatal(err)
		}
		names := make([][]string, len(got.Paths))
		for i, p := range got.Paths {
			for _, s := range p {
				names[i] = append(names[i], s.Name())
			}
		}
		if text := fmt.Sprint(names, " ", got.More); text != tt.want {
			t.Errorf("at most %d to %s: %s, want %s", tt.most, tt.state, text, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Paths(ctx, spec.PathsQuery{State: spec.MakePath("h", l.Name, "E")}); err == nil {
		t.Error("the paths are listed for a caller who is gone")
	}
}
