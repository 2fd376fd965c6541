package journal_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/powercut"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// Effects that were recorded are there after the power failed, just after RecordEffects
// returned, with the contents of their files.
func TestEffectsSurviveAPowerCut(t *testing.T) {
	d := powercut.New(t)
	j, err := journal.Open(filepath.Join(d.Dir, "state", journal.File), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := j.Begin("App", lifecycle.Doing{Step: spec.Step{Action: spec.Enter, State: "On"}}); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 3; n++ {
		file := func(text string, mode fs.FileMode) spec.Object {
			return spec.Object{Kind: spec.ObjectFile, Mode: mode, Content: strings.Repeat(fmt.Sprint(text, n, "\n"), 5000)}
		}
		e := spec.Effect{N: n, State: "On", Key: fmt.Sprint("/etc/", n), Before: file("before", 0o644), After: file("secret", 0o600)}
		if err := j.RecordEffects("App", lifecycle.EffectChange{Begun: []spec.Effect{e}}); err != nil {
			t.Fatal(err)
		}
		after := d.Cut(t)
		found, err := journal.Open(filepath.Join(after, "state", journal.File), journal.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := found.Load("App")
		if err != nil || len(rec.Effects) != n {
			t.Fatalf("there are %+v after effect %d (%v)", rec.Effects, n, err)
		}
		whole, err := found.Effects("App", rec.Effects[n-1:])
		if err != nil || whole[0].Before.Content != e.Before.Content || whole[0].After.Content != e.After.Content {
			t.Errorf("the contents of effect %d are others (%v)", n, err)
		}
		if err := found.Close(); err != nil {
			t.Error(err)
		}
		images, err := os.ReadDir(filepath.Join(after, "state", "images"))
		if err != nil || len(images) != 2*n {
			t.Errorf("there are the images %v (%v)", images, err)
		}
	}
}
