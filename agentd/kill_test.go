package agentd_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

// The test binary is also an agent that executes one run and tells its events.
func TestMain(m *testing.M) {
	if dir := os.Getenv("AGENTD_TEST"); dir != "" {
		if err := victim(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const (
	killedSteps = 6
	killedLines = 700
)

// talking starts an agent with its journal, and a run of several steps that each note
// themselves on disk and say many lines. To start it again must do nothing.
func talking(dir string) (s *agentd.Service, stop func(), err error) {
	path := filepath.Join(dir, "did")
	l := &lifecycle.Lifecycle{Name: "Talk", States: []*lifecycle.State{{Name: "A", Provides: []*lifecycle.Provide{{
		Name:    "work",
		Provide: spec.Provide{Requires: []spec.Require{{Name: "as", Vars: []spec.Variable{{Name: "n", Type: spec.Type{Kind: spec.KindInt}}}}}},
		Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			if _, err := fmt.Fprintln(f, c.Inputs["as"][0]["n"]); err != nil {
				return nil, err
			}
			for i := range killedLines {
				c.Log(spec.LevelInfo, fmt.Sprint("line ", i))
			}
			return nil, nil
		},
	}}}}}
	j, err := journal.Open(filepath.Join(dir, journal.File), journal.Options{})
	if err != nil {
		return nil, nil, err
	}
	s, err = agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: j, RunStore: j})
	if err != nil {
		return nil, nil, err
	}
	run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Talk", From: []string{"A"}}}
	for i := range killedSteps {
		run.Steps = append(run.Steps, spec.Step{Action: spec.Call, State: "A", Provide: "work", Inputs: spec.Inputs{"as": {{"n": i}}}})
	}
	err = s.Start(context.Background(), run)
	return s, func() { s.Close(); _ = j.Close() }, err
}

func victim(dir string) error {
	s, stop, err := talking(dir)
	if err != nil {
		return err
	}
	defer stop()
	out := json.NewEncoder(os.Stdout)
	return s.Follow(context.Background(), "r1", 0, func(ev spec.Event) error { return out.Encode(ev) })
}

// killed runs that agent in a process of its own until it has told so many events,
// and gives all that it told.
func killed(t *testing.T, dir string, after int) (told []spec.Event) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "AGENTD_TEST="+dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var ev spec.Event
		if json.Unmarshal(lines.Bytes(), &ev) != nil {
			break // cut off
		}
		if told = append(told, ev); len(told) == after {
			_ = c.Process.Kill() // what was written until now is read all the same
		}
	}
	_ = c.Wait() // it was killed
	return told
}

// Of an agent that is killed at any moment, a follower is told later how the run
// ended: no number comes twice, no step is done twice, and what is told of a step
// stays the same. The moments are the first and last events, and some in between;
// AGENTD_KILL_EVERY=1 tries all.
func TestKilledWhileARunIsExecuted(t *testing.T) {
	all := killedSteps*(killedLines+2) + 3
	every := 137
	if testing.Short() {
		every = 1409
	}
	if n, err := strconv.Atoi(os.Getenv("AGENTD_KILL_EVERY")); err == nil {
		every = n
	}
	for after := 1; after <= all+1; after++ { // the last is not killed
		if after > 4 && after < all-1 && after%every != 0 {
			continue
		}
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			dir := t.TempDir()
			told := killed(t, dir, after)
			var before []spec.Event
			for range 3 { // restarts
				before = checkRestart(t, dir, told, before)
			}
		})
	}
}

// checkRestart starts the agent once more. It gives the events of the run as they are
// told now; before are those that were told after an earlier restart.
func checkRestart(t *testing.T, dir string, told, before []spec.Event) []spec.Event {
	t.Helper()
	s, stop, err := talking(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	last := told[len(told)-1].Seq
	goesOn(t, told, followAfter(t, s, last))
	events := follow(t, s, "r1")
	same := events
	if !slices.ContainsFunc(before, isNotice) { // it was killed before the run was recorded: the first restart executed all of it
		before, same = withoutLines(before), withoutLines(events)
	}
	if diff := difference(before, same); len(before) > 0 && diff != "" {
		t.Errorf("it is told differently after another restart:\n%s", diff)
	}
	text, err := os.ReadFile(filepath.Join(dir, "did"))
	if did := strings.Fields(string(text)); err != nil && last > 3 || len(slices.Compact(slices.Sorted(slices.Values(did)))) != len(did) {
		t.Errorf("done were %v, error %v", did, err)
	}
	for _, kind := range []spec.EventKind{spec.EventStepDone, spec.EventRunDone} {
		other := func(ev spec.Event) bool { return ev.Kind != kind }
		seen, known := slices.DeleteFunc(slices.Clone(told), other), slices.DeleteFunc(slices.Clone(events), other)
		if diff := difference(seen, known[:min(len(seen), len(known))]); diff != "" {
			t.Errorf("%s is told differently:\n%s", kind, diff)
		}
	}
	return events
}

// isNotice tells what the agent says itself of events that are missing.
func isNotice(ev spec.Event) bool { return ev.Kind == spec.EventLog && ev.Step < 0 }

func withoutLines(events []spec.Event) []spec.Event {
	return slices.DeleteFunc(slices.Clone(events), func(ev spec.Event) bool { return ev.Kind == spec.EventLog })
}

// difference shows what differs between two lists of events, not all of it.
func difference(want, got []spec.Event) string {
	lines := slices.Collect(strings.Lines(cmp.Diff(want, got)))
	if most := 40; len(lines) > most {
		lines = append(lines[:most], fmt.Sprintf("… %d more lines\n", len(lines)-most))
	}
	return strings.Join(lines, "")
}

func followAfter(t *testing.T, s *agentd.Service, after int) (events []spec.Event) {
	t.Helper()
	if err := s.Follow(t.Context(), "r1", after, func(ev spec.Event) error { events = append(events, ev); return nil }); err != nil {
		t.Fatal(err)
	}
	return events
}

// goesOn fails unless what is told later follows what was told before, to the end.
func goesOn(t *testing.T, told, rest []spec.Event) {
	t.Helper()
	all := slices.Concat(told, rest)
	for i, ev := range all {
		if i > 0 && ev.Seq <= all[i-1].Seq || (ev.Kind == spec.EventRunDone) != (i == len(all)-1) {
			t.Errorf("after %+v comes %+v", all[max(i-1, 0)], ev)
		}
	}
	last := all[len(all)-1]
	complete := !slices.ContainsFunc(rest, isNotice)
	if last.Err != nil && complete {
		t.Errorf("it was interrupted, and nobody says that events may be missing: %+v", rest)
	}
	if last.Err != nil && (spec.KindOf(last.Err) != spec.Failed || !strings.Contains(last.Err.Error(), "interrupted") || last.Err.Hint == "") {
		t.Errorf("it ended with %+v", last.Err)
	}
}
