package journal_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/spec"
)

// A run that is dropped is known by its fingerprint for ever, also after opening again.
func TestForgottenRunsAreKnown(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	path := filepath.Join(t.TempDir(), journal.File)
	j := open(t, path)
	const more = 130 // more than one value holds
	id := func(i int) spec.RunID { return spec.RunID(fmt.Sprintf("run %d", i)) }
	for i := range spec.MaxRuns + more {
		must(t, j.RecordRun(spec.RunRecord{Run: id(i), Lifecycle: "L", Events: []spec.Event{{Run: id(i), Seq: 1, Kind: spec.EventRunDone, Step: -1}}}))
	}
	var want []uint64
	for i := range more {
		want = append(want, id(i).Fingerprint())
	}
	if got := j.Forgotten(); !slices.Equal(got, want) {
		t.Errorf("%d are known, want %d", len(got), len(want))
	}
	must(t, j.Close())
	j = open(t, path)
	if got := j.Forgotten(); !slices.Equal(got, want) {
		t.Errorf("after opening again %d are known, want %d", len(got), len(want))
	}
	ended, _, err := j.Runs()
	must(t, err)
	if len(ended) != spec.MaxRuns || ended[0].Run != id(more) {
		t.Errorf("%d runs are kept, the first is %s", len(ended), ended[0].Run)
	}
}
