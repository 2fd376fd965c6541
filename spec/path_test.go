package spec_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

func TestPath(t *testing.T) {
	for _, tt := range []struct {
		path                               spec.Path
		host                               spec.Host
		lifecycle, state, provide, require string
		set                                int
		variable, relative                 string
	}{
		{path: ""},
		{path: "/"},
		{path: "/h1", host: "h1"},
		{path: "/h1/Web", host: "h1", lifecycle: "Web", relative: "Web"},
		{path: "/h1/Web/On.x", host: "h1", lifecycle: "Web", state: "On.x", relative: "Web/On.x"},
		{path: "/h1/Web/On/start", host: "h1", lifecycle: "Web", state: "On", provide: "start", relative: "Web/On/start"},
		{path: "/h1/Web/On/enter/conf[2]/port", host: "h1", lifecycle: "Web", state: "On", provide: "enter", require: "conf", set: 2, variable: "port",
			relative: "Web/On/enter/conf[2]/port"},
	} {
		p := tt.path
		require, set := p.Require()
		if p.Host() != tt.host || p.Lifecycle() != tt.lifecycle || p.State() != tt.state || p.Provide() != tt.provide ||
			require != tt.require || set != tt.set || p.Variable() != tt.variable || p.Relative() != tt.relative {
			t.Errorf("%q is read as %q %q %q %q %q %d %q, relative %q", p, p.Host(), p.Lifecycle(), p.State(), p.Provide(), require, set, p.Variable(), p.Relative())
		}
		if parts := p.Parts(); len(parts) > 0 {
			if got := spec.MakePath(p.Host(), parts[1:]...); got != p {
				t.Errorf("%q is made again as %q", p, got)
			}
		}
	}
	if got := spec.MakePath("h1", "Web").Join("On", "start"); got != "/h1/Web/On/start" {
		t.Errorf("joined is %s", got)
	}
	for n, want := range []spec.Path{"/", "/h1", "/h1/Web", "/h1/Web/On", "/h1/Web/On"} {
		if got := spec.Path("/h1/Web/On").Cut(n); got != want {
			t.Errorf("cut to %d is %s, want %s", n, got, want)
		}
	}
}

func TestIndexed(t *testing.T) {
	for _, tt := range []struct {
		text, name string
		index      int
	}{
		{"conf", "conf", 0},
		{"conf[1]", "conf", 1},
		{"conf[12]", "conf", 12},
	} {
		name, index := spec.SplitIndex(tt.text)
		if name != tt.name || index != tt.index || spec.Indexed(name, index) != tt.text {
			t.Errorf("%s is %s %d, and again %s", tt.text, name, index, spec.Indexed(name, index))
		}
	}
	for _, s := range []string{"conf[", "conf[x]", "conf[-1]", "conf[]", "conf[1]x", "[", ""} {
		if name, index := spec.SplitIndex(s); name != s || index != 0 {
			t.Errorf("%q, which has no index, is %q %d", s, name, index)
		}
	}
}

// A path is what its parts make, whatever they are.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"", "/", "//", "/h1/Web/On/enter/conf[2]/port", "a[99999999999999999999]", "h/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := spec.Path(s)
		parts := p.Parts()
		name, set := p.Require()
		if len(parts) > 4 && spec.Indexed(name, set) != parts[4] && !strings.ContainsAny(parts[4], "[]") {
			t.Fatalf("the require of %q is %q %d", s, name, set)
		}
		if strings.HasPrefix(s, "/") && len(parts) > 0 {
			if got := spec.MakePath(p.Host(), parts[1:]...); got != p {
				t.Fatalf("%q is made again as %q", p, got)
			}
			for n := range len(parts) + 2 {
				if got, want := p.Cut(n).Parts(), parts[:min(n, len(parts))]; n > 0 && !cmp.Equal(got, want) && strings.Join(want, "") != "" {
					t.Fatalf("%q cut to %d is %q", p, n, got)
				}
			}
		}
		if len(parts) > 1 && p.Relative() != strings.Join(parts[1:], "/") {
			t.Fatalf("%q without its host is %q", p, p.Relative())
		}
	})
}

