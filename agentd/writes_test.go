package agentd_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// listed is a journal that lists its durable writes. It refuses those of a name.
type listed struct {
	*journal.Journal
	mu     sync.Mutex
	writes []string
	refuse string
}

func (l *listed) wrote(what string, write func() error) error {
	l.mu.Lock()
	l.writes = append(l.writes, what)
	refuse := l.refuse == what
	l.mu.Unlock()
	if refuse {
		return fmt.Errorf("no %s", what)
	}
	return write()
}

func (l *listed) Begin(name string, d lifecycle.Doing) error {
	return l.wrote("begin", func() error { return l.Journal.Begin(name, d) })
}

func (l *listed) AppendLog(name string, lines ...string) error {
	return l.wrote("lines", func() error { return l.Journal.AppendLog(name, lines...) })
}

func (l *listed) End(name string, o lifecycle.Outcome) error {
	return l.wrote("end", func() error { return l.Journal.End(name, o) })
}

func (l *listed) EndWithRun(name string, o lifecycle.Outcome, r spec.RunRecord) error {
	return l.wrote("end with run", func() error { return l.Journal.EndWithRun(name, o, r) })
}

func (l *listed) RecordRun(r spec.RunRecord) error {
	return l.wrote("run", func() error { return l.Journal.RecordRun(r) })
}

// talkative is an agent with such a journal, and what it does in a provide.
func talkative(t *testing.T, do func(c *lifecycle.Call) error) (*agentd.Service, *listed) {
	t.Helper()
	j, err := journal.Open(filepath.Join(t.TempDir(), journal.File), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store := &listed{Journal: j}
	l := &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{
		Name: "do", Do: func(_ context.Context, c *lifecycle.Call) (any, error) { return "done", do(c) }}}}}}
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: store, RunStore: store, LogDelay: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); j.Close() })
	return s, store
}

func steps(n int) spec.Run {
	r := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "L", From: []string{"A"}}}
	for range n {
		r.Steps = append(r.Steps, spec.Step{Action: spec.Call, State: "A", Provide: "do"})
	}
	return r
}

// Before a run is a write, before a step, and after it, with what is told of it. Lines wait
// for these.
func TestAStepIsTwoWrites(t *testing.T) {
	s, store := talkative(t, func(c *lifecycle.Call) error {
		c.Log(spec.LevelInfo, "a line")
		c.Log(spec.LevelInfo, "and another")
		return nil
	})
	if err := s.Start(t.Context(), steps(3)); err != nil {
		t.Fatal(err)
	}
	events := follow(t, s, "r1")
	want := []string{"run", "begin", "end with run", "begin", "end with run", "begin", "end with run"}
	if !slices.Equal(store.writes, want) {
		t.Errorf("written are %q", store.writes)
	}
	kept, err := store.Run("r1")
	if err != nil || difference(events, kept.Events) != "" {
		t.Errorf("kept are %+v, error %v\n%s", kept.Events, err, difference(events, kept.Events))
	}
	if rec, err := store.Load("L"); err != nil || len(rec.Calls) != 3 || rec.Doing != nil {
		t.Errorf("the record is %+v, error %v", rec, err)
	}
}

func TestLinesAreRecordedAfterAWhile(t *testing.T) {
	said := make(chan error, 1)
	var store *listed
	s, store := talkative(t, func(c *lifecycle.Call) error {
		c.Log(spec.LevelInfo, "a line")
		for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
			if rec, err := store.Load("L"); err != nil || len(rec.Doing.Did) > 0 {
				said <- err
				return err
			}
		}
		said <- fmt.Errorf("it is not recorded")
		return nil
	})
	if err := s.Start(t.Context(), steps(1)); err != nil {
		t.Fatal(err)
	}
	if err := <-said; err != nil {
		t.Error(err)
	}
	follow(t, s, "r1")
}

// Nobody is told that a step is done of which that could not be recorded.
func TestAStepThatCannotBeRecordedIsNotDone(t *testing.T) {
	s, store := talkative(t, func(*lifecycle.Call) error { return nil })
	store.refuse = "end with run"
	if err := s.Start(t.Context(), steps(2)); err != nil {
		t.Fatal(err)
	}
	events := follow(t, s, "r1")
	if got := kindsOf(events); got != "queued started step-started step-failed run-done " {
		t.Errorf("told are %s", got)
	}
	kept, err := store.Run("r1")
	if err != nil || kindsOf(kept.Events) != kindsOf(events) || kept.Events[3].Err.Msg != "no end with run" {
		t.Errorf("kept are %+v, error %v", kept.Events, err)
	}
}

func kindsOf(events []spec.Event) (out string) {
	for _, ev := range events {
		out += string(ev.Kind) + " "
	}
	return out
}
