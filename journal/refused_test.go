package journal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// refused opens what cannot be opened, and looks at what is said.
func refused(t *testing.T, path string, kind spec.Kind, is error, want ...string) {
	t.Helper()
	j, err := journal.Open(path, journal.Options{Wait: 50 * time.Millisecond})
	if err == nil {
		j.Close()
		t.Fatal("it was opened")
	}
	if spec.KindOf(err) != kind || is != nil && !errors.Is(err, is) || spec.HintOf(err) == "" {
		t.Errorf("the error %q is of kind %q, with the hint %q", err, spec.KindOf(err), spec.HintOf(err))
	}
	for _, w := range append(want, path) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error %q does not say %q", err, w)
		}
	}
}

// used is the path of a journal with something in it.
func used(t testing.TB) string {
	t.Helper()
	j := open(t, filepath.Join(quick(t), journal.File))
	for _, name := range []string{"Web", "Mail"} {
		on := spec.Applied{State: "On", At: noon, Inputs: secretive}
		must(t,
			j.Begin(name, doing(spec.Enter, "On", nil)), j.AppendLog(name, "did this", "did that"),
			j.End(name, lifecycle.Outcome{Entered: &on}),
			j.Begin(name, doing(spec.Enter, "Top", nil)),
			j.End(name, lifecycle.Outcome{
				Called: &spec.Called{State: "On", Provide: "p", Returns: map[string]any{"n": 1}},
				Fault:  &spec.Fault{Err: spec.Errorf(spec.Failed, "it broke")}}),
			j.RecordRun(spec.RunRecord{Run: spec.RunID("run of " + name), Events: []spec.Event{{Seq: 1, Kind: spec.EventRunDone}}}),
		)
	}
	must(t, j.Close())
	return j.Path()
}

func TestAFileThatIsCutOffIsDamagedAndLeftAlone(t *testing.T) {
	path := used(t)
	whole, err := os.ReadFile(path)
	must(t, err)
	for _, n := range []int{0, 1, 100, 4095, 4096, 8191, 8192, 12288, 16384, 20000} {
		must(t, os.WriteFile(path, whole[:n], 0o600))
		refused(t, path, spec.Failed, journal.ErrDamaged, "it is damaged")
		if text, _ := os.ReadFile(path); !bytes.Equal(text, whole[:n]) {
			t.Errorf("the file of %d bytes was changed", n)
		}
	}
	must(t, os.Rename(path, path+".damaged")) // as the hint says
	if r := load(t, open(t, path), "Web"); r.Applied != nil {
		t.Errorf("the new journal has %+v", r)
	}
}

func TestDamageInOneLifecycleConcernsNoOther(t *testing.T) {
	path := used(t)
	text, err := os.ReadFile(path)
	must(t, err)
	for at := range text { // also in pages that are not used any more
		if bytes.HasPrefix(text[at:], []byte("lifecycle/Mail")) {
			text[at+40] ^= 1 // the value follows
		}
	}
	must(t, os.WriteFile(path, text, 0o600))
	j := open(t, path)
	_, err = j.Load("Mail")
	if !errors.Is(err, journal.ErrDamaged) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "what it has of Mail is damaged") || spec.HintOf(err) == "" {
		t.Errorf("error is %v", err)
	}
	if err := j.Begin("Mail", doing(spec.Enter, "On", nil)); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("a step on it gives %v", err)
	}
	if d := j.Damaged(); len(d) != 1 || d[0].Error() == "" {
		t.Errorf("damaged: %v", d)
	}
	if r := load(t, j, "Web"); len(r.Applied) != 1 || len(r.Calls) != 1 {
		t.Errorf("Web is %+v", r)
	}
	must(t, j.Begin("Web", doing(spec.Leave, "On", nil)), j.End("Web", lifecycle.Outcome{Left: true}))
	j = reopen(t, j)
	if _, err := j.Load("Mail"); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("after a restart: %v", err)
	}
}

// The pages are right and the checksums too, and yet something is not there.
func TestWhatIsMissingOrTooMuchIsDamage(t *testing.T) {
	for name, c := range map[string]struct {
		change func(b *bbolt.Bucket) error
		want   string // "" if only Web is damaged
	}{
		"a call":         {func(b *bbolt.Bucket) error { return b.Delete([]byte("call/Web/0000000000000000")) }, ""},
		"a lifecycle":    {func(b *bbolt.Bucket) error { return b.Delete([]byte("lifecycle/Web")) }, ""},
		"a run":          {func(b *bbolt.Bucket) error { return b.Delete([]byte("run/0000000000000001")) }, "run/0000000000000001: it is missing"},
		"the index":      {func(b *bbolt.Bucket) error { return b.Delete([]byte("index")) }, "index: it is missing"},
		"something else": {func(b *bbolt.Bucket) error { return b.Put([]byte("more"), []byte("x")) }, `nothing refers to "more"`},
		"a bucket": {func(b *bbolt.Bucket) error {
			_, err := b.CreateBucket([]byte("inner"))
			return err
		}, `nothing refers to "inner"`},
		"a record in another's place": {func(b *bbolt.Bucket) error {
			return b.Put([]byte("lifecycle/Web"), b.Get([]byte("lifecycle/Mail")))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := used(t)
			alter(t, path, c.change)
			if c.want != "" {
				refused(t, path, spec.Failed, journal.ErrDamaged, c.want)
				return
			}
			j := open(t, path)
			if _, err := j.Load("Web"); !errors.Is(err, journal.ErrDamaged) {
				t.Errorf("error is %v", err)
			}
			load(t, j, "Mail")
		})
	}
}

