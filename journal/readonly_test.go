//go:build linux

package journal_test

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

func TestAReadOnlyFileSystem(t *testing.T) {
	if testing.Short() {
		t.Skip("it mounts a file system")
	}
	need.Root(t, "it mounts a file system")
	dir := t.TempDir()
	need.Allowed(t, "mount a file system", syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"))
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	path := filepath.Join(dir, journal.File)
	open := func() *journal.Journal {
		t.Helper()
		j, err := journal.Open(path, journal.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	j := open()
	if err := j.Begin("L", lifecycle.Doing{Step: spec.Step{Action: spec.Enter, State: "A"}}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for range 2 { // after a change was refused, it can still be read
		j = open()
		if rec, err := j.Load("L"); err != nil || rec.Doing == nil {
			t.Errorf("loaded %+v, %v", rec, err)
		}
		err := j.AppendLog("L", "a line")
		if spec.KindOf(err) != spec.Denied || !strings.Contains(spec.HintOf(err), "read-only") {
			t.Errorf("a change: %v, hint %q", err, spec.HintOf(err))
		}
		if rec, err := j.Load("L"); err != nil || rec.Doing == nil {
			t.Errorf("loaded %+v, %v", rec, err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := journal.Open(filepath.Join(dir, "new", journal.File), journal.Options{})
	if spec.KindOf(err) != spec.Denied || !strings.Contains(spec.HintOf(err), "read-only") {
		t.Errorf("a new one: %v, hint %q", err, spec.HintOf(err))
	}
}
