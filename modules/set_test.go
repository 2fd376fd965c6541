package modules_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

var update = flag.Bool("update", false, "write what is got to the want files")

// Each testdata/sets/*.txtar is a folder of modules; its comment lists the lifecycles
// of the set, and "want" what Explain says of all errors and warnings.
func TestSetsOfFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/sets/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no sets", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			in, want := map[string]string{}, ""
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
				} else {
					in[f.Name] = string(f.Data)
				}
			}
			set, err := modules.Config{}.Load(source(in))
			var got strings.Builder
			for _, e := range append(modules.Errors(err), set.Warnings...) {
				got.WriteString(set.Explain(e))
			}
			if *update {
				archive.Files[len(archive.Files)-1].Data = []byte(got.String()) // want is the last
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				want = got.String()
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("explained (-want +got):\n%s", diff)
			}
			names := []string{}
			for _, l := range set.Lifecycles {
				names = append(names, l.Name)
			}
			if diff := cmp.Diff(strings.Fields(string(archive.Comment)), names); diff != "" {
				t.Errorf("lifecycles (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenTakesAFolderOrOneFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.star":         `lifecycle("A", states = [state("Off")])`,
		"b.star":         `load("//lib/off.star", "off")` + "\n" + `lifecycle("B", states = [off()])`,
		"lib/off.star":   "def off():\n    return state(\"Off\")\n",
		"sub/c.star":     `lifecycle("C", states = [state("Off")])`,
		"a_test.star":    "this is not even Starlark",
		".hidden/x.star": "nor this",
		"README":         "nor this",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ open, want string }{{dir, "A B C"}, {filepath.Join(dir, "b.star"), "B"}} {
		src, err := modules.Open(c.open)
		if err != nil {
			t.Fatal(err)
		}
		set, err := modules.Config{}.Load(src)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, l := range set.Lifecycles {
			names = append(names, l.Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.open, got, c.want)
		}
		if l := set.Lifecycles[0]; !strings.HasPrefix(l.Source, filepath.ToSlash(dir)+"/") {
			t.Errorf("source is %q", l.Source)
		}
	}
	if _, err := modules.Open(filepath.Join(dir, "none")); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("a folder that does not exist: %v", err)
	}
}

func TestSourcesFormOneSet(t *testing.T) {
	own := modules.Source{Name: "own", FS: source(map[string]string{
		"blog.star": `lifecycle("Blog", states = [state("Off"), state("On", requires = [require_local("w", "//WebServer//start", returns = [var("url", url)])])])`,
	}).FS}
	set, err := modules.Config{}.Load(modules.ShippedSource(), own)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := set.Find("Blog"); !ok || len(set.Warnings) > 0 {
		t.Errorf("Blog found: %v, warnings: %v", ok, set.Warnings)
	}
	if _, ok := set.Find("Nothing"); ok {
		t.Error("found what is not there")
	}
	if _, err := (modules.Config{}).Load(own); err == nil {
		t.Error("Blog loads without the web server it requires")
	}
}

// Somebody's own lifecycle takes the place of one that comes with Armonic, and what needs
// what only that offers is left out.
func TestOwnLifecyclesReplaceThoseThatCome(t *testing.T) {
	own := modules.Source{Name: "own", FS: source(map[string]string{
		"web.star": `lifecycle("WebServer", states = [state("Off")])`,
	}).FS}
	set, err := modules.Config{}.Load(modules.ShippedSource(), own)
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := set.Find("WebServer"); !ok || !strings.HasPrefix(l.Source, "own/") || len(set.Lifecycles) != 1 {
		t.Errorf("the lifecycles are %v", set.Names())
	}
	var left []string
	for _, e := range set.LeftOut {
		left = append(left, e.Msg)
	}
	want := []string{"WebSite is left out: //WebServer/Configured/create_document_root matches no provide of any module",
		"Proxy is left out: //WebSite//start matches no provide of any module"}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
}

func TestAnErrorInALibraryNamesWhoCalledIt(t *testing.T) {
	for body, want := range map[string]string{
		`return state(name, enter = 1)`: "called at set/m.star:2:30",
		`return state(name + 1)`:        "called at set/m.star:2:30",
	} {
		_, err := modules.Config{}.Load(modules.Source{Name: "set", FS: fstest.MapFS{
			"m.star":        {Data: []byte(`load("//lib/part.star", "make")` + "\n" + `lifecycle("M", states = [make("Off")])`)},
			"lib/part.star": {Data: []byte("def make(name):\n    " + body + "\n")},
		}})
		errs := modules.Errors(err)
		if len(errs) != 1 || !strings.HasPrefix(errs[0].At, "set/lib/part.star:2:") || !strings.HasSuffix(errs[0].Hint, want) {
			t.Errorf("%s: %v, hint %q", body, errs, spec.HintOf(err))
		}
	}
}