func alter(t *testing.T, path string, change func(b *bbolt.Bucket) error) {
	t.Helper()
	db, err := bbolt.Open(path, 0, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { return change(tx.Bucket([]byte("journal"))) }), db.Close())
}

func TestAnotherFormatIsNamed(t *testing.T) {
	path := used(t)
	alter(t, path, func(b *bbolt.Bucket) error {
		const text = `"armonic journal 99"`
		sum := crc32.Checksum([]byte("format\x00"+text), crc32.MakeTable(crc32.Castagnoli))
		return b.Put([]byte("format"), append(binary.BigEndian.AppendUint32(nil, sum), text...))
	})
	refused(t, path, spec.Conflict, journal.ErrFormat, `its format is "armonic journal 99", this version of Armonic knows "armonic journal 4" and older ones`)

	path = filepath.Join(t.TempDir(), "other.db")
	db, err := bbolt.Open(path, 0o600, nil)
	must(t, err)
	must(t, db.Close())
	refused(t, path, spec.Conflict, journal.ErrFormat, "another program's")

	must(t, os.WriteFile(path, bytes.Repeat([]byte("some text\n"), 1000), 0o600))
	refused(t, path, spec.Failed, journal.ErrDamaged, "head 0 is not that of a journal")
}

func TestAFileThatIsInUseNamesTheProcess(t *testing.T) {
	path := used(t)
	open(t, path)
	want := "another process has it open"
	if _, err := os.Stat("/proc/locks"); err == nil {
		want = "the process " + itoa(os.Getpid()) + " has it open"
	}
	refused(t, path, spec.Unavailable, nil, want)
}

func TestTheOneWhoWaitsIsServed(t *testing.T) {
	path := used(t)
	first := open(t, path)
	opened := make(chan error)
	go func() {
		j, err := journal.Open(path, journal.Options{Wait: time.Minute})
		if err == nil {
			err = j.Close()
		}
		opened <- err
	}()
	must(t, first.Close())
	must(t, <-opened)
}

func TestWithoutPermission(t *testing.T) {
	path := used(t)
	if os.Getuid() != 0 {
		must(t, os.Chmod(path, 0))
	}
	out := child(t, "open", path) // as nobody, if this is root, who may do anything
	if !strings.Contains(out, "permission denied") || !strings.Contains(out, "denied hint: run this as the user that owns the file") {
		t.Errorf("it said %q", out)
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	path := used(t)
	out := child(t, "fill", path)
	if !strings.Contains(out, "file too large hint: make room on the disk") {
		t.Errorf("it said %q", out)
	}
	j := open(t, path)
	r := load(t, j, "Web")
	if len(r.Applied) != 1 || len(r.Calls) < 2 || r.Calls[len(r.Calls)-1].Provide != "after" {
		t.Errorf("%d calls, the last is %+v", len(r.Calls), r.Calls[len(r.Calls)-1])
	}
}

func TestALostKeyIsNamed(t *testing.T) {
	path := used(t)
	key := filepath.Join(filepath.Dir(path), "key")
	must(t, os.Rename(key, key+".old"))
	refused(t, path, spec.Denied, nil, key)
	must(t, os.Rename(key+".old", key))
	load(t, open(t, path), "Web")
}

func TestAKeyThatOthersCanReadIsRefused(t *testing.T) {
	unused := filepath.Join(t.TempDir(), journal.File)
	must(t, os.WriteFile(filepath.Join(filepath.Dir(unused), "key"), make([]byte, 32), 0o600))
	for _, path := range []string{used(t), unused} {
		key := filepath.Join(filepath.Dir(path), "key")
		must(t, os.Chmod(key, 0o640))
		refused(t, path, spec.Denied, nil, key+", can be used by others (mode 0640)")
		must(t, os.Chmod(key, 0o600))
		must(t, open(t, path).Close())
	}
	j := open(t, used(t))
	key := filepath.Join(filepath.Dir(j.Path()), "key")
	must(t, os.Chmod(key, 0o604)) // while it is open
	if _, err := j.Load("Web"); spec.KindOf(err) != spec.Denied || !strings.Contains(spec.HintOf(err), "chmod 600 "+key) {
		t.Errorf("error is %v (%s)", err, spec.HintOf(err))
	}
}

func TestAClosedJournalSaysSo(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), journal.File))
	must(t, j.Close(), j.Close())
	if err := j.Begin("Web", doing(spec.Enter, "On", nil)); spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), "it is closed") {
		t.Errorf("error is %v", err)
	}
}

// A file that is cut off while it is open faults; the process must live.
func TestAFileThatShrinksWhileItIsOpen(t *testing.T) {
	j := open(t, used(t))
	must(t, os.Truncate(j.Path(), 100))
	if _, err := j.Load("Web"); !errors.Is(err, journal.ErrDamaged) || !strings.Contains(err.Error(), "it changed while it was open") {
		t.Errorf("error is %v", err)
	}
	if err := j.Begin("Web", doing(spec.Enter, "On", nil)); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("then: %v", err)
	}
}

func TestTheFileIsForItsOwnerOnly(t *testing.T) {
	path := used(t)
	got := map[string]os.FileMode{}
	for _, name := range []string{path, filepath.Join(filepath.Dir(path), "key")} {
		info, err := os.Stat(name)
		must(t, err)
		got[filepath.Base(name)] = info.Mode()
	}
	if diff := cmp.Diff(map[string]os.FileMode{"journal.db": 0o600, "key": 0o600}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
