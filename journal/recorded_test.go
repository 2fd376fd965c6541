package journal_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

var record = flag.String("record", "", "write a journal of the present format, with its key, into this new folder")

// everything is inputs with a value of each type.
func everything(secret func(value.Secret) any) spec.Inputs {
	return spec.Inputs{
		"types": {{
			"text": "grüße", "bytes": "\xff\x00", "none": nil, "true": true, "int": -7, "int64": int64(math.MaxInt64),
			"uint64": uint64(math.MaxUint64), "float": 2.5, "whole": 3.0, "tiny": 5e-324,
			"password": secret("correct horse"), "odd password": secret("quote ' and \xff"),
			"later": value.Deferred{Node: "./database", Name: "password"},
			"list":  []any{1, "two", []any{secret("staple battery")}, map[string]any{}},
			"table": map[string]any{"$secret": "not one", "$x": 1, "\xfe": nil, "deep": map[string]any{"$int64": "7"}},
		}, {}},
		"empty": {},
	}
}

func plainly(s value.Secret) any { return s }

// The lifecycles and runs that are in a recorded journal.
func recordedWeb() lifecycle.Record {
	in := everything(plainly)
	return lifecycle.Record{
		Applied: []spec.Applied{{State: "On", At: noon, By: "run-1", Inputs: in}, {State: "Top", At: noon.Add(time.Minute)}},
		Doing: &lifecycle.Doing{Step: spec.Step{Action: spec.Leave, State: "Top", Inputs: in}, By: "run-2", Who: "ada@example.org",
			At: noon, Did: []string{"stopped nginx", "said •••"}},
	}
}

func recordedMail() lifecycle.Record {
	step := spec.Step{Action: spec.Call, State: "On", Provide: "add", Inputs: everything(plainly)}
	return lifecycle.Record{Fault: &spec.Fault{
		Step: step, At: noon, By: "run-3", Did: []string{"tried •••"},
		Err:     &spec.Error{Kind: spec.Failed, Op: "add", At: "here", Msg: "no access with •••", Hint: "try another"},
		Earlier: &spec.Fault{Step: spec.Step{Action: spec.Enter, State: "On"}, At: noon, Err: spec.Errorf(spec.Canceled, "it was stopped")},
	}}
}

func recordedCall(secret func(value.Secret) any) spec.Called {
	return spec.Called{State: "On", Provide: "p", At: noon, Took: time.Second, By: "run-1", Who: "ada@example.org",
		Inputs: everything(secret), Returns: map[string]any{"token": secret("open sesame"), "url": "http://web1"}}
}

func recordedRuns() []spec.RunRecord {
	event := func(seq int, kind spec.EventKind, returns any) spec.Event {
		return spec.Event{Run: "done", Seq: seq, At: noon, Kind: kind, Step: -1, Returns: returns}
	}
	log := spec.Event{Run: "done", Seq: 2, At: noon, Kind: spec.EventLog, Level: spec.LevelWarn, Text: "the token is •••"}
	end := event(4, spec.EventRunDone, nil)
	end.Stack, end.Err = []string{"Off", "On"}, spec.Errorf(spec.Failed, "no access").WithHint("ask")
	return []spec.RunRecord{
		{Run: "done", Deployment: "d", By: "ada", Lifecycle: "Web", Digest: "x", Began: noon, Reserved: 1004, Events: []spec.Event{
			event(1, spec.EventQueued, nil), log,
			event(3, spec.EventStepDone, map[string]any{"token": value.Secret("open sesame"), "all": everything(plainly)["types"][0]["list"]}), end}},
		{Run: "begun", Lifecycle: "Mail", Digest: "y", Began: noon, Reserved: 1000, Events: []spec.Event{{Run: "begun", Seq: 1, At: noon, Kind: spec.EventQueued, Step: -1}}},
	}
}

