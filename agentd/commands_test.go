package agentd_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// commands stand in for those of the host.
type commands struct {
	left     []string
	handOver func()
}

func (c commands) StillRunning() []string { return c.left }
func (c commands) HandOver()              { c.handOver() }

// interruptedRuns are a run that had begun when the agent was killed.
type interruptedRuns struct{ agentd.RunStore }

func (interruptedRuns) Runs() (ended []spec.EndedRun, begun []spec.RunRecord, err error) {
	return nil, []spec.RunRecord{{Run: "r1", Lifecycle: "Slow"}}, nil
}
func (interruptedRuns) Forgotten() []uint64 { return nil }

func (interruptedRuns) RecordRun(spec.RunRecord) error { return nil }

func TestACommandOfAnEarlierAgentIsNamed(t *testing.T) {
	const left = "apt-get, started at 2026-01-02 03:04:05, still runs: dpkg (process 12)"
	var log bytes.Buffer
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Store: lifecycle.NewMemory(), RunStore: interruptedRuns{},
		Commands: commands{left: []string{left}}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	events := follow(t, s, "r1")
	if end := events[len(events)-1].Err; end == nil || !strings.HasSuffix(end.Error(), "; "+left) || !strings.Contains(end.Hint, "ended first, or waited for") {
		t.Errorf("the run ended with %v", end)
	}
	if info, err := s.Info(t.Context()); err != nil || strings.Join(info.Notes, "\n") != left {
		t.Errorf("the notes are %q, %v", info.Notes, err)
	}
	if !strings.Contains(log.String(), left) {
		t.Errorf("the log is %q", log.String())
	}
}

// fullDisk takes nothing.
type fullDisk struct{ interruptedRuns }

func (fullDisk) RecordRun(spec.RunRecord) error { return syscall.ENOSPC }

func TestAnAgentStartsOnAFullDisk(t *testing.T) {
	var log bytes.Buffer
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Store: lifecycle.NewMemory(), RunStore: fullDisk{}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	events := follow(t, s, "r1")
	if end := events[len(events)-1].Err; end == nil || !strings.Contains(end.Error(), "interrupted") {
		t.Errorf("the run ended with %v", end)
	}
	if !strings.Contains(log.String(), "no space left on device") {
		t.Errorf("the log is %q", log.String())
	}
}

// A step whose command waits for the agent to end does not keep it from ending.
func TestDrainHandsCommandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		given := make(chan struct{})
		l := &lifecycle.Lifecycle{Name: "Slow", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{
			Name: "work",
			Do: func(context.Context, *lifecycle.Call) (any, error) {
				<-given
				return nil, spec.Errorf(spec.Canceled, "it was left to run on")
			},
		}}}}}
		times := 0
		s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: lifecycle.NewMemory(),
			Commands: commands{handOver: func() {
				if times++; times == 3 { // only then it waits
					close(given)
				}
			}}})
		if err == nil {
			err = s.Start(t.Context(), work("r1", 1))
		}
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := s.Drain(t.Context()); err != nil || time.Since(began) > 5*time.Second {
			t.Errorf("it takes %s, %v", time.Since(began), err)
		}
		events := follow(t, s, "r1")
		if end := events[len(events)-1].Err; end == nil || !strings.Contains(end.Error(), "left to run on") {
			t.Errorf("the run ended with %v", end)
		}
	})
}
