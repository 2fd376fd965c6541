package archtest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/archtest"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// The one that matters: this module keeps its own rules.
func TestArmonicKeepsItsRules(t *testing.T) {
	found, err := archtest.Check(filepath.Join("..", ".."), archtest.Armonic())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// Each file of testdata is a tree with offenders planted in it; the text above
// its first file is a sentence, then what must be found there.
func TestOffendersAreFound(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no trees to check: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			tree, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, want, _ := strings.Cut(string(tree.Comment), "\n\n")
			if diff := cmp.Diff(strings.Split(strings.TrimSpace(want), "\n"), strings.Split(check(t, tree), "\n")); diff != "" {
				t.Errorf("-want +found:\n%s", diff)
			}
		})
	}
}

func TestLongFilesAreFound(t *testing.T) {
	doc := "// Package spec has the nouns.\npackage spec\n"
	for _, c := range []struct {
		name, text, want string
	}{
		{"spec/spec.go", doc + strings.Repeat("\n", 398), ""},
		{"spec/spec.go", doc + strings.Repeat("\n", 399), "spec/spec.go:401: length: 401 lines, more than 400: one idea per file"},
		{"spec/spec.go", doc + strings.Repeat("\n", 398) + "// no newline", "spec/spec.go:401: length: 401 lines, more than 400: one idea per file"},
		{"spec/spec_test.go", doc + strings.Repeat("\n", 399), ""},
	} {
		tree := &txtar.Archive{Files: []txtar.File{
			{Name: "go.mod", Data: []byte("module github.com/armonic/armonic\n")},
			{Name: "spec/doc.go", Data: []byte(doc)},
			{Name: c.name, Data: []byte(c.text)},
		}}
		if diff := cmp.Diff(c.want, check(t, tree)); diff != "" {
			t.Errorf("%s of %d bytes, -want +found:\n%s", c.name, len(c.text), diff)
		}
	}
}

func TestATreeThatCannotBeReadIsAnError(t *testing.T) {
	for name, c := range map[string]struct{ tree, want string }{
		"another module": {"-- go.mod --\nmodule example.com/other\n", "not the module"},
		"no module":      {"-- spec/doc.go --\npackage spec\n", "cannot tell which module"},
		"not Go":         {"-- go.mod --\nmodule github.com/armonic/armonic\n-- spec/a.go --\npackage\n", "spec/a.go:1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := archtest.Check(plant(t, txtar.Parse([]byte(c.tree))), archtest.Armonic())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// A rule about a package that the table does not know, or a file that is not there,
// binds nobody.
func TestRulesNamePackagesOfTheTable(t *testing.T) {
	r := archtest.Armonic()
	rows := map[string]bool{"*": true}
	for _, p := range r.Packages {
		if rows[p.Name] {
			t.Errorf("%s has two rows", p.Name)
		}
		if p.Duty == "" {
			t.Errorf("%s has no duty", p.Name)
		}
		rows[p.Name], rows[strings.TrimSuffix(p.Name, "/...")] = true, true
		root, _, _ := strings.Cut(p.Name, "/")
		rows[root+"/..."] = true
	}
	var named []string
	for _, p := range r.Packages {
		named = append(named, p.May...)
	}
	for _, b := range r.Bans {
		named = append(named, b.Package)
	}
	for _, x := range r.Limited {
		for _, place := range x.Places {
			if _, err := os.Stat(filepath.Join("..", "..", place.Name)); err != nil || !strings.HasSuffix(place.Name, ".go") {
				named = append(named, place.Name)
			}
		}
	}
	for _, n := range named {
		if !rows[n] {
			t.Errorf("a rule names %q, which is no file and has no row", n)
		}
	}
}

// check gives the findings in a planted tree, one a line.
func check(t *testing.T, tree *txtar.Archive) string {
	t.Helper()
	found, err := archtest.Check(plant(t, tree), archtest.Armonic())
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, 0, len(found))
	for _, f := range found {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

func plant(t *testing.T, tree *txtar.Archive) string {
	t.Helper()
	root := t.TempDir()
	for _, f := range tree.Files {
		name := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Every package has a row in the table of CONTRIBUTING.md, and every row a package.
func TestContributingNamesEveryPackage(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Where things live")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := map[string]bool{"tools": true} // a module of its own, which go.mod names
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\| .").FindAllStringSubmatch(table, -1) {
		rows[m[1]] = true
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "doc.go" {
			dir, _ := filepath.Rel(root, filepath.Dir(path))
			if !rows[filepath.ToSlash(dir)] {
				t.Errorf("CONTRIBUTING.md has no row for %s", dir)
			}
			delete(rows, filepath.ToSlash(dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(rows, "tools")
	for dir := range rows {
		t.Errorf("CONTRIBUTING.md has a row for %s, which is no package", dir)
	}
}
