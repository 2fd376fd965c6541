package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

// talker is a state whose entering does what it is told, between A and nothing.
func talker(enter func(c *lifecycle.Call) error) *lifecycle.Lifecycle {
	return &lifecycle.Lifecycle{Name: "L", States: []*lifecycle.State{{Name: "A"},
		{Name: "B", Enter: func(_ context.Context, c *lifecycle.Call) error { return enter(c) }}}}
}

func TestAFaultSaysWhatWasDone(t *testing.T) {
	e := newEngine(t, talker(func(c *lifecycle.Call) error {
		c.Log(spec.LevelInfo, "reading the list of packages")
		return errors.Join(c.Note("install nginx"), errBroken)
	}), nil)
	if _, err := do(e, "enter B"); err == nil {
		t.Fatal("it did not fail")
	}
	if diff := cmp.Diff([]string{"reading the list of packages", "install nginx"}, e.Stack().Fault.Did); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnInterruptedStepSaysWhatIsKnownOfIt(t *testing.T) {
	store := lifecycle.NewMemory()
	e := newEngine(t, talker(func(c *lifecycle.Call) error {
		if err := c.Note("install nginx"); err != nil {
			return err
		}
		rec, err := store.Load("L") // as the agent would find it if it died here
		if err != nil || !slices.Equal(rec.Doing.Did, []string{"install nginx"}) {
			t.Errorf("the record is %+v, error %v", rec.Doing, err)
		}
		dead := lifecycle.NewMemory()
		_ = dead.Begin("L", *rec.Doing)
		f := newEngine(t, talker(nil), dead).Stack().Fault
		if !strings.HasSuffix(f.Err.Msg, "the last that is known of it: install nginx") || !slices.Equal(f.Did, rec.Doing.Did) {
			t.Errorf("the fault is %+v", f)
		}
		return nil
	}), store)
	mustDo(t, e, "enter B")
}

func TestACrossingSaysWhatWasDoneBeforeIt(t *testing.T) {
	tr := &trace{fail: map[string]error{"cross Active": errBroken}}
	e := newEngine(t, tr.webServer(), nil)
	mustDo(t, e, "enter Installed, enter Configured, enter Active")
	if _, err := do(e, "call Configured.create_document_root"); err == nil {
		t.Fatal("it did not fail")
	}
	s := e.Stack()
	if diff := cmp.Diff([]string{"done: call Configured.create_document_root", "done: cross Configured"}, s.Fault.Did); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if c := s.Calls[len(s.Calls)-1]; c.Err == nil || c.Err != s.Fault.Err {
		t.Errorf("the history says %+v", c)
	}
}

// unable is a store that cannot keep the log of a step.
type unable struct{ *lifecycle.Memory }

func (unable) AppendLog(string, ...string) error { return errors.New("disk full") }

func TestNoEffectThatCannotBeNoted(t *testing.T) {
	e := newEngine(t, talker(func(c *lifecycle.Call) error {
		c.Log(spec.LevelInfo, "a line that cannot be kept stops nobody")
		return c.Note("install nginx")
	}), unable{lifecycle.NewMemory()})
	if _, err := do(e, "enter B"); err == nil || !strings.Contains(err.Error(), "cannot enter B: it cannot be recorded: disk full") {
		t.Errorf("error is %v", err)
	}
}

// counting counts the writes of the log.
type counting struct {
	*lifecycle.Memory
	writes int
}

func (c *counting) AppendLog(l string, did ...string) error {
	c.writes++
	return c.Memory.AppendLog(l, did...)
}

func TestManyLinesAreFewWritesAndOfThemTheLastAreKept(t *testing.T) {
	store := &counting{Memory: lifecycle.NewMemory()}
	var later []func()
	e, err := lifecycle.New(talker(func(c *lifecycle.Call) error {
		for i := range 1000 {
			c.Log(spec.LevelInfo, fmt.Sprint("line ", i))
			if i == 10 || i == 900 { // the time is over
				later[len(later)-1]()
			}
		}
		if rec, _ := store.Load("L"); len(rec.Doing.Did) != lifecycle.MaxLogLines || rec.Doing.Did[99] != "line 900" {
			t.Errorf("recorded are %q", rec.Doing.Did)
		}
		if err := c.Note("with a note what waits is recorded"); err != nil {
			return err
		}
		if rec, _ := store.Load("L"); rec.Doing.Did[98] != "line 999" {
			t.Errorf("recorded are %q", rec.Doing.Did)
		}
		c.Log(spec.LevelInfo, strings.Repeat("é", 1000))
		return errBroken
	}), lifecycle.Deps{Store: store, Later: func(fn func()) { later = append(later, fn) }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		later[len(later)-1]() // the step has ended
		if store.writes != 3 || len(later) != 3 {
			t.Errorf("%d writes, %d times it was waited", store.writes, len(later))
		}
	}()
	if _, err := do(e, "enter B"); err == nil {
		t.Fatal("it did not fail")
	}
	did := e.Stack().Fault.Did
	if len(did) != lifecycle.MaxLogLines || did[97] != "line 999" || did[99] != strings.Repeat("é", 200)+"…" {
		t.Errorf("%d lines, %q", len(did), did[97:])
	}
}
