package lifecycle_test

import (
	"context"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

func TestValidateFindsEverything(t *testing.T) {
	str := spec.Type{Kind: spec.KindStr}
	for _, tt := range []struct {
		name string
		l    *lifecycle.Lifecycle
		want []string
	}{
		{"names", &lifecycle.Lifecycle{Name: "Bad name", Source: "a.star:1:1", States: []*lifecycle.State{
			{Name: "A", Source: "a.star:2:1"}, {Name: "A", Source: "a.star:3:1"}, {Name: "x/y", Source: "a.star:4:1"},
		}}, []string{
			`a.star:1:1: "Bad name" is no name for a lifecycle`,
			`a.star:4:1: "x/y" is no name for a state`,
			"a.star:3:1: there are two states A, the first at a.star:2:1",
		}},
		{"no states", &lifecycle.Lifecycle{Name: "L"}, []string{"L has no states"}},
		{"transitions", &lifecycle.Lifecycle{Name: "L", Initial: "Z", Source: "a.star:1:1", States: []*lifecycle.State{{Name: "A"}, {Name: "B"}},
			Transitions: [][2]string{{"A", "B"}, {"A", "X"}, {"A", "B"}, {"B", "B"}}}, []string{
			"a.star:1:1: the initial state Z does not exist",
			"a.star:1:1: the transition from A to X: there is no state X",
			"a.star:1:1: the transition from A to B is declared twice",
			"a.star:1:1: the transition from B leads to itself",
		}},
		{"unreachable", &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B", Source: "a.star:5:2"}},
			Transitions: [][2]string{{"B", "A"}}}, []string{"a.star:5:2: the state B cannot be reached from A"}},
		{"loops are fine", &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"}, {Name: "B"}},
			Transitions: [][2]string{{"A", "B"}, {"B", "A"}}}, nil},
		{"provides", &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A", Source: "a.star:2:1", Provides: []*lifecycle.Provide{
			{Name: "enter", Source: "a.star:3:1"}, {Name: "p"}, {Name: "p", Source: "a.star:5:1"}}}}}, []string{
			"a.star:3:1: a provide of A cannot be named enter",
			"a.star:5:1: A has two provides p",
		}},
		{"requires and variables", &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A", Source: "a.star:2:1", Requires: []spec.Require{
			{Name: "r", Vars: []spec.Variable{{Name: "v", Type: str}, {Name: "v", Type: str}, {Name: "w", Type: str, Pattern: "("}}},
			{Name: "r"},
			{Name: "x", Kind: spec.Local, Pattern: "//x["},
			{Name: "y", Kind: spec.External, Pattern: "//y", Args: []spec.Variable{{Name: "host", Type: str}}},
			{Name: "z", Nargs: spec.Nargs{Min: 3, Max: 2}},
			{Name: "p", Vars: []spec.Variable{{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Default: 70000}}},
		}, Hooks: lifecycle.Hooks{Suggest: map[string]func(context.Context, *lifecycle.Call) (any, error){"r/none": nil}}}}}, []string{
			"a.star:2:1: A/r has two variables v",
			"a.star:2:1: A/r: pattern of w",
			"a.star:2:1: A has two requires r",
			`a.star:2:1: A/x: cannot read the pattern "//x["`,
			"a.star:2:1: A/y: an argument cannot be named host",
			"a.star:2:1: A/z: it cannot be given 3 to 2 times",
			"a.star:2:1: A/p: default of port",
			"a.star:2:1: A suggests a value for r/none, which it does not ask",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			if joined, ok := tt.l.Validate().(interface{ Unwrap() []error }); ok {
				for _, err := range joined.Unwrap() {
					if spec.KindOf(err) != spec.Invalid {
						t.Errorf("%v is of kind %q", err, spec.KindOf(err))
					}
					got = append(got, err.Error())
				}
			}
			byStart := cmp.Comparer(func(a, b string) bool { return strings.HasPrefix(a, b) || strings.HasPrefix(b, a) })
			if diff := cmp.Diff(tt.want, got, byStart); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
