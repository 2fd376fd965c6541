package bundle_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/bundle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
)

// version is a bundle whose lifecycle has this text.
func version(t *testing.T, doc string) transfer.File {
	t.Helper()
	f, err := bundle.Read(modules.Source{Name: "web", FS: fstest.MapFS{
		"a.star":      {Data: fmt.Appendf(nil, `lifecycle("A", doc = %q, states = [state("Off")])`, doc)},
		"files/motd":  {Data: []byte("hello")},
		"a_test.star": {Data: []byte("no part of it")},
	}}, "web")
	must(t, err)
	return f
}

// fixture is a Keeper, and what is loaded of it.
type fixture struct {
	*bundle.Keeper
	dir string
	now time.Time
}

func open(t *testing.T, dir string, verify bundle.Verify) *fixture {
	t.Helper()
	f := &fixture{dir: dir, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if verify == nil {
		verify = func(spec.BundleOrder, time.Time) error { return nil }
	}
	var err error
	f.Keeper, err = bundle.Open(bundle.Config{Dir: dir, Verify: verify, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { f.now = f.now.Add(time.Minute); return f.now },
		Try: func(_, wanted []modules.Source) error { _, err := modules.Config{}.Load(wanted...); return err }})
	must(t, err)
	return f
}

// load does what an agent does when no run is executed, and gives the text of the lifecycle.
func (f *fixture) load(t *testing.T) string {
	t.Helper()
	sources, taken := f.Take()
	set, err := modules.Config{}.Load(sources...)
	must(t, err)
	taken(nil)
	if l, ok := set.Find("A"); ok {
		return l.Doc
	}
	return ""
}

// push hands a version over and has it used.
func (f *fixture) push(t *testing.T, v transfer.File) (spec.BundleState, error) {
	t.Helper()
	s, err := f.StageModules(t.Context(), v.Question())
	must(t, err)
	for p, more := v.Next(s.Have); more && !s.Kept; p, more = v.Next(s.Have) {
		s, err = f.StageModules(t.Context(), p)
		must(t, err)
	}
	return f.UseModules(t.Context(), spec.BundleOrder{Name: "web", Digest: v.Digest, Size: v.Size, By: "ann"})
}

// Versions are used, kept, used again and taken away, also by the next process.
func TestVersionsAreKept(t *testing.T) {
	f := open(t, t.TempDir(), nil)
	one, two := version(t, "one"), version(t, "two")
	if again := version(t, "one"); again.Digest != one.Digest {
		t.Errorf("the same files have the digests %s and %s", one.Digest, again.Digest)
	}
	for _, v := range []transfer.File{one, two} {
		s, err := f.push(t, v)
		if must(t, err); !s.Kept || !s.Waiting {
			t.Errorf("before it is loaded: %+v", s)
		}
		<-f.Changed()
		if f.load(t); f.Bundles()[0].Used != v.Digest {
			t.Errorf("used is %s, not %s", f.Bundles()[0].Used, v.Digest)
		}
	}
	if got := f.load(t); got != "two" || f.Bundles()[0].Before() != one.Digest {
		t.Errorf("%q is loaded, and before was %s", got, f.Bundles()[0].Before())
	}
	f = open(t, f.dir, nil)
	if got := f.load(t); got != "two" {
		t.Errorf("the next process loads %q", got)
	}
	_, err := f.UseModules(t.Context(), spec.BundleOrder{Name: "web", Digest: one.Digest}) // nothing is handed over
	must(t, err)
	if got := f.load(t); got != "one" || f.Bundles()[0].Before() != two.Digest {
		t.Errorf("back is %q, and before was %s", got, f.Bundles()[0].Before())
	}
	for i := range 9 {
		_, err := f.push(t, version(t, fmt.Sprint(i)))
		must(t, err)
	}
	files, _ := filepath.Glob(filepath.Join(f.dir, "*.tar"))
	if n := len(f.Bundles()[0].Versions); n != 5 || len(files) != 5 {
		t.Errorf("%d versions are kept, in %d files", n, len(files))
	}
	_, err = f.UseModules(t.Context(), spec.BundleOrder{Name: "web"})
	must(t, err)
	if got := f.load(t); got != "" || len(f.Bundles()) != 0 {
		t.Errorf("removed: %q, %+v", got, f.Bundles())
	}
	if files, _ := filepath.Glob(filepath.Join(f.dir, "*.tar")); len(files) > 0 {
		t.Errorf("left: %v", files)
	}
}

// What is not what was ordered, or does not load, changes nothing.
func TestWhatDoesNotLoadIsNotUsed(t *testing.T) {
	read := func(files fstest.MapFS) transfer.File {
		f, err := bundle.Read(modules.Source{Name: "web", FS: files}, "web")
		must(t, err)
		return f
	}
	foreign, err := bundle.Read(modules.Source{FS: fstest.MapFS{"a.star": {Data: []byte("x = 1")}}}, "other")
	must(t, err)
	cut := version(t, "three")
	cut.Packed = cut.Packed[:len(cut.Packed)-8]
	lies := version(t, "three")
	lies.Digest = version(t, "four").Digest
	for name, c := range map[string]struct {
		file transfer.File
		says string
	}{
		"an error":         {read(fstest.MapFS{"a.star": {Data: []byte("lifecycle(")}}), "syntax error"},
		"a missing file":   {read(fstest.MapFS{"a.star": {Data: []byte(`load("//lib/b.star", "x")`)}}), "no such file"},
		"another bundle":   {foreign, "no bundle of modules called web"},
		"no bundle":        {transfer.Pack([]byte("hello")), "no bundle of modules"},
		"cut short":        {cut, "not packed as a whole"},
		"another digest":   {lies, "its digest is another one"},
		"out of its place": {archive(t, "web/../../motd", tar.TypeReg), "it has \"web/../../motd\""},
		"a link":           {archive(t, "web/a.star", tar.TypeSymlink), "it has \"web/a.star\""},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, filepath.Join(t.TempDir(), "modules"), nil)
			_, err := f.push(t, version(t, "good"))
			must(t, err)
			f.load(t)
			if _, err := f.push(t, c.file); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error is %v", err)
			}
			if got := f.load(t); got != "good" {
				t.Errorf("%q is loaded", got)
			}
			files, _ := os.ReadDir(f.dir)
			if len(files) != 2 {
				t.Errorf("left: %v", files)
			}
		})
	}
	f := open(t, t.TempDir(), nil)
	for _, name := range []string{"", "../x", "a/b", ".hidden", strings.Repeat("x", 99)} {
		if _, err := f.UseModules(t.Context(), spec.BundleOrder{Name: name, Digest: cut.Digest}); spec.KindOf(err) != spec.Invalid {
			t.Errorf("the name %q: %v", name, err)
		}
	}
	if _, err := f.UseModules(t.Context(), spec.BundleOrder{Name: "web", Digest: "../../etc/passwd"}); spec.KindOf(err) != spec.Invalid {
		t.Errorf("a digest that is none: %v", err)
	}
}

