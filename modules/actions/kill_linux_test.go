package actions_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// killer ends this process with SIGKILL before the n-th thing that lasts.
type killer struct{ n int }

func (k *killer) next() {
	if k.n--; k.n == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // it may take a moment
	}
}

// killedJournal is a journal each of whose writes may be the last.
type killedJournal struct {
	*journal.Journal
	k *killer
}

func (j killedJournal) Begin(l string, d lifecycle.Doing) error {
	j.k.next()
	return j.Journal.Begin(l, d)
}

func (j killedJournal) RecordEffects(l string, c lifecycle.EffectChange, lines ...string) error {
	j.k.next()
	return j.Journal.RecordEffects(l, c, lines...)
}

func (j killedJournal) End(l string, o lifecycle.Outcome) error {
	j.k.next()
	return j.Journal.End(l, o)
}

// killedHost is this host, each of whose changes may be the last.
type killedHost struct {
	*host.Host
	k *killer
}

func (h killedHost) System(say func(string)) view.View { return killedView{h.Host.System(say), h.k} }

func (h killedHost) Run(ctx context.Context, c spec.Command, hide *value.Redactor, line func(string)) (spec.CommandResult, error) {
	h.k.next()
	defer h.k.next()
	return h.Host.Run(ctx, c, hide, line)
}

type killedView struct {
	view.View
	k *killer
}

func (v killedView) Put(ctx context.Context, objects ...view.Named) ([]view.Named, error) {
	v.k.next()
	return v.View.Put(ctx, objects...)
}

func upSteps() []spec.Step {
	return []spec.Step{enter("Installed"), enter("Configured"), addSite("a")}
}

func downSteps() []spec.Step { return []spec.Step{leave("Configured"), leave("Installed")} }

func openJournal(t *testing.T, state string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(filepath.Join(state, journal.File), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// TestKilledChild is the process that is killed.
func TestKilledChild(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("KILL_AT"))
	if err != nil {
		return // it is a part of the next test
	}
	k := &killer{n: n}
	e := undoableOn(t, killedHost{host.New(""), k}, killedJournal{openJournal(t, os.Getenv("KILL_STATE")), k}, os.Getenv("KILL_DIR"))
	all := upSteps()
	switch {
	case os.Getenv("KILL_DO") == "undo":
		all = []spec.Step{undoSite(shop), undoNote(shop)}
	case len(e.Applied()) > 1:
		all = downSteps()
	}
	if _, err := steps(t, e, "", all...); err != nil {
		t.Fatal(err)
	}
}

// killChild has a process of its own do the steps, and be killed before the n-th thing that
// lasts, unless there is none.
func killChild(t *testing.T, n int, dir, state, do string) (killed bool) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestKilledChild$")
	c.Env = append(os.Environ(), fmt.Sprint("KILL_AT=", n), "KILL_DIR="+dir, "KILL_STATE="+state, "KILL_DO="+do)
	out, err := c.CombinedOutput()
	if err == nil {
		return false
	}
	if ws, ok := c.ProcessState.Sys().(syscall.WaitStatus); !ok || ws.Signal() != syscall.SIGKILL {
		t.Fatalf("%d: %v\n%s", n, err, out)
	}
	return true
}

func siteFor(name string, state spec.Path) spec.Step {
	s := addSite(name)
	s.For = []spec.Path{state}
	return s
}

func undoSite(state spec.Path) spec.Step {
	return spec.Step{Action: spec.TakeBack, State: "Configured", Provide: "add", For: []spec.Path{state}}
}

func noteFor(name string, state spec.Path) spec.Step {
	s := siteFor(name, state)
	s.Provide = "note"
	return s
}

func undoNote(state spec.Path) spec.Step {
	s := undoSite(state)
	s.Provide = "note"
	return s
}

