package actions_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// operationsOnFiles are calls that change D; "has" and "conf" are files of it, "empty" is a
// directory.
var operationsOnFiles = map[string]string{
	"a new file":        `ctx.host.file(D + "/new", "x" * 9000)`,
	"another content":   `ctx.host.file(D + "/has", "x" * 9000)`,
	"a template":        `ctx.host.template(D + "/has", "{{ x }}" * 9000, {"x": "y"})`,
	"a line":            `ctx.host.line(D + "/has", "x" * 9000)`,
	"a block":           `ctx.host.block(D + "/has", "x" * 9000 + "\n", "b")`,
	"an entry":          `ctx.host.ini(D + "/conf", "s", "k", "x" * 9000)`,
	"a link":            `ctx.host.link(D + "/new", "has")`,
	"a directory":       `ctx.host.directory(D + "/new")`,
	"a file further in": `ctx.host.file(D + "/a/b/new", "x" * 9000)`,
	"what is to go":     `ctx.host.absent(D + "/has")`,
	"an empty one":      `ctx.host.absent(D + "/empty")`,
}

// On a full disk, and where nothing may be written, an operation fails and says where. Nothing
// half is left, and what the step did before is taken back when its state is left.
func TestOperationsOnAFullAndAReadOnlyDisk(t *testing.T) {
	need.Root(t, "it mounts a small disk")
	if os.Getenv("FAILING_DISK") == "" {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOperationsOnAFullAndAReadOnlyDisk$", "-test.v")
		c.Env = append(os.Environ(), "FAILING_DISK=1")
		c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
		out, err := c.CombinedOutput()
		need.Allowed(t, "a mount namespace", permission(err))
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	for _, disk := range []string{"full", "read-only"} {
		for name, call := range operationsOnFiles {
			t.Run(disk+"/"+name, func(t *testing.T) { onDisk(t, disk, call) })
		}
	}
}

func permission(err error) error {
	if errors.Is(err, os.ErrPermission) {
		return err
	}
	return nil
}

func onDisk(t *testing.T, disk, call string) {
	t.Helper()
	dir := newHostDirectory(t)
	d := filepath.Join(dir, "disk")
	if err := os.Mkdir(d, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", d, "tmpfs", 0, "size=64k,nr_inodes=12"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(d, unix.MNT_DETACH) })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(filepath.Join(d, "has"), []byte("it was\n"), 0o640))
	must(os.WriteFile(filepath.Join(d, "conf"), []byte("[s]\nj = 1\n"), 0o644))
	must(os.Mkdir(filepath.Join(d, "empty"), 0o755))
	if disk == "read-only" {
		must(unix.Mount("", d, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
	} else {
		must(os.WriteFile(filepath.Join(d, "filler"), nil, 0o600))
		for _, err := os.Create(filepath.Join(d, "i0")); err == nil; {
			_, err = os.Create(filepath.Join(d, fmt.Sprint("i", len(tree(t, d)))))
		}
		f, err := os.OpenFile(filepath.Join(d, "filler"), os.O_WRONLY, 0)
		must(err)
		for n := 4096; n > 0; {
			if _, err := f.Write(make([]byte, n)); err != nil {
				n /= 2
			}
		}
		_ = f.Close()
	}
	before := tree(t, dir)
	set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
D = %q
def _on(ctx):
    ctx.host.file(%q, "first\n")
    %s
lifecycle("App", states = [state("Off"), state("On", enter = _on)])`, d, filepath.Join(dir, "first"), call)}))
	must(err)
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	must(err)
	if _, err = steps(t, e, "", enter("On")); strings.Contains(call, "absent") && disk == "full" {
		must(err) // what goes needs no room
	} else if t.Logf("%v", err); err == nil || !strings.Contains(err.Error(), d+"/") {
		t.Errorf("it ended with %v, which does not name what is in %s", err, d)
	} else {
		now := tree(t, dir)
		delete(now, "/first")
		if diff := cmp.Diff(before, now); diff != "" {
			t.Errorf("it failed, and left, -before +now:\n%s", diff)
		}
	}
	if disk == "full" { // room for what has to be put back
		must(os.Truncate(filepath.Join(d, "filler"), 0))
		must(os.Remove(filepath.Join(d, "i0")))
	}
	middle := before
	if disk == "full" {
		delete(middle, "/disk/i0")
		middle["/disk/filler"] = tree(t, dir)["/disk/filler"]
	}
	r, err := e.Route(t.Context(), spec.RouteQuery{Provide: "/h/App/Off"})
	must(err)
	_, err = steps(t, e, "", r.Steps...)
	must(err)
	if diff := cmp.Diff(middle, tree(t, dir)); diff != "" {
		t.Errorf("taken back, -before +now:\n%s", diff)
	}
}