// recordedRunsOfAnAgent are one that was executed, and one that was refused for its
// values when it had been recorded.
func recordedRunsOfAnAgent() []spec.Run {
	run := func(id spec.RunID, in spec.Inputs) spec.Run {
		return spec.Run{ID: id, Deployment: "d", By: "ada", Work: spec.Work{Lifecycle: "Vault", From: []string{"A"},
			Steps: []spec.Step{{Action: spec.Call, State: "A", Provide: "key", Inputs: in}}}}
	}
	return []spec.Run{
		run("asked", spec.Inputs{"with": {{"n": 7, "ratio": 3.0, "password": value.Secret("correct horse"), "names": []any{"a", "b"}}}}),
		run("refused", everything(plainly)),
	}
}

// vault is the lifecycle that they were started with; it returns a password.
func vault() *lifecycle.Lifecycle {
	return &lifecycle.Lifecycle{Name: "Vault", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{
		Name: "key",
		Provide: spec.Provide{
			Requires: []spec.Require{{Name: "with", Vars: []spec.Variable{
				{Name: "n", Type: spec.Type{Kind: spec.KindInt}}, {Name: "ratio", Type: spec.Type{Kind: spec.KindFloat}},
				{Name: "password", Type: spec.Type{Kind: spec.KindPassword}}, {Name: "names", Type: spec.Type{Kind: spec.KindList}},
			}}},
			Returns: []spec.Variable{{Name: "key", Type: spec.Type{Kind: spec.KindPassword}}},
		},
		Do: func(context.Context, *lifecycle.Call) (any, error) {
			return map[string]any{"key": "abracadabra"}, nil
		},
	}}}}}
}

func serve(t *testing.T, j *journal.Journal) *agentd.Service {
	t.Helper()
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{vault()}, Store: j, RunStore: j})
	must(t, err)
	t.Cleanup(s.Close)
	return s
}

// To record another format: go test ./journal -run Recording -record testdata/format-N
func TestRecording(t *testing.T) {
	if *record == "" {
		return // this is a tool; what it recorded is tested below
	}
	j := open(t, filepath.Join(*record, journal.File))
	web, mail, call := recordedWeb(), recordedMail(), recordedCall(plainly)
	must(t,
		j.Begin("Web", lifecycle.Doing{Step: spec.Step{Action: spec.Enter, State: "On"}, At: noon}),
		j.End("Web", lifecycle.Outcome{Entered: &web.Applied[0]}),
		j.End("Web", lifecycle.Outcome{Called: &call}),
		j.End("Web", lifecycle.Outcome{Entered: &web.Applied[1]}),
		j.Begin("Web", lifecycle.Doing{Step: web.Doing.Step, By: "run-2", Who: "ada@example.org", At: noon}),
		j.AppendLog("Web", "stopped nginx", "said correct horse"),
	)
	mail.Fault.Did[0], mail.Fault.Err.Msg = "tried correct horse", "no access with correct horse"
	must(t, j.End("Mail", lifecycle.Outcome{Fault: mail.Fault}))
	runs := recordedRuns()
	runs[0].Events[1].Text = "the token is open sesame"
	must(t, j.RecordRun(runs[0]))
	s := serve(t, j)
	for _, run := range recordedRunsOfAnAgent() {
		must(t, s.Start(t.Context(), run), s.Follow(t.Context(), run.ID, 0, func(spec.Event) error { return nil }))
	}
	s.Close()
	must(t, j.RecordRun(runs[1]), j.Close())
}

// What a journal of each format knew is known after it was opened.
func TestEveryRecordedFormatIsRead(t *testing.T) {
	recorded, err := filepath.Glob("testdata/format-*")
	must(t, err)
	if len(recorded) == 0 {
		t.Fatal("there is none")
	}
	for _, dir := range recorded {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			digests := filepath.Base(dir) != "format-1" // those of format 1 cannot be compared any more
			j := open(t, filepath.Join(copied(t, dir), journal.File))
			for range 2 { // the second time it has the present format
				checkRecorded(t, j, digests)
				j = reopen(t, j)
			}
			checkRecordedRuns(t, j, digests)
		})
	}
}

