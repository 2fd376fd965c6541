package powercut

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/internal/need"
)

// Disk is a file system in a file. It writes nothing to that by itself for minutes, so what
// the file has is what was synced.
type Disk struct {
	Dir  string // where it is mounted
	file string
}

// New makes an empty disk, for the time of a test.
func New(t *testing.T) Disk {
	t.Helper()
	need.Root(t, "a file system is mounted")
	need.Program(t, "mkfs.ext4")
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := Disk{filepath.Join(dir, "mounted"), filepath.Join(dir, "disk")}
	if err := os.Mkdir(d.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	command(t, "truncate", "-s", "24M", d.file)
	command(t, "mkfs.ext4", "-q", d.file)
	mount(t, d.file, d.Dir)
	return d
}

// Cut is where the disk is mounted as it is after the power failed now. The disk itself
// goes on.
func (d Disk) Cut(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	command(t, "cp", "--sparse=always", d.file, dir+".disk")
	t.Cleanup(func() { _ = os.Remove(dir + ".disk") })
	mount(t, dir+".disk", dir)
	return dir
}

// mount mounts a file. The kernel is not to guess that a file which is renamed over another
// one should have been synced.
func mount(t *testing.T, file, dir string) {
	t.Helper()
	command(t, "mount", "-o", "loop,commit=600,noauto_da_alloc", file, dir)
	t.Cleanup(func() { command(t, "umount", dir) })
}

func command(t *testing.T, argv ...string) {
	t.Helper()
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, out)
	}
}
