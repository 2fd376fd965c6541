package spec_test

import (
	"testing"

	"github.com/armonic/armonic/spec"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 hosts", 1: "1 host", 2: "2 hosts"} {
		if got := spec.Count(n, "host", "hosts"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got := spec.CountOf(1, n, "host", "hosts"); got != "1 of "+want {
			t.Errorf("%q, want 1 of %s", got, want)
		}
	}
}