// An order that does not count changes nothing, and a file that somebody changed is not used.
func TestModulesThatWereChangedAreNotUsed(t *testing.T) {
	f := open(t, t.TempDir(), func(o spec.BundleOrder, _ time.Time) error {
		if o.Signature != "good" {
			return spec.Errorf(spec.Denied, "it is not signed")
		}
		return nil
	})
	v := version(t, "one")
	if _, err := f.push(t, v); spec.KindOf(err) != spec.Denied || f.load(t) != "" {
		t.Errorf("without a signature: %v", err)
	}
	_, err := f.UseModules(t.Context(), spec.BundleOrder{Name: "web", Digest: v.Digest, Size: v.Size, Signature: "good"})
	must(t, err)
	files, _ := filepath.Glob(filepath.Join(f.dir, "*.tar"))
	text, err := os.ReadFile(files[0])
	must(t, errors.Join(err, os.WriteFile(files[0], slices.Concat(text[:600], []byte("x"), text[601:]), 0o600)))
	k, err := bundle.Open(bundle.Config{Dir: f.dir, Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "its file was changed") {
		t.Errorf("it says %v", err)
	}
	if sources, _ := k.Take(); len(sources) > 0 {
		t.Error("it is used")
	}
}

// archive is one of a file.
func archive(t *testing.T, name string, kind byte) transfer.File {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	must(t, errors.Join(w.WriteHeader(&tar.Header{Name: name, Typeflag: kind, Linkname: "/etc/passwd"}), w.Close()))
	return transfer.Pack(b.Bytes())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
