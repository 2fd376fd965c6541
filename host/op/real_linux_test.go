package op_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// Nothing is changed behind a link that is in the path.
func TestNothingIsChangedBehindALink(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	must(t, os.Mkdir(filepath.Join(dir, "real"), 0o755))
	must(t, os.Symlink("real", filepath.Join(dir, "link")))
	for _, name := range []string{"file", "line", "block", "directory", "link"} {
		got, _, _ := plan(name, op.Arguments{"path": filepath.Join(dir, "link", "x"), "content": "x", "text": "x", "target": "x"}, view.Real{})
		if !strings.Contains(got, filepath.Join(dir, "link")+" is a link to real") {
			t.Errorf("%s: %s", name, got)
		}
	}
	must(t, os.WriteFile(filepath.Join(dir, "one"), []byte("x"), 0o600))
	must(t, os.Link(filepath.Join(dir, "one"), filepath.Join(dir, "two")))
	o := object(view.Real{}, "y")
	if _, err := (view.Real{}).Put(t.Context(), view.Named{Key: filepath.Join(dir, "one"), Object: o}); spec.KindOf(err) != spec.Conflict || !strings.Contains(err.Error(), "2 names") {
		t.Errorf("a file with two names: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".armonic-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
