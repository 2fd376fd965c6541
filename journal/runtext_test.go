package journal_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// A run that goes on is recorded again and again: what is kept is the same as if it had
// been recorded once, and a secret that is learnt late is hidden in what was said before.
func TestARunThatGrowsIsKeptAsAWhole(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	event := func(seq int, kind spec.EventKind, text string) spec.Event {
		return spec.Event{Run: "r1", Seq: seq, At: noon, Kind: kind, Text: text, Step: -1}
	}
	r := spec.RunRecord{Run: "r1", Lifecycle: "Web", Began: noon}
	must(t, j.RecordRun(r))
	for i := 1; i <= 5; i++ {
		r.Events = append(r.Events, event(i, spec.EventLog, "it is open sesame"))
		must(t, j.RecordRun(r))
	}
	done := event(6, spec.EventStepDone, "")
	done.Returns = map[string]any{"token": value.Secret("open sesame")}
	r.Events = append(r.Events[2:], done) // old lines are dropped
	must(t, j.EndWithRun("Web", lifecycle.Outcome{Entered: &spec.Applied{State: "On", At: noon}}, r))
	want := r
	want.Events = nil
	for i := 3; i <= 5; i++ {
		want.Events = append(want.Events, event(i, spec.EventLog, "it is •••"))
	}
	want.Events = append(want.Events, done)
	for range 2 {
		got, err := j.Run("r1")
		if diff := cmp.Diff(want, got, showSecrets); err != nil || diff != "" {
			t.Errorf("-recorded +kept: %s, error %v", diff, err)
		}
		if rec := load(t, j, "Web"); len(rec.Applied) != 1 {
			t.Errorf("the record is %+v", rec)
		}
		j = reopen(t, j)
	}
}

// BenchmarkRecordRun records a run that grows to so many steps, after each of them.
func BenchmarkRecordRun(b *testing.B) {
	j := open(b, filepath.Join(quick(b), journal.File))
	for b.Loop() {
		r := spec.RunRecord{Run: "r1", Lifecycle: "Web", Began: noon}
		for i := range 200 {
			r.Events = append(r.Events, spec.Event{Run: "r1", Seq: i + 1, At: noon, Kind: spec.EventStepDone, Step: i, Stack: []string{"Off", "On"},
				Returns: map[string]any{"url": "http://web1", "port": 8080}})
			must(b, j.RecordRun(r))
		}
	}
}