func checkRecorded(t *testing.T, j *journal.Journal, digests bool) {
	t.Helper()
	key := seal.KeyFile{Path: filepath.Join(filepath.Dir(j.Path()), "key")}
	web := recordedWeb()
	web.Calls = []spec.Called{recordedCall(func(s value.Secret) any {
		digest, err := key.Digest(s)
		must(t, err)
		return digest
	})}
	for name, want := range map[string]lifecycle.Record{"Web": web, "Mail": recordedMail()} {
		if diff := cmp.Diff(want, load(t, j, name), showSecrets); diff != "" {
			t.Errorf("%s, -recorded +read:\n%s", name, diff)
		}
	}
	for _, want := range recordedRuns() {
		got, err := j.Run(want.Run)
		must(t, err)
		if !digests {
			want.Digest = ""
		}
		if diff := cmp.Diff(want, got, showSecrets); diff != "" {
			t.Errorf("the run %s, -recorded +read:\n%s", want.Run, diff)
		}
	}
	ended, begun, err := j.Runs()
	must(t, err)
	if len(ended) != 3 || ended[0].Run != "done" || ended[1].Run != "asked" || ended[2].Run != "refused" || len(begun) != 1 || begun[0].Run != "begun" {
		t.Errorf("ended are %+v, begun %+v", ended, begun)
	}
}

// An agent knows the runs that one executed with that journal.
func checkRecordedRuns(t *testing.T, j *journal.Journal, digests bool) {
	t.Helper()
	s := serve(t, j)
	for _, run := range recordedRunsOfAnAgent() {
		must(t, s.Start(t.Context(), run))
		run.Steps[0].Inputs = spec.Inputs{"with": {{"n": 8}}}
		if err := s.Start(t.Context(), run); digests && spec.KindOf(err) != spec.Conflict {
			t.Errorf("the run %s with other values: %v", run.ID, err)
		}
	}
	var returned any
	must(t, s.Follow(t.Context(), "asked", 0, func(ev spec.Event) error {
		if ev.Err != nil {
			return ev.Err
		}
		if ev.Returns != nil {
			returned = ev.Returns
		}
		return nil
	}))
	if diff := cmp.Diff(any(map[string]any{"key": value.Secret("abracadabra")}), returned, showSecrets); diff != "" {
		t.Errorf("it returned, -recorded +read:\n%s", diff)
	}
}

// A file of an older format of which something is wrong is not changed, unless only one
// lifecycle is concerned.
func TestAnOlderFormatThatIsDamaged(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, path string){
		"a run is missing": func(t *testing.T, path string) {
			t.Helper()
			alter(t, path, func(b *bbolt.Bucket) error { return b.Delete([]byte("run/0000000000000001")) })
		},
		"the key is another one": func(t *testing.T, path string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(filepath.Dir(path), "key"), make([]byte, 32), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(copied(t, "testdata/format-1"), journal.File)
			damage(t, path)
			before, err := os.ReadFile(path)
			must(t, err)
			if j, err := journal.Open(path, journal.Options{}); err == nil {
				j.Close()
				t.Error("it was opened")
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("it was changed")
			}
		})
	}
	t.Run("one lifecycle", func(t *testing.T) {
		path := filepath.Join(copied(t, "testdata/format-1"), journal.File)
		alter(t, path, func(b *bbolt.Bucket) error {
			text := bytes.Clone(b.Get([]byte("lifecycle/Mail")))
			text[9] ^= 1
			return b.Put([]byte("lifecycle/Mail"), text)
		})
		j := open(t, path)
		if _, err := j.Load("Mail"); !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("the damaged one: %v", err)
		}
		load(t, j, "Web")
	})
}
