package view_test

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/internal/powercut"
)

// What is put is there after the power failed, just after Put returned.
func TestWhatIsPutSurvivesAPowerCut(t *testing.T) {
	d := powercut.New(t)
	owner, group := view.Real{}.Self()
	file := func(text string) view.Object {
		return view.Object{Kind: view.File, Mode: 0o640, Owner: owner, Group: group, Content: text}
	}
	folder := view.Object{Kind: view.Directory, Mode: 0o750 | fs.ModeSetgid, Owner: owner, Group: group}
	for _, x := range []struct {
		name string
		o    view.Object
	}{
		{"a.conf", file("new\n")},
		{"a.conf", file("replaced\n")},
		{"folder", folder},
		{"folder/b.conf", file("in a folder\n")},
		{"link", view.Object{Kind: view.Link, Target: "a.conf", Owner: owner, Group: group}},
		{"link", view.Object{Kind: view.Link, Target: "other", Owner: owner, Group: group}},
		{"folder", view.Object{Kind: view.Directory, Mode: 0o700, Owner: owner, Group: group}},
		{"a.conf", view.Object{}},
		{"folder/b.conf", view.Object{}},
		{"folder", view.Object{}},
	} {
		if _, err := (view.Real{}).Put(t.Context(), view.Named{filepath.Join(d.Dir, x.name), x.o}); err != nil {
			t.Fatal(err)
		}
		is, err := view.Real{}.Get(filepath.Join(d.Cut(t), x.name))
		if err != nil || !view.Same(x.o, is) {
			t.Errorf("%s is %+v after a power cut, was put as %+v (%v)", x.name, is, x.o, err)
		}
	}
}
