package view

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// Real is this machine. What is put there has reached the disk when Put returns.
type Real struct {
	// Run runs a program of the system, such as apt-get, to its end.
	Run func(ctx context.Context, c spec.Command) (spec.CommandResult, error)
	// Say is told what a person should know of what is done, nil for nobody.
	Say func(text string)
	// State is a directory that this process alone uses, in which is kept what is needed to
	// finish a request to the package manager after a crash; "" for none.
	State string
	// LockWait is how long another user of the package manager is waited for; 0 is a quarter
	// of an hour.
	LockWait time.Duration
}

// Get gives what is at a key.
func (r Real) Get(key string) (Object, error) {
	switch kind := spec.KindOfKey(key); kind {
	case File:
		return r.getPath(key)
	case Package:
		return r.getPackage(keyName(key))
	case Source:
		return r.getSource(keyName(key))
	case Service:
		return getService(keyName(key))
	case User:
		return getUser(keyName(key))
	case Group:
		return getGroup(keyName(key))
	case Sysctl:
		return getSysctl(keyName(key))
	case Nftables:
		return r.getNftables(keyName(key))
	case Listens:
		return r.getListens(keyName(key))
	case Database, DatabaseUser:
		return r.getDatabase(key)
	case Reload, Restart, Reboot:
		return Object{}, nil
	default:
		return Object{}, unknownKind(kind)
	}
}

// Put makes objects what is at their keys.
func (r Real) Put(ctx context.Context, objects ...Named) (besides []Named, err error) {
	var emptied []string // directories of packages that go, which files that are removed after them may have kept
	for len(objects) > 0 {
		some := objects[:batch(objects)]
		objects = objects[len(some):]
		switch kind := spec.KindOfKey(some[0].Key); kind {
		case File:
			err = r.putPath(some[0].Key, some[0].Object)
			if err == nil && isUnit(some[0].Key) {
				err = reloadUnits(ctx, some[0].Key)
			}
		case Source:
			err = r.putSource(ctx, keyName(some[0].Key), some[0].Object)
		case Package:
			if len(objects) > 0 && allGo(some) {
				emptied = append(emptied, directoriesOf(packageNames(some))...)
			}
			var made []Named
			made, err = r.putPackages(ctx, some, objects)
			besides = append(besides, made...)
		case Service:
			err = r.putService(ctx, keyName(some[0].Key), some[0].Object)
		case User:
			err = r.putUser(ctx, keyName(some[0].Key), some[0].Object)
		case Group:
			err = r.putGroup(ctx, keyName(some[0].Key), some[0].Object)
		case Sysctl:
			err = putSysctl(keyName(some[0].Key), some[0].Object)
		case Nftables:
			err = r.putNftables(ctx, keyName(some[0].Key), some[0].Object)
		case Listens:
			err = r.putListens(ctx, keyName(some[0].Key), some[0].Object)
		case Database, DatabaseUser:
			err = r.putDatabase(ctx, some[0].Key, some[0].Object)
		case Reload, Restart:
			if some[0].Object.Kind == kind {
				err = r.Act(ctx, kind, keyName(some[0].Key))
			}
		default:
			err = unknownKind(kind)
		}
		if kind := spec.KindOfKey(some[0].Key); kind == User || kind == Group || kind == Package {
			forgetNames()
		}
		if err != nil {
			return besides, err
		}
	}
	removeEmpty(emptied)
	return besides, ctx.Err()
}

func unknownKind(kind Kind) error {
	return spec.Errorf(spec.Unavailable, "this agent cannot change a %s", kind)
}

// parent opens the directory of a path, so that no link leads elsewhere. The error is
// fs.ErrNotExist if it does not exist.
func parent(p string) (fd int, err error) {
	if err := CheckPath(p); err != nil {
		return -1, err
	}
	const flags = unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	how := unix.OpenHow{Flags: flags, Resolve: unix.RESOLVE_NO_SYMLINKS}
	fd, err = unix.Openat2(unix.AT_FDCWD, path.Dir(p), &how)
	if err == nil || errors.Is(err, unix.ENOENT) {
		return fd, err
	}
	return parentByParts(p, flags)
}

// parentByParts opens it component by component, where the kernel cannot do that at once, or
// to say which of them is in the way.
func parentByParts(p string, flags int) (fd int, err error) {
	fd, err = unix.Open("/", flags, 0)
	if err != nil {
		return -1, err
	}
	at := ""
	for name := range strings.SplitSeq(strings.Trim(path.Dir(p), "/"), "/") {
		if name == "" {
			continue
		}
		at += "/" + name
		next, err := unix.Openat(fd, name, flags, 0)
		if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
			err = linkInPath(fd, name, at)
		}
		closeFile(fd)
		if err != nil {
			return -1, err
		}
		fd = next
	}
	return fd, nil
}

// linkInPath says why a component of a path is no directory.
func linkInPath(fd int, name, at string) error {
	if target, err := readlink(fd, name); err == nil {
		return spec.Errorf(spec.Conflict, "%s is a link to %s", at, target).WithHint("write the path without the link: nothing is changed behind one")
	}
	return spec.Errorf(spec.Conflict, "%s is no directory", at)
}

