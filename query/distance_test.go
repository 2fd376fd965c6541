package query_test

import (
	"testing"

	"github.com/armonic/armonic/query"
)

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"port", "port", 0}, {"port", "prot", 1}, {"port", "ports", 1},
		{"port", "part", 1}, {"kitten", "sitting", 3}, {"é", "e", 1}, {"ca", "abc", 3},
	} {
		if got := query.EditDistance(tt.a, tt.b); got != tt.want || got != query.EditDistance(tt.b, tt.a) {
			t.Errorf("%q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
