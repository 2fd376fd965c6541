package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// process runs the agent in a process of its own. Either it is killed, or it tells
// what it found and what there was in the end.
func process(t *testing.T, what, dir string, kill int) (found, after report, killed bool) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "JOURNAL_TEST="+what, "JOURNAL_PATH="+dir, fmt.Sprint("JOURNAL_KILL=", kill))
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return report{}, report{}, true
	}
	var both []report
	if err == nil {
		err = json.Unmarshal(out, &both)
	}
	if err != nil || len(both) != 2 {
		t.Fatalf("%s, to be killed at %d: %v\n%s%s", what, kill, err, out, stderr.Bytes())
	}
	return both[0], both[1], false
}

func writes(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "trace"))
	must(t, err)
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// truth is what durable writes say: the stack, the step in progress with what it has
// logged.
type truth struct {
	stack, notes []string
	step         string
}

func truthOf(writes []string) truth {
	out := truth{stack: []string{"Off"}}
	for _, w := range writes {
		verb, what, _ := strings.Cut(w, " ")
		switch verb {
		case "begin":
			out.step, out.notes = what, nil
		case "note":
			out.notes = append(out.notes, strings.Split(what, "|")...)
		case "end":
			if state, pushed := strings.CutPrefix(what, "push "); pushed {
				out.stack = append(out.stack, state)
			}
			if what == "pop" {
				out.stack = out.stack[:len(out.stack)-1]
			}
			out.step, out.notes = "", nil
		}
	}
	return out
}

// check compares what an agent found when it started with the truth.
func (tr truth) check(t *testing.T, r report) {
	t.Helper()
	if diff := cmp.Diff(tr.stack, r.Stack); diff != "" {
		t.Errorf("the stack, -finished +found:\n%s", diff)
	}
	for _, s := range tr.stack[1:] {
		if !slices.Contains(r.Files, s) && tr.step != "leave "+s {
			t.Errorf("%s is on the stack, but not on the host: %v", s, r.Files)
		}
	}
	for _, f := range r.Files {
		if !slices.Contains(tr.stack, f) && tr.step != "enter "+f {
			t.Errorf("%s is on the host, but neither on the stack nor in progress", f)
		}
	}
	if tr.step == "" {
		if r.Fault != nil {
			t.Errorf("no step was in progress, but there is the fault %v", r.Fault.Err)
		}
		return
	}
	f := r.Fault
	if f == nil || f.Step.Name() != tr.step || !strings.Contains(f.Err.Error(), tr.step+": it was interrupted") {
		t.Fatalf("%s was in progress, but the fault is %+v", tr.step, f)
	}
	if len(tr.notes)+len(f.Did) > 0 && !slices.Equal(tr.notes, f.Did) {
		t.Errorf("%s had done %q, the fault says %q", tr.step, tr.notes, f.Did)
	}
	if n := len(tr.notes); n > 0 && !strings.HasSuffix(f.Err.Msg, tr.notes[n-1]) {
		t.Errorf("the fault says %q, not the last that was done, %q", f.Err.Msg, tr.notes[n-1])
	}
}

// The agent is killed after every durable write, in a process of its own; another
// process must find what was finished, and what was not, and both go on and go back.
func TestKilledAfterEveryDurableWrite(t *testing.T) {
	whole := t.TempDir()
	_, end, _ := process(t, "all", whole, 0)
	plan := writes(t, whole)
	if end.Error != "" || !slices.Equal(end.Stack, []string{"Off", "Installed", "Configured", "Active"}) || end.Port != 8081.0 {
		t.Fatalf("without being killed it ends with %+v", end)
	}
	every := 1
	if testing.Short() {
		every = 7
	}
	points, restarts := 0, 0
	for k := 1; k <= len(plan); k += every {
		t.Run(fmt.Sprintf("%03d %s", k, plan[k-1]), func(t *testing.T) {
			dir := t.TempDir()
			if _, _, killed := process(t, "all", dir, k); !killed {
				t.Fatal("it was not killed")
			}
			points++
			if diff := cmp.Diff(plan[:k], writes(t, dir)); diff != "" {
				t.Fatalf("it did something else, -plan +done:\n%s", diff)
			}
			want := truthOf(plan[:k])
			for n := 1; ; n++ { // killed again, after each write of the start itself
				again := copied(t, dir)
				found, _, killed := process(t, "look", again, n)
				if !killed {
					want.check(t, found)
					break
				}
				restarts++
				found, _, _ = process(t, "look", again, 0)
				want.check(t, found)
			}
			goOn(t, copied(t, dir), want, end)
			goBack(t, copied(t, dir), want)
		})
	}
	t.Logf("killed after %d of %d durable writes, and %d times more while starting again", points, len(plan), restarts)
	fmt.Printf("kill points: %d of %d durable writes, %d more while starting again\n", points, len(plan), restarts)
}

func goOn(t *testing.T, dir string, want truth, end report) {
	t.Helper()
	found, after, _ := process(t, "on", dir, 0)
	want.check(t, found)
	if after.Error != "" || after.Fault != nil {
		t.Fatalf("going on: %s, fault %+v", after.Error, after.Fault)
	}
	after.Runs, end.Runs = nil, nil
	if diff := cmp.Diff(end, after); diff != "" {
		t.Errorf("going on ends elsewhere, -never killed +killed:\n%s", diff)
	}
}

func goBack(t *testing.T, dir string, want truth) {
	t.Helper()
	found, after, _ := process(t, "back", dir, 0)
	want.check(t, found)
	if after.Error != "" || after.Fault != nil || len(after.Files) != 0 || !slices.Equal(after.Stack, []string{"Off"}) {
		t.Errorf("going back ends with %+v", after)
	}
}

func copied(t *testing.T, dir string) string {
	t.Helper()
	out := t.TempDir()
	must(t, os.CopyFS(out, os.DirFS(dir)))
	if err := os.Chmod(filepath.Join(out, "key"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		must(t, err)
	}
	return out
}
