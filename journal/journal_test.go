package journal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(path, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// quick is a folder in memory, where there is one: for tests that write much and do
// not ask whether the disk has it.
func quick(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "journal-") //nolint:usetesting // not where other files are
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func reopen(t testing.TB, j *journal.Journal) *journal.Journal {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, j.Path())
}

// must stops the test at the first error.
func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, s lifecycle.Store, name string) lifecycle.Record {
	t.Helper()
	r, err := s.Load(name)
	must(t, err)
	return r
}

func doing(action spec.Action, state string, in spec.Inputs) lifecycle.Doing {
	return lifecycle.Doing{Step: spec.Step{Action: action, State: state, Inputs: in}, By: "run-1", Who: "ada@example.org", At: noon}
}

var secretive = spec.Inputs{"db": {{
	"password": value.Secret("correct horse"), "port": 3306, "ratio": 2.0, "tls": true, "none": nil,
	"hosts": []any{"web1", value.Secret("staple battery")},
}}}

func TestWhatIsRecordedIsThereAfterARestart(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "deep", "state", journal.File))
	must(t,
		j.Begin("Web", doing(spec.Enter, "On", secretive)),
		j.AppendLog("Web", "installed nginx", "asked with correct horse"),
	)
	j = reopen(t, j)
	want := doing(spec.Enter, "On", secretive)
	want.Did = []string{"installed nginx", "asked with •••"}
	if diff := cmp.Diff(lifecycle.Record{Doing: &want}, load(t, j, "Web"), showSecrets); diff != "" {
		t.Errorf("in the middle of the step, -want +got:\n%s", diff)
	}
	on := spec.Applied{State: "On", At: noon, By: "run-1", Inputs: secretive}
	must(t, j.End("Web", lifecycle.Outcome{Entered: &on}))
	j = reopen(t, j)
	if diff := cmp.Diff(lifecycle.Record{Applied: []spec.Applied{on}}, load(t, j, "Web"), showSecrets); diff != "" {
		t.Errorf("after the step, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(lifecycle.Record{}, load(t, j, "Other")); diff != "" {
		t.Errorf("what was never used, -want +got:\n%s", diff)
	}
}

// showSecrets compares what secrets hold, and not that they look alike.
var showSecrets = cmp.Transformer("reveal", func(s value.Secret) string { return "secret " + s.Reveal() })

// The secrets of a call that a state required are needed when that is entered again.
func TestSecretsOfRequiredCallsAreKept(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	step := spec.Step{Action: spec.Call, State: "On", Provide: "p", Inputs: secretive, For: []spec.Path{"/web1/Shop/On"}}
	must(t, j.Begin("Web", lifecycle.Doing{Step: step, At: noon}),
		j.End("Web", lifecycle.Outcome{Called: &spec.Called{State: "On", Provide: "p", Inputs: secretive, For: step.For}}))
	j = reopen(t, j)
	text, err := os.ReadFile(j.Path())
	must(t, err)
	if bytes.Contains(text, []byte("correct horse")) {
		t.Error("it can be read in the file")
	}
	if got := load(t, j, "Web").Calls[0].Inputs["db"][0]["password"]; got != value.Secret("correct horse") {
		t.Errorf("the password is %v", got)
	}
}

