package modules

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// Source is a folder of modules.
type Source struct {
	Name string // starts the file names in messages: "shipped", "/etc/armonic/modules"
	FS   fs.FS
	Only string // if set, the one file of FS that is a module; the others can still be loaded by it

	later  bool              // whether FS may be missing
	yields bool              // its lifecycles yield to those of other sources that have the same names
	inside bool              // FS is a part of the program
	texts  map[string]string // if not nil, those of the files, instead of FS
}

//go:embed shipped services
var embedded embed.FS

// Defaults are the modules that come with Armonic. A lifecycle of another source takes the
// place of one of theirs that has the same name.
func Defaults() []Source { return []Source{ShippedSource(), ServicesSource()} }

// ShippedSource has the examples that pretend, for demonstrations.
func ShippedSource() Source { return embeddedSource("shipped") }

// ServicesSource has the services that people deploy: web servers, databases and the like.
func ServicesSource() Source { return embeddedSource("services") }

func embeddedSource(folder string) Source {
	sub, err := fs.Sub(embedded, folder)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return Source{Name: folder, FS: sub, yields: true, inside: true}
}

// Open makes a source of a folder of modules, or of a single file.
func Open(name string) (Source, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Source{}, &spec.Error{Kind: spec.NotFound, Op: "open the modules of " + name, Msg: reason(err), Err: err,
			Hint: "name a folder of *.star files, or one such file"}
	}
	if info.IsDir() {
		return Source{Name: filepath.ToSlash(name), FS: os.DirFS(name)}, nil
	}
	if !info.Mode().IsRegular() || !strings.HasSuffix(name, ".star") {
		return Source{}, spec.Errorf(spec.Invalid, "%s is no module: no file that ends in .star", name).WithHint("name a folder of *.star files, or one such file")
	}
	dir, file := filepath.Split(name)
	if dir == "" {
		dir = "."
	}
	return Source{Name: path.Clean(filepath.ToSlash(dir)), FS: os.DirFS(dir), Only: file}, nil
}

// OpenLater makes a source of a folder that may be made later; until then it is empty.
func OpenLater(dir string) Source {
	return Source{Name: filepath.ToSlash(dir), FS: os.DirFS(dir), later: true}
}

// Empty is an error that says so if there is no module in the source.
func (s Source) Empty() error {
	if files, err := s.Files(); err != nil || len(files) > 0 {
		return err
	}
	return spec.Errorf(spec.NotFound, "there is no module in %s", s.Name).
		WithHint("name a folder of *.star files, or one such file; armonic module new writes one")
}

func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// Label is how messages name a file.
func (s Source) Label(file string) string { return path.Join(s.Name, file) }

// Files lists the Starlark files in order; tests of modules are not among them.
func (s Source) Files() ([]string, error) {
	if s.Only != "" {
		return []string{s.Only}, nil
	}
	if s.texts != nil {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(s.texts)), func(p string) bool { return !isModule(p) }), nil
	}
	return s.walk(isModule)
}

// walk lists the files of FS that are wanted, in order. What is hidden is not looked at.
func (s Source) walk(wanted func(file string) bool) ([]string, error) {
	return s.walkBelow(".", wanted)
}

func (s Source) walkBelow(root string, wanted func(file string) bool) ([]string, error) {
	var out []string
	err := fs.WalkDir(s.FS, root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case s.later && p == "." && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			return err
		case d.IsDir() && p != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.IsDir() && wanted(p) && (d.Type().IsRegular() || !isBeside(p)):
			out = append(out, p)
		}
		return nil
	})
	if err != nil {
		return nil, spec.Errorf(spec.Unavailable, "cannot read the modules of %s: %s", s.Name, reason(err))
	}
	slices.Sort(out)
	return out, nil
}

// library reports whether a file only serves others.
func library(file string) bool {
	return strings.HasPrefix(file, "lib/") || strings.Contains(file, "/lib/")
}

// readFile is bounded: a file is never taken in whole to find that it is too long.
func readFile(in fs.FS, name string) (string, error) {
	f, err := in.Open(name)
	if err != nil {
		return "", err
	}
	most := int64(interp.MaxFile)
	if isBeside(name) {
		most = maxBeside
	}
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	return string(text), errors.Join(err, f.Close())
}

// Fixed reports whether the files of the source stay as they are.
func (s Source) Fixed() bool { return s.inside || s.texts != nil }

// Stat is the size of a file and when it was changed; zero for one of texts.
func (s Source) Stat(name string) (size int64, at time.Time, err error) {
	if s.texts != nil {
		return 0, time.Time{}, nil
	}
	info, err := fs.Stat(s.FS, name)
	if err != nil {
		return 0, time.Time{}, err
	}
	return info.Size(), info.ModTime(), nil
}

// Read is the text of a file of the source.
func (s Source) Read(name string) (string, error) {
	if s.texts == nil {
		return readFile(s.FS, name)
	}
	if text, ok := s.texts[name]; ok {
		return text, nil
	}
	return "", fs.ErrNotExist
}

// has reports whether there is such a file.
func (s Source) has(name string) bool {
	if s.texts != nil {
		_, ok := s.texts[name]
		return ok
	}
	info, err := fs.Stat(s.FS, name)
	return err == nil && !info.IsDir()
}

// isModule reports whether a path is that of a Starlark file that is loaded; tests of
// modules are not, nor is anything hidden or below files/.
func isModule(p string) bool {
	return strings.HasSuffix(p, ".star") && !strings.HasSuffix(p, "_test.star") && !hidden(p) && !isBeside(p)
}

// With gives the source with the texts of files, by their names, instead of those of FS.
func (s Source) With(texts map[string]string) Source {
	s.texts = texts
	return s
}
