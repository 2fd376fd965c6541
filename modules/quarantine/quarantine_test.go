package quarantine_test

import (
	"testing"

	"github.com/armonic/armonic/modules/quarantine"
	"github.com/armonic/armonic/spec"
)

// What is not ended is what a process that dies leaves.
func TestAFileThatKilledIsLeftOutUntilItChanges(t *testing.T) {
	dir := t.TempDir()
	open := func() *quarantine.Quarantine {
		t.Helper()
		q, err := quarantine.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	begin := func(q *quarantine.Quarantine, file, text string, want bool) func() {
		t.Helper()
		end, err := q.Begin(file, text)
		if (err == nil) != want || err != nil && (spec.KindOf(err) != spec.Invalid || spec.AsError(err).At != file) {
			t.Fatalf("%s with %q: %v", file, text, err)
		}
		return end
	}
	q := open()
	begin(q, "good.star", "1", true)()
	end := begin(q, "bad.star", "1", true)
	begin(q, "lib/good.star", "1", true)() // which bad.star loads
	if got := quarantine.Loading(dir); got != "bad.star" {
		t.Errorf("%q is being loaded", got)
	}
	_ = end // never called

	q = open()
	begin(q, "bad.star", "1", false)
	begin(q, "good.star", "1", true)()
	q = open()
	begin(q, "bad.star", "1", false)
	begin(q, "bad.star", "2", true)()
	begin(q, "bad.star", "1", true)() // it is another one than the last
	if got := quarantine.Loading(dir); got != "" {
		t.Errorf("%q is being loaded", got)
	}
	q = open()
	begin(q, "bad.star", "1", true)()
}
