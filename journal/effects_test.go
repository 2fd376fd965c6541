package journal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

func fileOf(content string, mode os.FileMode) spec.Object {
	return spec.Object{Kind: spec.ObjectFile, Mode: mode, Owner: "root", Group: "root", Content: content}
}

// someEffects are of each kind that is kept in another way.
func someEffects() []spec.Effect {
	was := fileOf("between\n", 0o644)
	return []spec.Effect{
		{N: 1, Batch: 1, State: "On", Provide: "enter", By: "run-1", At: noon, Key: "/etc/a", Before: fileOf("old\n", 0o644), After: fileOf("new\n", 0o644), Was: &was},
		{N: 2, Batch: 1, State: "On", Provide: "enter", At: noon, Key: "/etc/key", After: fileOf("hunter22", 0o600)},
		{N: 3, Batch: 3, State: "On", Provide: "add", At: noon, Key: "/etc/shared", After: fileOf("pw=hunter22\n", 0o644), Secret: true},
		{N: 4, Batch: 4, State: "On", Provide: "enter", At: noon, Key: "/etc/empty", After: fileOf("", 0o644)},
		{N: 5, Batch: 5, State: "On", Provide: "enter", At: noon, Key: "package nginx", After: spec.Object{Kind: spec.ObjectPackage, Content: "1.22, manual"}},
		{N: 6, Batch: 6, State: "On", Provide: "enter", At: noon, Key: "run make", Undo: []string{"make", "clean"}},
	}
}

func brief(all []spec.Effect) (out []spec.Effect) {
	for _, e := range all {
		out = append(out, e.Brief())
	}
	return out
}

func images(t *testing.T, j *journal.Journal) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(filepath.Dir(j.Path()), "images"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// Effects are there after a restart, with what was in files before and after. What a secret
// is in, or not everybody may read, is sealed; what nothing refers to any more is gone.
func TestEffectsAreKeptWithTheContentsOfFiles(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	must(t, j.Begin("Web", doing(spec.Enter, "On", nil)), j.RecordEffects("Web", lifecycle.EffectChange{Begun: someEffects(), Owed: []string{"reload nginx"}}, "a line"))
	j = reopen(t, j)
	rec := load(t, j, "Web")
	if diff := cmp.Diff(brief(someEffects()), rec.Effects); diff != "" || !cmp.Equal(rec.Owed, []string{"reload nginx"}) || !cmp.Equal(rec.Doing.Did, []string{"a line"}) {
		t.Errorf("owed %v, did %v, effects -recorded +read:\n%s", rec.Owed, rec.Doing.Did, diff)
	}
	whole, err := j.Effects("Web", rec.Effects)
	if diff := cmp.Diff(someEffects(), whole); err != nil || diff != "" {
		t.Errorf("with contents, error %v, -recorded +read:\n%s", err, diff)
	}
	for _, name := range append(images(t, j), "../"+journal.File) {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(j.Path()), "images", name))
		must(t, err)
		if strings.Contains(string(text), "hunter22") {
			t.Errorf("a secret is in %s", name)
		}
	}
	if n := len(images(t, j)); n != 5 {
		t.Errorf("there are %d images", n)
	}
	next := rec.Effects[0]
	next.After = fileOf("newer\n", 0o644)
	next.Was = nil
	must(t, j.RecordEffects("Web", lifecycle.EffectChange{Begun: []spec.Effect{next}, Done: []int{1, 2}, Gone: []int{3}, Settled: []string{"reload nginx"}}))
	rec = load(t, reopen(t, j), "Web")
	want := brief(someEffects())
	want[0].After, want[0].Was, want[0].Done, want[1].Done = next.Brief().After, nil, true, true
	if diff := cmp.Diff(append(want[:2:2], want[3:]...), rec.Effects); diff != "" || len(rec.Owed) > 0 {
		t.Errorf("owed %v, effects -recorded +read:\n%s", rec.Owed, diff)
	}
}

// A content that nothing refers to is removed; one that was changed, or is missing, is not
// taken for what was there before.
func TestImagesThatAreNotAsTheyWere(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	must(t, j.RecordEffects("Web", lifecycle.EffectChange{Begun: someEffects()[:1]}))
	dir := filepath.Join(filepath.Dir(j.Path()), "images")
	must(t, os.WriteFile(filepath.Join(dir, "orphan"), nil, 0o600), os.WriteFile(filepath.Join(dir, ".new-1"), nil, 0o600))
	j = reopen(t, j)
	names := images(t, j)
	if len(names) != 3 {
		t.Errorf("there are %v", names)
	}
	effects := load(t, j, "Web").Effects
	for _, damage := range []func(string) error{
		func(p string) error { return os.WriteFile(p, []byte("other\n"), 0o600) }, os.Remove,
	} {
		for _, name := range names {
			must(t, damage(filepath.Join(dir, name)))
		}
		if _, err := j.Effects("Web", effects); err == nil || !strings.Contains(err.Error(), "/etc/a") {
			t.Errorf("it was read, error %v", err)
		}
	}
	must(t, j.End("Web", lifecycle.Outcome{Effects: lifecycle.EffectChange{Gone: []int{1}}}))
	if left := images(t, j); len(left) > 0 || len(load(t, j, "Web").Effects) > 0 {
		t.Errorf("there are still %v", left)
	}
}
