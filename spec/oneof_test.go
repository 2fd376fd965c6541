package spec_test

import (
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Values are compared as they are, not as they print.
func TestOneOfComparesValues(t *testing.T) {
	list := func(kind spec.TypeKind) spec.Type {
		return spec.Type{Kind: spec.KindList, Elem: &spec.Variable{Name: "e", Type: spec.Type{Kind: kind}}}
	}
	words := spec.Variable{Name: "v", Type: list(spec.KindStr), OneOf: []any{[]any{"a b"}}}
	passwords := spec.Variable{Name: "v", Type: list(spec.KindPassword), OneOf: []any{[]any{"correct horse"}}}
	hidden := spec.Variable{Name: "v", Type: list(spec.KindStr), Secret: true, OneOf: []any{[]any{"a"}}}
	for _, tt := range []struct {
		v    spec.Variable
		x    any
		good bool
	}{
		{words, []any{"a b"}, true},
		{words, []any{"a", "b"}, false},
		{passwords, []any{value.Secret("correct horse")}, true},
		{passwords, []any{value.Secret("battery staple")}, false},
		{hidden, []any{value.Secret("a")}, true},
		{hidden, []any{value.Secret("b")}, false},
	} {
		if _, err := tt.v.Convert(tt.x); (err == nil) != tt.good {
			t.Errorf("%v of %v: %v", tt.x, tt.v.OneOf, err)
		}
	}
}
