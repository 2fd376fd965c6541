package reload_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/reload"
	"github.com/armonic/armonic/spec"
)

// folder is one of modules that a test writes to; each change has a later time.
type folder struct {
	t    *testing.T
	dir  string
	time time.Time
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	return &folder{t, t.TempDir(), time.Now()}
}

func (f *folder) write(name, text string) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	f.time = f.time.Add(time.Second)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Chtimes(path, f.time, f.time); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) reloader() *reload.Reloader {
	f.t.Helper()
	src, err := modules.Open(f.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	src.Name = "own"
	return reload.New(modules.Config{}, src)
}

// doc is what the set says of a lifecycle, "-" without it.
func doc(s *modules.Set, name string) string {
	if l, ok := s.Find(name); ok {
		return l.Doc
	}
	return "-"
}

func TestFilesAreLoadedAgainWhenTheyChange(t *testing.T) {
	f := newFolder(t)
	f.write("a.star", `lifecycle("A", states = [state("Off")], doc = "one")`)
	f.write("b.star", `load("//lib/l.star", "text")`+"\n"+`lifecycle("B", states = [state("Off")], doc = text)`)
	f.write("lib/l.star", `text = "one"`)
	r := f.reloader()
	for _, c := range []struct {
		what       string
		change     func()
		changed    bool
		a, b       string
		kept, says string
	}{
		{"at first", func() {}, true, "one", "one", "", ""},
		{"nothing", func() {}, false, "one", "one", "", ""},
		{"a new text", func() { f.write("a.star", `lifecycle("A", states = [state("Off")], doc = "two")`) }, true, "two", "one", "", ""},
		{"only the time", func() { f.write("a.star", `lifecycle("A", states = [state("Off")], doc = "two")`) }, false, "two", "one", "", ""},
		{"a library", func() { f.write("lib/l.star", `text = "two"`) }, true, "two", "two", "", ""},
		{"an error", func() { f.write("a.star", `lifecycle("A", states = [stat("Off")], doc = "three")`) }, true, "two", "two", "own/a.star", "undefined: stat"},
		{"still the error", func() {}, false, "two", "two", "", ""},
		{"another file, with the error", func() { f.write("lib/l.star", `text = "three"`) }, true, "two", "three", "own/a.star", "undefined: stat"},
		{"mended", func() { f.write("a.star", `lifecycle("A", states = [state("Off")], doc = "four")`) }, true, "four", "three", "", ""},
		{"a library that does not fit", func() { f.write("lib/l.star", `txt = "four"`) }, false, "four", "three", "own/b.star", "text"},
		{"a library back", func() { f.write("lib/l.star", `text = "five"`) }, true, "four", "five", "", ""},
		{"a new file with an error", func() { f.write("c.star", `lifecycle(`) }, true, "four", "five", "", "never closed"},
		{"a file that is gone", func() { os.Remove(filepath.Join(f.dir, "a.star")) }, true, "-", "five", "", "never closed"},
	} {
		c.change()
		got := r.Poll()
		said := ""
		for _, e := range got.Errors {
			said += got.Explain(e)
		}
		if got.Changed != c.changed || doc(got.Set, "A") != c.a || doc(got.Set, "B") != c.b || strings.Join(got.Kept, " ") != c.kept ||
			!strings.Contains(said, c.says) || c.says == "" && said != "" {
			t.Errorf("%s: changed %v, A %q, B %q, kept %q, says %s", c.what, got.Changed, doc(got.Set, "A"), doc(got.Set, "B"), got.Kept, said)
		}
	}
}

// What lies beside a module is part of it: a change of it reloads the module, and one that
// it cannot be loaded with leaves both as they were.
func TestFilesBesideModulesAreLoadedAgain(t *testing.T) {
	f := newFolder(t)
	f.write("a.star", `def _p(ctx): ctx.host.file("/etc/motd", src = "files/motd")`+"\n"+`lifecycle("A", states = [state("Off", enter = _p)])`)
	f.write("files/motd", "one\n")
	r := f.reloader()
	put := func(s *modules.Set) string {
		l, ok := s.Find("A")
		if !ok {
			return "-"
		}
		kept := &lifecycle.Kept{}
		c := &lifecycle.Call{Me: spec.Info{Simulated: true}, Kept: kept, Effects: lifecycle.NoEffects{}}
		if err := l.States[0].Enter(t.Context(), c); err != nil {
			return err.Error()
		}
		files := kept.Get("system", func() any { return nil }).(*view.Memory)
		o, _ := files.Get("/etc/motd")
		return o.Content
	}
	for _, c := range []struct {
		what         string
		change       func()
		changed      bool
		content, why string
	}{
		{"at first", func() {}, true, "one\n", ""},
		{"nothing", func() {}, false, "one\n", ""},
		{"a new text", func() { f.write("files/motd", "two\n") }, true, "two\n", ""},
		{"it is gone", func() { os.Remove(filepath.Join(f.dir, "files", "motd")) }, true, "two\n", "no file files/motd"},
		{"it is a link", func() { os.Symlink("/etc/passwd", filepath.Join(f.dir, "files", "motd")) }, false, "two\n", ""},
		{"it is back", func() { os.Remove(filepath.Join(f.dir, "files", "motd")); f.write("files/motd", "three\n") }, true, "three\n", ""},
	} {
		c.change()
		got := r.Poll()
		said := ""
		for _, e := range got.Errors {
			said += got.Explain(e)
		}
		if got.Changed != c.changed || put(got.Set) != c.content || !strings.Contains(said, c.why) || c.why == "" && said != "" {
			t.Errorf("%s: changed %v, it puts %q, says %s", c.what, got.Changed, put(got.Set), said)
		}
	}
}

// An agent takes new definitions between two runs, and what is applied stays so.
func TestAnAgentTakesChangedModules(t *testing.T) {
	f := newFolder(t)
	f.write("a.star", `lifecycle("A", states = [state("Off"), state("On")], doc = "one")`)
	r := f.reloader()
	agent, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h", Simulated: true}, Lifecycles: r.Poll().Set.Lifecycles, Store: lifecycle.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Close()
	run := spec.Run{ID: "r", Work: spec.Work{Lifecycle: "A", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Enter, State: "On"}}}}
	if err := agent.Start(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if err := agent.Follow(t.Context(), "r", 0, func(ev spec.Event) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, stack, doc, fault string }{
		{`lifecycle("A", states = [state("Off"), state("On"), state("Up")], doc = "two")`, "Off On", "two", ""},
		{`lifecycle("A", states = [state("Off"), state("Up")], doc = "three")`, "Off On", "two", "A.On is applied, but A has no such state"},
		{`lifecycle("B", states = [state("Off")])`, "Off On", "two", "no module declares it any more"},
		{`lifecycle("A", states = [state("Off"), state("On")], doc = "four")`, "Off On", "four", ""},
	} {
		f.write("a.star", c.text)
		err := agent.Replace(t.Context(), r.Poll().Set.Lifecycles)
		stacks, _ := agent.Stacks(t.Context())
		var a spec.Stack
		for _, s := range stacks {
			if s.Path == "/h/A" {
				a = s
			}
		}
		fault := ""
		if a.Fault != nil {
			fault = a.Fault.Err.Error()
		}
		if strings.Join(a.Names(), " ") != c.stack || a.Doc != c.doc || !strings.Contains(fault, c.fault) || (err == nil) != (c.fault == "") || (fault == "") != (c.fault == "") {
			t.Errorf("%s: stack %q, doc %q, fault %q, error %v", c.text, a.Names(), a.Doc, fault, err)
		}
	}
}

// TestAFolderIsMadeLater has the folder of modules made after the first look.
func TestAFolderIsMadeLater(t *testing.T) {
	f := newFolder(t)
	f.dir = filepath.Join(f.dir, "modules")
	r := reload.New(modules.Config{}, modules.OpenLater(f.dir))
	if got := r.Poll(); len(got.Errors) > 0 || len(got.Set.Lifecycles) > 0 {
		t.Fatalf("before it is made: %v, %v", got.Set.Lifecycles, got.Errors)
	}
	f.write("web.star", `lifecycle("Web", doc = "It is there.", states = [state("Off")])`)
	if got := r.Poll(); !got.Changed || doc(got.Set, "Web") != "It is there." {
		t.Errorf("afterwards Web is %q, errors %v", doc(got.Set, "Web"), got.Errors)
	}
}
