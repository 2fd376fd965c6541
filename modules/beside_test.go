package modules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// enter enters the first state of the only lifecycle on a simulated host.
func enter(t *testing.T, set *modules.Set) error {
	t.Helper()
	return set.Lifecycles[0].States[0].Enter(t.Context(), &lifecycle.Call{Me: spec.Info{Simulated: true}, Kept: &lifecycle.Kept{}, Effects: lifecycle.NoEffects{}})
}

func TestFilesThatModulesName(t *testing.T) {
	const use = "def _e(ctx):\n    ctx.host.%s\nlifecycle(\"L\", states = [state(\"Off\", enter = _e)])"
	for _, c := range []struct {
		name  string
		files map[string]string
		at    string // of an error when it is loaded
		msg   string
		hint  string
	}{
		{"there", map[string]string{"a.star": `file("/x", src = "files/x")`, "files/x": "x"}, "", "", ""},
		{"a script", map[string]string{"a.star": `script("files/x", ["a"], creates = "/y")`, "files/x": "#!/bin/sh\n"}, "", "", ""},
		{"a script that is missing", map[string]string{"a.star": `script("files/y")`, "files/x": "x"}, "own/a.star:2:21", "no file files/y", "did you mean 'files/x'?"},
		{"in a folder", map[string]string{"web/a.star": `template("/x", {}, src = "files/t/x")`, "web/files/t/x": "x"}, "", "", ""},
		{"in the folder of others", map[string]string{"web/a.star": `file("/x", src = "files/x")`, "files/x": "x"}, "own/web/a.star:2:31", "no file files/x", "put it into the folder files/"},
		{"missing", map[string]string{"a.star": `file("/x", src = "files/wiki.ni")`, "files/wiki.ini": "x"}, "own/a.star:2:31", "no file files/wiki.ni", "did you mean 'files/wiki.ini'?"},
		{"without files/", map[string]string{"a.star": `file("/x", src = "x")`, "files/x": "x"}, "own/a.star:2:31", "no file x", `src = "files/x"`},
		{"outside", map[string]string{"web/a.star": `file("/x", src = "files/../../b")`, "b": "x", "web/files/x": ""}, "own/web/a.star:2:31", "no file", ""},
		{"hidden", map[string]string{"a.star": `file("/x", src = "files/.git/x")`, "files/.git/x": "x"}, "own/a.star:2:31", "no file", ""},
		{"too large", map[string]string{"a.star": `file("/x", src = "files/x")`, "files/x": strings.Repeat("x", 1<<20+1)}, "own/a.star:2:31", "larger than 1024 KiB", ""},
		{"too much", map[string]string{"a.star": `log`, "files/1": strings.Repeat("x", 1<<20), "files/2": strings.Repeat("x", 1<<20), "files/3": strings.Repeat("x", 1<<20), "files/4": strings.Repeat("x", 1<<20),
			"files/5": strings.Repeat("x", 1<<20), "files/6": strings.Repeat("x", 1<<20), "files/7": strings.Repeat("x", 1<<20), "files/8": strings.Repeat("x", 1<<20), "files/9": strings.Repeat("x", 1<<20),
			"files/a": strings.Repeat("x", 1<<20), "files/b": strings.Repeat("x", 1<<20), "files/c": strings.Repeat("x", 1<<20), "files/d": strings.Repeat("x", 1<<20), "files/e": strings.Repeat("x", 1<<20),
			"files/f": strings.Repeat("x", 1<<20), "files/g": strings.Repeat("x", 1<<20), "files/h": "x"}, "own/a.star", "too many files", ""},
		{"modules do not lie there", map[string]string{"a.star": `file("/x", src = "files/b.star")`, "files/b.star": "this is no module", "files/b_test.star": "nor a test"}, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, text := range c.files {
				if filepath.Base(name) == "a.star" {
					text = strings.Replace(use, "%s", text, 1)
				}
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			set, err := modules.Config{}.Load(modules.Source{Name: "own", FS: fsys})
			if c.msg == "" {
				if err != nil {
					t.Fatal(err)
				}
				if err := enter(t, set); err != nil {
					t.Error(err)
				}
				return
			}
			all := modules.Errors(err)
			if len(all) != 1 || all[0].At != c.at || !strings.Contains(all[0].Msg, c.msg) || !strings.Contains(all[0].Hint, c.hint) {
				t.Errorf("%+v", all)
			}
		})
	}
}

// What lies beside a module is part of it.
func TestTheDigestOfAModuleHasItsFiles(t *testing.T) {
	load := func(text string) string {
		set, err := modules.Config{}.Load(modules.Source{Name: "own", FS: fstest.MapFS{
			"a.star": {Data: []byte(`lifecycle("L", states = [state("Off")])`)}, "files/x": {Data: []byte(text)}}})
		if err != nil {
			t.Fatal(err)
		}
		return set.Lifecycles[0].Digest
	}
	if one, again, two := load("1"), load("1"), load("2"); one != again || one == two {
		t.Errorf("%s, %s, %s", one, again, two)
	}
}

// Nothing is read through a link, and nothing that is no file.
func TestLinksBesideModulesAreNotRead(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(dir string) error
	}{
		{"a link to a file", func(dir string) error {
			return cmpErr(os.Mkdir(dir+"/files", 0o755), os.Symlink("/etc/passwd", dir+"/files/x"))
		}},
		{"a link within", func(dir string) error {
			return cmpErr(os.MkdirAll(dir+"/files", 0o755), os.WriteFile(dir+"/files/y", nil, 0o644), os.Symlink("y", dir+"/files/x"))
		}},
		{"a link for the folder", func(dir string) error {
			return cmpErr(os.Mkdir(dir+"/y", 0o755), os.WriteFile(dir+"/y/x", nil, 0o644), os.Symlink("y", dir+"/files"))
		}},
		{"a folder", func(dir string) error { return os.MkdirAll(dir+"/files/x", 0o755) }},
	} {
		dir := t.TempDir()
		module := `lifecycle("L", states = [state("Off", enter = lambda ctx: ctx.host.file("/x", src = "files/x"))])`
		if err := cmpErr(c.make(dir), os.WriteFile(dir+"/a.star", []byte(module), 0o644)); err != nil {
			t.Fatal(err)
		}
		src, err := modules.Open(dir + "/a.star")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (modules.Config{}).Load(src); err == nil || !strings.Contains(err.Error(), "no file files/x") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func cmpErr(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