func TestNargs(t *testing.T) {
	for _, tt := range []struct {
		text  string
		want  spec.Nargs
		good  []int
		wrong map[int]string
	}{
		{"1", spec.Nargs{Min: 1, Max: 1}, []int{1}, map[int]string{0: "needs exactly 1, has 0", 2: "takes at most 1, has 2"}},
		{"", spec.Nargs{Min: 1, Max: 1}, []int{1}, nil},
		{"3", spec.Nargs{Min: 3, Max: 3}, []int{3}, map[int]string{0: "needs exactly 3, has 0", 2: "needs exactly 3, has 2", 4: "takes at most 3, has 4"}},
		{"?", spec.Nargs{Min: 0, Max: 1}, []int{0, 1}, map[int]string{2: "takes at most 1, has 2"}},
		{"*", spec.Nargs{Min: 0, Max: spec.Many}, []int{0, 1, 12, spec.Many}, map[int]string{spec.Many + 1: "takes at most 99999, has 100000"}},
	} {
		n, err := spec.ParseNargs(tt.text)
		if err != nil || n != tt.want || tt.text != "" && n.String() != tt.text {
			t.Errorf("%q is %+v, written %s, error %v", tt.text, n, n, err)
		}
		for _, sets := range tt.good {
			if err := n.Check(sets); err != nil {
				t.Errorf("%q with %d sets: %v", tt.text, sets, err)
			}
		}
		for sets, want := range tt.wrong {
			if err := n.Check(sets); err == nil || err.Error() != want {
				t.Errorf("%q with %d sets: %v, want %s", tt.text, sets, err, want)
			}
		}
	}
	for _, s := range []string{"0", "-1", "+", "1.5", "x", "100000", "**"} {
		if n, err := spec.ParseNargs(s); err == nil {
			t.Errorf("%q is %+v", s, n)
		}
	}
	if n := (spec.Nargs{}); n.Check(1) != nil || n.Check(0) == nil || n.String() != "1" {
		t.Error("the zero value is not once")
	}
	if err := (spec.Nargs{Min: 2, Max: 4}).Check(1); err == nil || err.Error() != "needs at least 2, has 1" {
		t.Errorf("two to four, given once: %v", err)
	}
}

func TestVariablesOfARequire(t *testing.T) {
	v := func(name string) spec.Variable { return spec.Variable{Name: name} }
	for kind, want := range map[spec.RequireKind]string{spec.Simple: "a", spec.Local: "b c", spec.External: "host b c"} {
		r := spec.Require{Kind: kind, Vars: []spec.Variable{v("a")}, Args: []spec.Variable{v("b")}, Returns: []spec.Variable{v("c")}}
		var names []string
		for _, v := range r.Variables() {
			names = append(names, v.Name)
			if got, ok := r.Variable(v.Name); !ok || got.Name != v.Name {
				t.Errorf("%s of %q is %v, found: %v", v.Name, kind, got, ok)
			}
		}
		if got := strings.Join(names, " "); got != want || r.Remote() != (kind != spec.Simple) {
			t.Errorf("a require of kind %q has %s, want %s", kind, got, want)
		}
	}
	if _, ok := (spec.Require{}).Variable("x"); ok {
		t.Error("a variable that is not there is found")
	}
}

func TestStackAfter(t *testing.T) {
	step := func(a spec.Action, state string) spec.Step { return spec.Step{Action: a, State: state} }
	for _, tt := range []struct {
		steps []spec.Step
		want  []string
	}{
		{nil, []string{"A", "B"}},
		{[]spec.Step{step(spec.Enter, "C"), step(spec.Call, "A")}, []string{"A", "B", "C"}},
		{[]spec.Step{step(spec.Leave, "B"), step(spec.Enter, "C")}, []string{"A", "C"}},
		{[]spec.Step{step(spec.Leave, "C"), step(spec.Enter, "D")}, []string{"A", "B", "D"}}, // C was entered in part
		{[]spec.Step{step(spec.Enter, "B"), step(spec.Enter, "C")}, []string{"A", "B", "C"}}, // B was left in part
	} {
		from := []string{"A", "B"}
		if got := spec.StackAfter(from, tt.steps); !cmp.Equal(got, tt.want) || !cmp.Equal(from, []string{"A", "B"}) {
			t.Errorf("after %v: %v, want %v", tt.steps, got, tt.want)
		}
	}
}