// getPath gives what is at a path.
func (r Real) getPath(p string) (Object, error) {
	dir, err := parent(p)
	if errors.Is(err, fs.ErrNotExist) {
		return Object{}, nil
	}
	if err != nil {
		return Object{}, failed("look at", p, err)
	}
	defer closeFile(dir)
	var st unix.Stat_t
	name := path.Base(p)
	if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return Object{}, nil
		}
		return Object{}, failed("look at", p, err)
	}
	o := Object{Kind: Other, Mode: modeOf(st.Mode), Owner: userName(st.Uid), Group: groupName(st.Gid)}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		o.Kind = Directory
	case unix.S_IFLNK:
		o.Kind, o.Mode = Link, 0
		o.Target, err = readlink(dir, name)
	case unix.S_IFREG:
		o.Kind = File
		o.Content, err = read(dir, name, st.Size)
	}
	if err != nil {
		return Object{}, failed("read", p, err)
	}
	return o, nil
}

// List gives the names in a directory.
func (r Real) List(dir string) ([]string, error) {
	in, err := parent(path.Join(dir, "x"))
	if err != nil {
		return nil, failed("list", dir, err)
	}
	defer closeFile(in)
	fd, err := unix.Openat(in, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, failed("list", dir, err)
	}
	f := os.NewFile(uintptr(fd), dir)
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, failed("list", dir, err)
	}
	slices.Sort(names)
	return names, nil
}

// putPath makes an object what is at a path.
func (r Real) putPath(p string, o Object) error {
	now, err := r.getPath(p)
	if err != nil {
		return err
	}
	if err := cannotReplace(p, now, o); err != nil {
		return err
	}
	dir, err := parent(p)
	if errors.Is(err, fs.ErrNotExist) {
		if o.Kind == Nothing {
			return nil // it went with its directory
		}
		return noDirectory(p, Nothing)
	}
	if err != nil {
		return failed("change", p, err)
	}
	defer closeFile(dir)
	name := path.Base(p)
	switch o.Kind {
	case Nothing:
		err = r.remove(dir, p, now)
	case Directory:
		err = putDirectory(dir, name, now, o)
	case Link:
		err = replace(dir, name, func(temporary string) error {
			if err := unix.Symlinkat(o.Target, dir, temporary); err != nil {
				return err
			}
			return chown(dir, temporary, o)
		})
	case File:
		err = putFile(dir, name, now, o)
	case Other:
	}
	if err == nil {
		err = syncDirectory(dir, ".")
	}
	if err != nil {
		return failed("change", p, err)
	}
	return nil
}

func (r Real) remove(dir int, p string, now Object) error {
	flags := 0
	switch now.Kind {
	case Nothing:
		return nil
	case Directory:
		flags = unix.AT_REMOVEDIR
	case File, Link, Other:
	}
	err := unix.Unlinkat(dir, path.Base(p), flags)
	if errors.Is(err, unix.ENOTEMPTY) {
		if names, listed := r.List(p); listed == nil && len(names) > 0 {
			return notEmpty(p, names)
		}
	}
	return err
}

// putDirectory makes a directory, or changes its owner and mode: the owner first, since
// that takes bits of the mode away.
func putDirectory(dir int, name string, now, o Object) error {
	if now.Kind == Nothing {
		if err := unix.Mkdirat(dir, name, 0o700); err != nil {
			return err
		}
	}
	if err := chown(dir, name, o); err != nil {
		return err
	}
	if err := unix.Fchmodat(dir, name, bitsOf(o.Mode), 0); err != nil {
		return err
	}
	return syncDirectory(dir, name)
}

// putFile puts a file in the place of what is there. The new one has its owner before
// its content and its mode, so that nobody reads what is not for him, and the extended
// attributes of the old one, and no others: a directory may hand some down.
func putFile(dir int, name string, now, o Object) error {
	if now.Kind == File {
		var st unix.Stat_t
		if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW); err == nil && st.Nlink > 1 {
			return spec.Errorf(spec.Conflict, "the file has %d names (hard links), and the others would keep what it was", st.Nlink)
		}
	}
	return replace(dir, name, func(temporary string) error {
		fd, err := unix.Openat(dir, temporary, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
		if err != nil {
			return err
		}
		f := os.NewFile(uintptr(fd), temporary)
		defer f.Close()
		if err := removeAttributes(fd); err != nil {
			return err
		}
		if err := chown(dir, temporary, o); err != nil {
			return err
		}
		if _, err := f.WriteString(o.Content); err != nil {
			return err
		}
		if err := unix.Fchmod(fd, bitsOf(o.Mode)); err != nil {
			return err
		}
		if now.Kind == File {
			if err := copyAttributes(dir, name, fd); err != nil {
				return err
			}
			if err := unix.Fchmod(fd, bitsOf(o.Mode)); err != nil { // an ACL changed it
				return err
			}
		}
		return f.Sync()
	})
}

// syncDirectory makes a directory durable, and the names in it.
func syncDirectory(dir int, name string) error {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer closeFile(fd)
	return unix.Fsync(fd)
}

func readlink(dir int, name string) (string, error) {
	b := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(dir, name, b)
	if err != nil {
		return "", err
	}
	return string(b[:n]), nil
}

// failed says what could not be done with a path.
func failed(what, p string, err error) error {
	if spec.KindOf(err) != spec.Internal {
		e := *spec.AsError(err)
		if !strings.Contains(e.Msg, p) {
			e.Msg = p + ": " + e.Msg
		}
		return &e
	}
	e := spec.Errorf(spec.Failed, "cannot %s %s: %v", what, p, err)
	switch {
	case errors.Is(err, unix.EROFS):
		return e.WithHint("the file system is read-only")
	case errors.Is(err, unix.ENOSPC):
		return e.WithHint("make room on the disk, then try again; %s is as it was", p)
	case errors.Is(err, unix.EPERM):
		return e.WithHint("is it immutable (lsattr)? Else the agent needs to be root")
	case errors.Is(err, unix.EBUSY):
		return e.WithHint("something is mounted there")
	}
	return e
}