func TestNoSecretIsInTheFile(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	step := spec.Step{Action: spec.Call, State: "On", Provide: "p", Inputs: secretive}
	oops := spec.Errorf(spec.Failed, "no access with correct horse").WithHint("not correct horse")
	must(t,
		j.Begin("Web", lifecycle.Doing{Step: step, At: noon}),
		j.AppendLog("Web", "correct horse"),
		j.End("Web", lifecycle.Outcome{
			Called: &spec.Called{State: "On", Provide: "p", Who: "ada", Inputs: secretive, Err: oops,
				Returns: map[string]any{"token": value.Secret("staple battery"), "url": "http://web1"}},
			Fault: &spec.Fault{Step: step, Err: oops, Did: []string{"tried correct horse"}},
		}),
		j.RecordRun(spec.RunRecord{Run: "r", Lifecycle: "Web", Events: []spec.Event{
			{Kind: spec.EventLog, Text: "correct horse"},
			{Kind: spec.EventStepDone, Returns: map[string]any{"token": value.Secret("staple battery")}},
		}}),
	)
	j = reopen(t, j)
	text, err := os.ReadFile(j.Path())
	must(t, err)
	for _, secret := range []string{"correct horse", "staple battery"} {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%q can be read in the file", secret)
		}
	}
	call := load(t, j, "Web").Calls[0]
	digest, _ := call.Inputs["db"][0]["password"].(string)
	if !strings.HasPrefix(digest, "hmac-sha256:") || call.Who != "ada" || call.Err.Msg != "no access with •••" {
		t.Errorf("the call is %+v", call)
	}
	if table := call.Returns.(map[string]any); table["url"] != "http://web1" || !strings.HasPrefix(table["token"].(string), "hmac-sha256:") {
		t.Errorf("it returned %v", call.Returns)
	}
	run, err := j.Run("r")
	must(t, err)
	if got := run.Events[1].Returns.(map[string]any)["token"]; got != value.Secret("staple battery") {
		t.Errorf("the run does not have what it returned: %v", got)
	}
}

func TestTheHistoryIsBounded(t *testing.T) {
	j := open(t, filepath.Join(quick(t), journal.File))
	memory := lifecycle.NewMemory()
	for i := range lifecycle.MaxCalls + 3 {
		o := lifecycle.Outcome{Called: &spec.Called{State: "On", Provide: "p", Took: time.Duration(i)}}
		must(t, j.End("Web", o), memory.End("Web", o))
	}
	j = reopen(t, j)
	calls := load(t, j, "Web").Calls
	if len(calls) != lifecycle.MaxCalls || calls[0].Took != 3 {
		t.Errorf("%d calls, the first is %+v", len(calls), calls[0])
	}
	if diff := cmp.Diff(load(t, memory, "Web").Calls, calls); diff != "" {
		t.Errorf("-memory +journal:\n%s", diff)
	}
}

func TestRunsAreRememberedInOrderAndLongAfterTheirStories(t *testing.T) {
	j := open(t, filepath.Join(quick(t), journal.File))
	const n = spec.MaxRunsWithEvents + 2
	id := func(i int) spec.RunID { return spec.RunID(strings.Repeat("r", i+1)) }
	end := spec.Event{Seq: 2, Kind: spec.EventRunDone, Step: -1, Stack: []string{"Off"}}
	for i := range n {
		s := spec.RunRecord{Run: id(i), Digest: "d", Began: noon, Reserved: 1, Events: []spec.Event{{Seq: 1, Kind: spec.EventStarted, Step: -1}}}
		must(t, j.RecordRun(s))
		s.Events, s.Reserved = append(s.Events, end), 2
		must(t, j.RecordRun(s))
	}
	j = reopen(t, j)
	got, begun, err := j.Runs()
	must(t, err)
	if len(got) != n || len(begun) != 0 {
		t.Fatalf("%d runs have ended, %d have not", len(got), len(begun))
	}
	for i, s := range got {
		want := 2
		if i < n-spec.MaxRunsWithEvents {
			want = 1
		}
		if s.Run != id(i) || s.Digest != "d" {
			t.Errorf("run %d is %+v", i, s)
		}
		if whole, err := j.Run(id(i)); err != nil || !whole.Ended() || len(whole.Events) != want || whole.Digest != "d" {
			t.Errorf("of run %d is told %+v, error %v", i, whole, err)
		}
	}
	if _, err := j.Run("never"); spec.KindOf(err) != spec.NotFound {
		t.Errorf("a run that there never was: %v", err)
	}
	must(t, j.RecordRun(spec.RunRecord{Run: id(n - 1), Events: []spec.Event{end}, Digest: "e"}), j.RecordRun(spec.RunRecord{Run: "new", Digest: "f"}))
	if got, begun, err := j.Runs(); err != nil || len(got) != n || got[n-1].Digest != "e" || len(begun) != 1 || begun[0].Run != "new" {
		t.Errorf("told again, %d runs have ended and %d not, error %v", len(got), len(begun), err)
	}
}
