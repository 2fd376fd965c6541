package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// pkg is one folder with Go files.
type pkg struct {
	name  string // relative to the module, "." for its root
	files []file
}

type file struct {
	path  string // relative to the module's root, with slashes
	test  bool
	lines int
	fset  *token.FileSet
	ast   *ast.File
}

// imported gives the import path that a name at the top of a selector stands for, ""
// if it is no package.
func (f file) imported(x ast.Expr) string {
	id, is := x.(*ast.Ident)
	if !is {
		return ""
	}
	for _, spec := range f.ast.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has seen to it
		}
		local := path.Base(name)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == id.Name {
			return name
		}
	}
	return ""
}

func (f file) line(n ast.Node) int { return f.fset.Position(n.Pos()).Line }

// load parses every Go file below root, folder by folder in order of name.
func load(root string) ([]pkg, error) {
	var all []pkg
	err := filepath.WalkDir(root, func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if dir != root && elsewhere(dir, d.Name()) {
			return filepath.SkipDir
		}
		p, err := loadFolder(root, dir)
		if len(p.files) > 0 {
			all = append(all, p)
		}
		return err
	})
	return all, err
}

// elsewhere tells whether a folder is none of this module's packages.
func elsewhere(dir, name string) bool {
	if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func loadFolder(root, dir string) (pkg, error) {
	name, err := filepath.Rel(root, dir)
	if err != nil {
		return pkg{}, err
	}
	p := pkg{name: filepath.ToSlash(name)}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return pkg{}, err
	}
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		f, err := loadFile(root, filepath.Join(dir, e.Name()))
		if err != nil {
			return pkg{}, err
		}
		p.files = append(p.files, f)
	}
	return p, nil
}

func loadFile(root, name string) (file, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return file{}, err
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return file{}, err
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return file{}, fmt.Errorf("cannot parse: %w", err)
	}
	lines := bytes.Count(text, []byte("\n"))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		lines++
	}
	return file{
		path:  filepath.ToSlash(rel),
		test:  strings.HasSuffix(name, "_test.go"),
		lines: lines,
		fset:  fset,
		ast:   tree,
	}, nil
}
