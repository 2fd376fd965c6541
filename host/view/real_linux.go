package view

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// maxContent is how large a file may be that is read or put, in bytes.
const maxContent = 16 << 20

// Real is this machine. What is put there has reached the disk when Put returns.
type Real struct{}

// parent opens the directory of a path, component by component, so that no link leads
// elsewhere. The error is fs.ErrNotExist if it does not exist.
func parent(p string) (fd int, err error) {
	if err := CheckPath(p); err != nil {
		return -1, err
	}
	const flags = unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
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

// Get gives what is at a path.
func (r Real) Get(p string) (Object, error) {
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
		o.Content, err = read(dir, name)
	}
	if err != nil {
		return Object{}, failed("read", p, err)
	}
	return o, nil
}

func read(dir int, name string) (string, error) {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(f, maxContent+1))
	if n > maxContent {
		return "", spec.Errorf(spec.Invalid, "it has more than %d MiB", maxContent>>20)
	}
	return b.String(), err
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

// Put makes an object what is at a path.
func (r Real) Put(p string, o Object) error {
	now, err := r.Get(p)
	if err != nil {
		return err
	}
	if err := cannotReplace(p, now, o); err != nil {
		return err
	}
	dir, err := parent(p)
	if errors.Is(err, fs.ErrNotExist) {
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
		err = syncDirectory(dir)
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
	return unix.Fchmodat(dir, name, bitsOf(o.Mode), 0)
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

// replace makes an object under a temporary name, and gives it its own.
func replace(dir int, name string, create func(temporary string) error) error {
	random := randomName()
	temporary := ".armonic-" + random
	if err := create(temporary); err != nil {
		_ = unix.Unlinkat(dir, temporary, 0)
		return err
	}
	if err := unix.Renameat(dir, temporary, dir, name); err != nil {
		_ = unix.Unlinkat(dir, temporary, 0)
		return err
	}
	return nil
}

// randomName makes a part of a name that no other file has.
func randomName() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // which never fails
	return hex.EncodeToString(b)
}

// syncDirectory makes the names in a directory durable.
func syncDirectory(dir int) error {
	fd, err := unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
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
