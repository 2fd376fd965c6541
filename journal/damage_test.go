package journal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// contents is all that a journal knows; what is damaged of it is left out, and said.
func contents(j *journal.Journal) (map[string]any, error) {
	out := map[string]any{}
	var errs []error
	for _, name := range []string{"Web", "Mail"} {
		rec, err := j.Load(name)
		if err == nil {
			out[name] = rec
		}
		errs = append(errs, err)
	}
	ended, runs, err := j.Runs()
	for _, past := range ended {
		s, err := j.Run(past.Run)
		if errs = append(errs, err); err == nil {
			runs = append(runs, s)
		}
	}
	out["runs"] = runs
	return out, errors.Join(append(errs, err)...)
}

// A damaged file is refused with its path, or says of what it gives that it is as it
// was; it never makes the process fall.
// It reports whether the file was refused.
func checkDamaged(t *testing.T, path string, whole map[string]any) bool {
	t.Helper()
	j, err := journal.Open(path, journal.Options{})
	if err != nil {
		if !strings.Contains(err.Error(), path) || spec.HintOf(err) == "" {
			t.Fatalf("the error is %q, with the hint %q", err, spec.HintOf(err))
		}
		return true
	}
	defer j.Close()
	got, err := contents(j)
	if err != nil && !errors.Is(err, journal.ErrDamaged) {
		t.Fatal(err)
	}
	if err != nil && len(j.Damaged()) == 0 {
		t.Fatalf("it was opened as whole, and then: %v", err)
	}
	for what, x := range got {
		if diff := cmp.Diff(whole[what], x, showSecrets); diff != "" {
			t.Fatalf("%s is not what was recorded, -recorded +read:\n%s", what, diff)
		}
	}
	for _, name := range []string{"Web", "Mail"} { // what can be read can be written
		if _, ok := got[name]; ok {
			must(t, j.Begin(name, doing(spec.Enter, "X", nil)), j.End(name, lifecycle.Outcome{Left: true}))
		}
	}
	return false
}

// damaged is a journal with long lists in it, so that it has pages of every sort, its
// bytes and what it knows.
func damaged(t testing.TB) (path string, text []byte, whole map[string]any) {
	t.Helper()
	j := open(t, used(t))
	for i := range 40 {
		must(t, j.RecordRun(spec.RunRecord{Run: spec.RunID(strings.Repeat("x", 200) + itoa(i)), Events: []spec.Event{{Kind: spec.EventRunDone}}}))
	}
	must(t, j.Begin("Web", doing(spec.Enter, "X", secretive)))
	whole, err := contents(j)
	must(t, err, j.Close())
	text, err = os.ReadFile(j.Path())
	must(t, err)
	return j.Path(), text, whole
}

func FuzzDamagedFile(f *testing.F) {
	path, text, whole := damaged(f)
	f.Add(uint32(0), uint32(0), []byte{1})
	f.Add(uint32(16), uint32(0), []byte{1, 2, 3, 4, 5, 6, 7, 8})
	f.Add(uint32(4096), uint32(5000), []byte{})
	for at := uint32(0); int(at) < len(text); at += 509 {
		f.Add(at, uint32(0), []byte{1 << (at % 8)})
		f.Add(at, at, []byte{0xff, 0xff, 0xff, 0xff})
	}
	f.Fuzz(func(t *testing.T, at, cut uint32, flips []byte) {
		broken := bytes.Clone(text)
		for i, b := range flips {
			broken[(int(at)+i)%len(broken)] ^= b
		}
		if cut > 0 {
			broken = broken[:int(cut)%len(broken)]
		}
		dir := quick(t)
		name := filepath.Join(dir, journal.File)
		key, err := os.ReadFile(filepath.Join(filepath.Dir(path), "key"))
		must(t, err, os.WriteFile(filepath.Join(dir, "key"), key, 0o600), os.WriteFile(name, broken, 0o600))
		checkDamaged(t, name, whole)
	})
}

// Every bit of every page that is used, one at a time: what is read is as it was
// written, or is refused.
func TestEveryBitCounts(t *testing.T) {
	path, text, whole := damaged(t)
	step := 787 // coprime to all that is aligned
	if testing.Short() {
		step = 2003
	}
	refused := 0
	for bit := 0; bit < 8*len(text); bit += step {
		if text[bit/8] == 0 && bit%3 != 0 { // most of the file is empty
			continue
		}
		text[bit/8] ^= 1 << (bit % 8)
		must(t, os.WriteFile(path, text, 0o600))
		if checkDamaged(t, path, whole) {
			refused++
		}
		text[bit/8] ^= 1 << (bit % 8)
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// The power fails while a change is written: of the pages that are not in use any
// part may have reached the disk, the head has or has not. There is what was before
// the change, or what is after it.
func TestPowerFailsInTheMiddleOfAWrite(t *testing.T) {
	parent := quick(t)
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(parent, "") //nolint:usetesting // one for each of many tries
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, journal.File)
		var before, after []byte
		var known [2]map[string]any
		changes := rapid.IntRange(1, 12).Draw(t, "changes")
		for i := range changes {
			j, err := journal.Open(path, journal.Options{})
			if err != nil {
				t.Fatal(err)
			}
			before, _ = os.ReadFile(path)
			known[0], _ = contents(j)
			err = errors.Join(
				j.RecordRun(spec.RunRecord{Run: spec.RunID(itoa(i)), Digest: strings.Repeat("x", rapid.IntRange(0, 9000).Draw(t, "size"))}),
			)
			known[1], _ = contents(j)
			after, _ = os.ReadFile(path)
			if err := errors.Join(err, j.Close()); err != nil {
				t.Fatal(err)
			}
		}
		const page = 4096
		mixed := bytes.Clone(after)
		copy(mixed, before)
		head := rapid.Bool().Draw(t, "head")
		for at := 0; at < len(mixed); at += page {
			if at < 2*page && head || at >= 2*page && (head || rapid.Bool().Draw(t, "page")) {
				copy(mixed[at:at+page], after[at:])
			}
		}
		if err := os.WriteFile(path, mixed, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(path, journal.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		want := known[0]
		if head {
			want = known[1]
		}
		got, err := contents(j)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("error %v, -want +got:\n%s", err, diff)
		}
	})
}
