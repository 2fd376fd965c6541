package op_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/internal/hosttest"
)

// inside is the host that this test runs on: a fresh one that was made for it, in which it
// is a unit of systemd. It gives nil to the one that is outside, which then returns.
func inside(t *testing.T) view.View {
	t.Helper()
	if !hosttest.Inside(t) {
		return nil
	}
	return host.New(t.TempDir()).System(func(text string) { t.Log(text) })
}

// does an operation on a host, and gives how its changes are undone. What is applied is as
// was foreseen, and the second time there is nothing to do. What is owed comes last, as in a
// run.
func do(t *testing.T, v view.View, name string, args op.Arguments) (undo func()) {
	t.Helper()
	text, _, changes := plan(name, args, v)
	if changes == nil && text != "" {
		t.Fatalf("%s %v: %s", name, args, text)
	}
	owed := func(c op.Change) bool { return c.After.Kind == view.Reload || c.After.Kind == view.Restart }
	inOrder := slices.Clone(changes)
	slices.SortStableFunc(inOrder, func(a, b op.Change) int {
		switch {
		case owed(a) == owed(b):
			return 0
		case owed(b):
			return -1
		}
		return 1
	})
	for _, c := range inOrder {
		apply(t, v, c)
		if is, err := v.Get(c.Key); err != nil || !view.Same(c.After, is) && !owed(c) {
			t.Errorf("%s %v: %s is %+v, wanted %+v, error %v", name, args, c.Key, is, c.After, err)
		}
	}
	if again, _, _ := plan(name, args, v); again != "" && name != "reload" && name != "restart" {
		t.Errorf("%s %v: the second time it changes %s", name, args, again)
	}
	return func() {
		t.Helper()
		for i := len(changes) - 1; i >= 0; i-- {
			c := changes[i]
			put(t, v, c.Key, c.Before)
			if is, err := v.Get(c.Key); err != nil || !view.Same(c.Before, is) {
				t.Errorf("%s %v undone: %s is %+v, was %+v, error %v", name, args, c.Key, is, c.Before, err)
			}
		}
	}
}

// fails does an operation that has to fail.
func fails(t *testing.T, v view.View, name string, args op.Arguments, want ...string) {
	t.Helper()
	text, _, changes := plan(name, args, v)
	for _, c := range changes {
		_, err := op.Check(t.Context(), v, changes...)
		if err == nil {
			_, err = op.Apply(t.Context(), v, c)
		}
		if err != nil {
			text = err.Error()
			break
		}
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s %v: %s, want %s", name, args, text, w)
		}
	}
	t.Logf("%s %v: %s", name, args, text)
}

func sh(t *testing.T, script string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

// state is what must be the same after an undo: files of users and units, with the links
// by which units are enabled, and the units that systemd has.
func state(t *testing.T) string {
	t.Helper()
	return sh(t, `cat /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid
		find /etc /usr/lib/systemd /run/systemd/system -newermt 1970-01-01 ! -name '*-' -printf '%p %y %m %U:%G %s %l\n' | sort
		systemctl list-units --all --no-pager --no-legend --plain '*.service' | awk '$3 != "inactive" {print $1, $2, $3}' | grep -v armonic | sort`)
}

func sameState(t *testing.T, before string) {
	t.Helper()
	if diff := difference(before, state(t)); diff != "" {
		t.Errorf("it is not as it was:\n%s", diff)
	}
}

// difference is the lines that are in one text only.
func difference(before, after string) string {
	return cmp.Diff(strings.Split(before, "\n"), strings.Split(after, "\n"))
}