// The agent is killed while it takes back what calls did. Whenever that is, it can take it
// back again: then all that they did is gone, and what another call did is there.
func TestKilledWhileTakingBack(t *testing.T) {
	prepare := func(all ...spec.Step) (dir, state string, now map[string]string) {
		t.Helper()
		dir, state = newHostDirectory(t), inMemory(t)
		j := openJournal(t, state)
		e := undoableOn(t, host.New(""), j, dir)
		if _, err := steps(t, e, "", append([]spec.Step{enter("Installed"), enter("Configured")}, all...)...); err != nil {
			t.Fatal(err)
		}
		j.Close()
		return dir, state, tree(t, dir)
	}
	before := tree(t, newHostDirectory(t))
	_, _, want := prepare(siteFor("c", wiki), noteFor("c", wiki))
	for n := 1; ; n++ {
		dir, state, _ := prepare(siteFor("a", shop), siteFor("b", shop), siteFor("c", wiki), noteFor("a", shop), noteFor("c", wiki))
		if !killChild(t, n, dir, state, "undo") {
			if n < 8 {
				t.Errorf("only %d points were tried", n)
			}
			return
		}
		j := openJournal(t, state)
		if _, err := steps(t, undoableOn(t, host.New(""), j, dir), "", undoSite(shop), undoNote(shop)); err != nil {
			t.Errorf("killed at %d: %v", n, err)
		}
		j.Close()
		if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
			t.Errorf("killed at %d, -never called +now:\n%s", n, diff)
		}
		j = goTo(t, dir, state, "Off")
		if rec, err := j.Load("App"); err != nil || len(rec.Effects) > 0 {
			t.Errorf("killed at %d: there still stands %v (%v)", n, rec.Effects, err)
		}
		if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
			t.Errorf("killed at %d, going back, -before +now:\n%s", n, diff)
		}
	}
}

// The agent is killed before everything that lasts, while it goes up and while it goes
// down. Whenever that is, it can go on to the end, and go back to how all was before.
func TestKilledBeforeEveryChange(t *testing.T) {
	child := func(n int, dir, state string) bool { return killChild(t, n, dir, state, "") }
	dir := newHostDirectory(t)
	before := tree(t, dir)
	child(0, dir, inMemory(t))
	up := tree(t, dir)
	points, every := 0, 1
	if testing.Short() {
		every = 5
	}
	for _, down := range []bool{false, true} {
		for n := 1; ; n += every {
			dirs, states := [2]string{newHostDirectory(t), newHostDirectory(t)}, [2]string{inMemory(t), inMemory(t)}
			killed := false
			for i := range dirs {
				if down {
					child(0, dirs[i], states[i])
				}
				killed = child(n, dirs[i], states[i])
			}
			if !killed {
				break
			}
			points++
			goTo(t, dirs[0], states[0], "Configured")
			if diff := cmp.Diff(up, tree(t, dirs[0])); diff != "" {
				t.Errorf("down %v, killed at %d: going on, -never killed +now:\n%s", down, n, diff)
			}
			for i := range dirs {
				j := goTo(t, dirs[i], states[i], "Off")
				if diff := cmp.Diff(before, tree(t, dirs[i])); diff != "" {
					t.Errorf("down %v, killed at %d, going back %d: -before +now:\n%s", down, n, i, diff)
				}
				rec, err := j.Load("App")
				left, _ := os.ReadDir(filepath.Join(states[i], "images"))
				if err != nil || len(rec.Effects) > 0 || len(left) > 0 {
					t.Errorf("down %v, killed at %d: there still stands %v, and images %v: %v", down, n, rec.Effects, left, err)
				}
			}
		}
	}
	if points < 40/every {
		t.Errorf("only %d points were tried", points)
	}
	t.Logf("killed at %d points", points)
}

// inMemory is a directory whose writes need not reach a disk.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "kill-") //nolint:usetesting // not where other files are
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// goTo brings a lifecycle to a state, as an agent would that has been started again.
func goTo(t *testing.T, dir, state, to string) *journal.Journal {
	t.Helper()
	j := openJournal(t, state)
	e := undoableOn(t, host.New(""), j, dir)
	r, err := e.Route(t.Context(), spec.RouteQuery{Provide: spec.MakePath("h", "App", to)})
	if err != nil {
		t.Fatal(err)
	}
	all := r.Steps
	if to == "Configured" {
		all = append(all, addSite("a"))
	}
	if _, err := steps(t, e, "", all...); err != nil {
		t.Errorf("going to %s: %v", to, err)
	}
	if to != "Off" {
		j.Close()
	}
	return j
}
