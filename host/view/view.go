package view

import (
	"io/fs"
	"path"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Kind is what an object is.
type Kind string

// The kinds of objects.
const (
	Nothing   Kind = ""
	File      Kind = "file"
	Directory Kind = "directory"
	Link      Kind = "link" // a symbolic link
	Other     Kind = "other"
)

// Object is what is at a path. The zero value is nothing.
type Object struct {
	Kind    Kind
	Mode    fs.FileMode // of files and directories: permission, setuid, setgid and sticky bits
	Owner   string      // a name; a number if it has none
	Group   string
	Content string // of a file
	Target  string // of a link
}

// View is a host's files. Paths are absolute and clean, see CheckPath. No symbolic link
// is followed: an object behind one has to be named by its own path.
type View interface {
	// Get gives what is at a path, nothing if there is nothing.
	Get(path string) (Object, error)
	// List gives the names in a directory, sorted.
	List(dir string) ([]string, error)
	// Put makes an object what is at a path, all at once: nobody sees a part of it. Its
	// directory exists. A directory can be put where nothing or a directory is, and
	// nothing where no directory, or an empty one, is.
	Put(path string, o Object) error
	// Self is who owns what is new there.
	Self() (owner, group string)
}

// CheckPath refuses what is no path of a view.
func CheckPath(p string) error {
	switch {
	case p == "" || !strings.HasPrefix(p, "/"):
		return spec.Errorf(spec.Invalid, "%q is no absolute path", p).WithHint("begin with a slash: /etc/motd")
	case strings.ContainsRune(p, 0):
		return spec.Errorf(spec.Invalid, "a path holds a zero byte")
	case path.Clean(p) != p:
		return spec.Errorf(spec.Invalid, "%q is not a plain path", p).WithHint("write %s", path.Clean(p))
	case p == "/":
		return spec.Errorf(spec.Invalid, "the root directory cannot be changed")
	}
	return nil
}

// noDirectory is the error of Put where the directory is not one.
func noDirectory(p string, is Kind) error {
	dir := path.Dir(p)
	if is == Nothing {
		return spec.Errorf(spec.NotFound, "there is no directory %s", dir)
	}
	return spec.Errorf(spec.Conflict, "%s is no directory but a %s", dir, is)
}

// cannotReplace says why an object cannot be put where another is, nil if it can.
func cannotReplace(p string, now, o Object) error {
	switch {
	case now.Kind == Other || o.Kind == Other:
		return spec.Errorf(spec.Conflict, "%s is a device, a socket or the like", p)
	case now.Kind == Directory && (o.Kind == File || o.Kind == Link):
		return spec.Errorf(spec.Conflict, "%s is a directory", p)
	case o.Kind == Directory && now.Kind != Nothing && now.Kind != Directory:
		return spec.Errorf(spec.Conflict, "%s is a %s", p, now.Kind)
	}
	return nil
}

func notEmpty(p string, names []string) error {
	return spec.Errorf(spec.Conflict, "the directory %s is not empty: it has %s", p, strings.Join(names[:min(3, len(names))], ", "))
}
