package view

import (
	"context"
	"path"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Object is what is at a key: a path, or "package nginx", see spec.KindOfKey.
type Object = spec.Object

// Kind is what an object is.
type Kind = spec.ObjectKind

// The kinds of objects.
const (
	Nothing   = spec.ObjectNothing
	File      = spec.ObjectFile
	Directory = spec.ObjectDirectory
	Link      = spec.ObjectLink
	Package   = spec.ObjectPackage
	Service   = spec.ObjectService
	User      = spec.ObjectUser
	Group     = spec.ObjectGroup
	Other     = spec.ObjectOther
)

// MaxContent is how large a file may be that is read or put, in bytes: it has to be kept, to
// be put back.
const MaxContent = 16 << 20

// Named is an object with its key.
type Named struct {
	Key    string
	Object Object
}

// View is a host. Keys of files are absolute and clean paths, see CheckPath. No symbolic
// link is followed: an object behind one has to be named by its own path.
type View interface {
	// Get gives what is at a key, nothing if there is nothing.
	Get(key string) (Object, error)
	// List gives the names in a directory, sorted.
	List(dir string) ([]string, error)
	// Put makes objects what is at their keys, one after the other, each all at once:
	// nobody sees a part of it. Packages that follow one another are one request to the
	// package manager; files of scripts of packages that are purged belong into the same
	// call, else they are taken for somebody's. The directory of a file exists. A directory
	// can be put where nothing or a directory is, and nothing where no directory, or an empty
	// one, is; it may have gone with its directory. It gives what came to be besides: what
	// scripts of packages made, and the package manager would not remove with them.
	Put(ctx context.Context, objects ...Named) (besides []Named, err error)
	// Solve says what the package manager would do to have a request fulfilled: all packages
	// that it would install, change or remove, sorted by name, as they would be.
	Solve(ctx context.Context, r Request) ([]Named, error)
	// Act reloads or restarts a service and waits until it has settled; nothing is done if
	// it does not run, and has not failed.
	Act(ctx context.Context, verb Verb, service string) error
	// Validate runs a program that sees objects as if they had been put. The error is what it
	// printed if it does not end with 0. Then the configuration may have been broken before,
	// in the same way: this is no error, and already is what it printed.
	Validate(ctx context.Context, argv []string, objects ...Named) (already string, err error)
	// Augeas gives what would be in a file once settings of it were changed. It is NotFound if
	// the program for that is not there.
	Augeas(ctx context.Context, e AugeasEdit) (content string, err error)
	// Self is who owns what is new there.
	Self() (owner, group string)
}

// Request is what packages are wanted to be.
type Request struct {
	Install []string // names; "name=version" for a version that is meant
	Remove  []string
	Purge   bool // those that are removed go with their configuration
}

// Same reports whether an object is as it is wanted, or was recorded, to be. Of a package
// only that it is there counts, unless a version is meant, not who asked for it; one of
// which the configuration is left is neither there nor gone. Of a user or group the numbers
// count only if they are meant; a service that failed is stopped.
func Same(want, is Object) bool {
	switch {
	case want.Kind == Package && is.Kind == Package:
		return samePackage(want, is)
	case want.Kind == Nothing:
		return is.Kind == Nothing
	}
	if want.Kind == is.Kind {
		switch want.Kind {
		case Service:
			return sameService(ParseService(want.Content), ParseService(is.Content))
		case User:
			return sameUser(want, is)
		case Group:
			return sameGroup(want, is)
		case Database:
			return sameDatabase(want, is)
		case DatabaseUser:
			return want.Content == is.Content
		case Nothing, File, Directory, Link, Package, Sysctl, Nftables, Listens, Reload, Restart, Reboot, Other:
		}
	}
	return want == is
}

// keyName is the name in a key such as "service nginx".
func keyName(key string) string {
	_, name, _ := strings.Cut(key, " ")
	return name
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

// batch is how many of the first objects are put at once: packages that follow one another
// are, anything else is put by itself.
func batch(objects []Named) int {
	n := 0
	for n < len(objects) && spec.KindOfKey(objects[n].Key) == Package {
		n++
	}
	return max(n, min(1, len(objects)))
}
