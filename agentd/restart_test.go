package agentd_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func openJournal(t testing.TB, dir string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(filepath.Join(dir, journal.File), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func withStores(t testing.TB, store lifecycle.Store, runs agentd.RunStore) *agentd.Service {
	t.Helper()
	s, err := agentd.New(agentd.Config{
		Info:       spec.Info{Host: agenttest.Host, Address: "localhost", OS: spec.OS{Name: "debian", Release: "12"}},
		Lifecycles: append(agenttest.Lifecycles(), vault()),
		Store:      store,
		RunStore:   runs,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// vault returns a secret.
func vault() *lifecycle.Lifecycle {
	return &lifecycle.Lifecycle{Name: "Vault", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{
		Name:    "key",
		Provide: spec.Provide{Returns: []spec.Variable{{Name: "key", Type: spec.Type{Kind: spec.KindPassword}}}},
		Do: func(context.Context, *lifecycle.Call) (any, error) {
			return map[string]any{"key": "open sesame"}, nil
		},
	}}}}}
}

// agents that keep a journal meet the contract too.
func TestTheContractWithAJournal(t *testing.T) {
	agenttest.Run(t, func(t testing.TB) (spec.Agent, func()) {
		t.Helper()
		j := openJournal(t, t.TempDir())
		s, err := agentd.New(agentd.Config{
			Info:       spec.Info{Host: agenttest.Host, Address: "localhost", OS: spec.OS{Name: "debian", Release: "12"}},
			Lifecycles: agenttest.Lifecycles(), Store: j, RunStore: j, Archive: j, Proposals: j,
		})
		if err != nil {
			t.Fatal(err)
		}
		return s, func() { s.Close(); j.Close() }
	})
}

func TestARunIsToldAndNotExecutedAgainAfterARestart(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	s := withStores(t, j, j)
	count := bench("r1", "count")
	count.Steps[0].Inputs = spec.Inputs{"to": {{"n": 300}}}
	key := spec.Run{ID: "r2", Work: spec.Work{Lifecycle: "Vault", From: []string{"A"}, Steps: []spec.Step{{Action: spec.Call, State: "A", Provide: "key"}}}}
	var before [][]spec.Event
	for _, r := range []spec.Run{count, key} {
		if err := s.Start(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		before = append(before, follow(t, s, r.ID))
	}
	s.Close()
	j.Close()

	j = openJournal(t, dir)
	defer j.Close()
	s = withStores(t, j, j)
	defer s.Close()
	count.Steps[0].Inputs = spec.Inputs{"to": {{"n": 300.0}}} // the same value in another form
	for _, r := range []spec.Run{count, key} {
		if err := s.Start(t.Context(), r); err != nil {
			t.Errorf("starting %s again: %v", r.ID, err)
		}
	}
	if diff := cmp.Diff(before[1], follow(t, s, "r2")); diff != "" {
		t.Errorf("r2, -before +after the restart:\n%s", diff)
	}
	after := follow(t, s, "r1") // of its 300 lines the last 200 are kept
	if diff := cmp.Diff(before[0][103:], after[4:]); diff != "" || len(after) != 206 {
		t.Errorf("r1 has %d events, -before +after the restart:\n%s", len(after), diff)
	}
	if gap := after[3]; gap.Seq != 103 || gap.Level != spec.LevelWarn || gap.Text != "100 older events were dropped" {
		t.Errorf("in the place of the others is %+v", gap)
	}
	if calls := stackOf(t, s, "Bench").Calls; len(calls) != 1 {
		t.Errorf("%d calls", len(calls))
	}
	count.Steps[0].Inputs["to"][0]["n"] = 301
	if err := s.Start(t.Context(), count); spec.KindOf(err) != spec.Conflict {
		t.Errorf("the id with other content gives %v", err)
	}
}

func stackOf(t *testing.T, s *agentd.Service, lifecycle string) spec.Stack {
	t.Helper()
	stacks, err := s.Stacks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range stacks {
		if st.Path.Lifecycle() == lifecycle {
			return st
		}
	}
	t.Fatalf("there is no stack of %s", lifecycle)
	return spec.Stack{}
}

// memoryRunStore keeps runs in memory.
type memoryRunStore struct {
	runs []spec.RunRecord
	err  error
}

func (s *memoryRunStore) Forgotten() []uint64 { return nil }

func (s *memoryRunStore) Runs() (ended []spec.EndedRun, begun []spec.RunRecord, err error) {
	return nil, s.runs, nil
}

func (s *memoryRunStore) Run(id spec.RunID) (spec.RunRecord, error) {
	for _, st := range s.runs {
		if st.Run == id {
			return st, nil
		}
	}
	return spec.RunRecord{}, spec.Errorf(spec.NotFound, "no run %s", id)
}

func (s *memoryRunStore) RecordRun(st spec.RunRecord) error {
	if s.err == nil {
		s.runs = append(s.runs, st)
	}
	return s.err
}

func (s *memoryRunStore) Digest(value.Secret) (string, error) { return "digest", nil }

func TestAnInterruptedRunEndsAfterAllThatWasSeenOfIt(t *testing.T) {
	st := &memoryRunStore{runs: []spec.RunRecord{{Run: "r1", Lifecycle: "Bench", Digest: "digest", Reserved: 1003, Events: []spec.Event{
		{Run: "r1", Seq: 1, Kind: spec.EventQueued}, {Run: "r1", Seq: 2, Kind: spec.EventStarted}}}}}
	s := withStores(t, lifecycle.NewMemory(), st)
	defer s.Close()
	if err := s.Start(t.Context(), bench("r1", "echo")); err != nil {
		t.Error(err)
	}
	events := follow(t, s, "r1")
	last := events[len(events)-1]
	if len(events) != 4 || last.Seq != 1004 || last.Kind != spec.EventRunDone || !strings.Contains(last.Err.Error(), "cannot execute the run r1: it was interrupted") || last.Err.Hint == "" {
		t.Errorf("it ends with %+v", last)
	}
	var seen []spec.Event // by one who had seen many lines that were not kept
	err := s.Follow(t.Context(), "r1", 900, func(ev spec.Event) error { seen = append(seen, ev); return nil })
	if err != nil || len(seen) != 2 || seen[0].Seq != 1003 || seen[0].Text != "the agent stopped here: what the step said last may be missing" {
		t.Errorf("a follower saw %v, error %v", seen, err)
	}
	if again := st.runs[len(st.runs)-1]; !again.Ended() || again.Reserved < 1004 {
		t.Errorf("recorded is %+v", again)
	}
}

// What a step of it returned as a secret is recorded as one again, and told as before.
func TestWhatAnInterruptedRunReturnedStaysSecret(t *testing.T) {
	secret := map[string]any{"key": value.Secret("open sesame")}
	st := &memoryRunStore{runs: []spec.RunRecord{{Run: "r1", Lifecycle: "Vault", Reserved: 1003, Events: []spec.Event{
		{Run: "r1", Seq: 1, Kind: spec.EventQueued}, {Run: "r1", Seq: 2, Kind: spec.EventStepDone, Returns: secret}}}}}
	s := withStores(t, lifecycle.NewMemory(), st)
	defer s.Close()
	last := st.runs[len(st.runs)-1]
	if got := last.Events[1].Returns.(map[string]any)["key"]; !last.Ended() || got != value.Secret("open sesame") {
		t.Errorf("recorded is a %T in %+v", got, last)
	}
	if got := follow(t, s, "r1")[1].Returns.(map[string]any)["key"]; got != value.Secret("open sesame") {
		t.Errorf("a follower is told a %T", got)
	}
}

// What a provide declares as secret is one in all that the agent records of the call,
// and is told as one, also by an agent that started again.
func TestADeclaredSecretIsRecordedAsOne(t *testing.T) {
	runs, store, dir := &memoryRunStore{}, lifecycle.NewMemory(), t.TempDir()
	s := withStores(t, store, runs)
	key := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Vault", From: []string{"A"}, Steps: []spec.Step{{Action: spec.Call, State: "A", Provide: "key"}}}}
	if err := s.Start(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	follow(t, s, "r1")
	s.Close()
	record, err := store.Load("Vault")
	if err != nil || len(record.Calls) != 1 {
		t.Fatalf("the history is %+v, error %v", record.Calls, err)
	}
	returned := []any{record.Calls[0].Returns}
	for _, ev := range runs.runs[len(runs.runs)-1].Events {
		if ev.Returns != nil {
			returned = append(returned, ev.Returns)
		}
	}
	if len(returned) != 2 {
		t.Errorf("%d returned values are recorded", len(returned))
	}
	for _, x := range returned {
		if got := x.(map[string]any)["key"]; got != value.Secret("open sesame") {
			t.Errorf("recorded is a %T", got)
		}
	}
	password := spec.Run{ID: "r2", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "password"}}}}
	for range 2 {
		j := openJournal(t, dir)
		s := withStores(t, j, j)
		if err := s.Start(t.Context(), password); err != nil {
			t.Fatal(err)
		}
		agenttest.CheckPassword(t, follow(t, s, "r2"))
		s.Close()
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(j.Path()); err != nil || bytes.Contains(text, []byte("open sesame")) {
			t.Errorf("the file has it in clear text, error %v", err)
		}
	}
}

func TestARunThatCannotBeRecordedDoesNothing(t *testing.T) {
	s := withStores(t, lifecycle.NewMemory(), &memoryRunStore{err: spec.Errorf(spec.Failed, "disk full").WithHint("make room")})
	defer s.Close()
	if err := s.Start(t.Context(), bench("r1", "echo")); err != nil {
		t.Fatal(err)
	}
	events := follow(t, s, "r1")
	err := events[len(events)-1].Err
	if err == nil || err.Error() != "cannot start the run r1: it cannot be recorded, so nothing was done: disk full" || err.Hint != "make room" {
		t.Errorf("it ends with %v", err)
	}
	if calls := stackOf(t, s, "Bench").Calls; len(calls) != 0 {
		t.Errorf("it did %v", calls)
	}
}

// partial is a store of which one record is damaged.
type partial struct{ *lifecycle.Memory }

func (p partial) Load(name string) (lifecycle.Record, error) {
	if name == "Bench" {
		return lifecycle.Record{}, spec.Errorf(spec.Failed, "what it has of Bench is damaged").WithHint("restore it")
	}
	return p.Memory.Load(name)
}

func TestALifecycleThatIsDamagedConcernsNoOther(t *testing.T) {
	s := withStores(t, partial{lifecycle.NewMemory()}, nil)
	defer s.Close()
	if err := s.Start(t.Context(), bench("r1", "echo")); err == nil || spec.HintOf(err) != "restore it" {
		t.Errorf("a run on it gives %v", err)
	}
	if st := stackOf(t, s, "Bench"); st.Fault == nil || st.Fault.Err.Msg != "what it has of Bench is damaged" || len(st.Applied) != 0 || len(st.States) != 3 {
		t.Errorf("its stack is %+v", st)
	}
	if st := stackOf(t, s, "Forked"); st.Fault != nil || st.Top() != "Base" {
		t.Errorf("the other is %+v", st)
	}
	if _, err := s.Route(t.Context(), spec.RouteQuery{Provide: "/host1/Bench/On/start"}); spec.KindOf(err) != spec.Failed {
		t.Errorf("a route in it gives %v", err)
	}
	provides, err := s.Provides(t.Context(), "//echo")
	if err != nil || len(provides) != 1 {
		t.Errorf("provides are %v, error %v", provides, err)
	}
}

// What is applied does not vanish, nor keep others from being used, when modules are
// exchanged while the agent is down.
func TestAStackWithoutItsDefinition(t *testing.T) {
	dir := t.TempDir()
	two := func(name string, states ...string) *lifecycle.Lifecycle {
		l := &lifecycle.Lifecycle{Name: name}
		for _, s := range states {
			l.States = append(l.States, &lifecycle.State{Name: s})
		}
		return l
	}
	start := func(ls ...*lifecycle.Lifecycle) (*agentd.Service, func()) {
		t.Helper()
		j := openJournal(t, dir)
		s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: ls, Store: j, RunStore: j})
		if err != nil {
			t.Fatal(err)
		}
		return s, func() { s.Close(); _ = j.Close() }
	}
	s, stop := start(two("Changed", "Off", "Old", "On"), two("Gone", "Off", "On"), two("Fine", "Off", "On"))
	for _, name := range []string{"Changed", "Gone"} {
		steps := []spec.Step{{Action: spec.Enter, State: "On"}}
		if name == "Changed" {
			steps = append([]spec.Step{{Action: spec.Enter, State: "Old"}}, steps...)
		}
		if err := s.Start(t.Context(), spec.Run{ID: spec.RunID(name), Work: spec.Work{Lifecycle: name, From: []string{"Off"}, Steps: steps}}); err != nil {
			t.Fatal(err)
		}
		if events := follow(t, s, spec.RunID(name)); events[len(events)-1].Err != nil {
			t.Fatal(events[len(events)-1].Err)
		}
	}
	stop()

	s, stop = start(two("Changed", "Off", "On"), two("Fine", "Off", "On"))
	defer stop()
	check := func() {
		t.Helper()
		stacks, err := s.Stacks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, st := range stacks {
			text := strings.Join(st.Names(), " ")
			if st.Fault != nil {
				text += ": " + spec.AsError(st.Fault.Err).Msg
			}
			got[st.Path.Lifecycle()] = text
		}
		want := map[string]string{
			"Changed": "Off Old On: Changed.Old is applied, but Changed has no such state",
			"Gone":    "On: On is applied, but no module declares it any more",
			"Fine":    "Off",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	check()
	if _, err := s.Route(t.Context(), spec.RouteQuery{Provide: "/h/Gone/On/x"}); spec.KindOf(err) != spec.Conflict {
		t.Errorf("a way in a lifecycle that no module declares: %v", err)
	}
	if err := s.Replace(t.Context(), []*lifecycle.Lifecycle{two("Changed", "Off", "On"), two("Fine", "Off", "On")}); spec.KindOf(err) != spec.Conflict {
		t.Errorf("replaced by the same: %v", err)
	}
	check()
	whole := []*lifecycle.Lifecycle{two("Changed", "Off", "Old", "On"), two("Gone", "Off", "On"), two("Fine", "Off", "On")}
	if err := s.Replace(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	stacks, err := s.Stacks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range stacks {
		if st.Fault != nil {
			t.Errorf("%s has its definition again, and the fault %v", st.Path, st.Fault.Err)
		}
	}
}
