package hosttest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// tree adds every file below a folder of a host whose files are at root. A file that goes
// while it is looked at was not there.
func (s Snapshot) tree(root, folder string, list []Exclusion) error {
	return filepath.WalkDir(filepath.Join(root, folder), func(name string, d fs.DirEntry, err error) error {
		f := Fact{File, "/" + strings.TrimPrefix(strings.TrimPrefix(name, root), "/")}
		if err == nil && excluded(list, f) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err == nil {
			s[f], err = look(name)
		}
		if errors.Is(err, fs.ErrNotExist) {
			delete(s, f)
			return nil
		}
		return err
	})
}

// described is what was said of a file, and of which.
type described struct {
	device, inode uint64
	changed       unix.Timespec // by the kernel: nobody else can set it
	text          string
}

// last is what was said of each file last, by name: whatever is done to a file but reading
// it sets the time at which it was changed, and most files are those of the base.
//
//nolint:gochecknoglobals // the same for all hosts, whose names of files are different
var last sync.Map

// tick is more than what lies between two times that a file system can tell apart.
const tick = time.Second

// look says all of a file but its times.
func look(name string) (string, error) {
	var stat unix.Stat_t
	before := time.Now()
	if err := unix.Lstat(name, &stat); err != nil {
		return "", &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	is := described{device: stat.Dev, inode: stat.Ino, changed: stat.Ctim}
	if d, ok := last.Load(name); ok {
		was := d.(described)
		if is.text = was.text; is == was {
			return was.text, nil
		}
	}
	text, err := describe(name, stat)
	if is.text = text; err == nil && before.Sub(time.Unix(stat.Ctim.Unix())) > tick {
		last.Store(name, is)
	}
	return text, err
}

// describe says all of a file.
func describe(name string, stat unix.Stat_t) (string, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%v %d:%d", info.Mode(), stat.Uid, stat.Gid)
	switch {
	case info.Mode().IsRegular():
		sum, err := digest(name)
		if err != nil {
			return "", err
		}
		text += fmt.Sprintf(" %d bytes, sha256 %x", stat.Size, sum)
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(name)
		if err != nil {
			return "", err
		}
		text += " to " + target
	case info.Mode()&fs.ModeDevice != 0:
		text += fmt.Sprintf(" device %d:%d", unix.Major(stat.Rdev), unix.Minor(stat.Rdev))
	}
	attributes, err := xattrs(name)
	return text + attributes, err
}

func digest(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}

// xattrs gives the extended attributes of a file, in order, each after a comma. ACLs and
// capabilities are among them.
func xattrs(name string) (string, error) {
	n, err := unix.Llistxattr(name, nil) // how long the list is at most: an overlay hides its own
	if errors.Is(err, unix.ENOTSUP) {
		return "", nil
	}
	names := make([]byte, max(n, 0))
	if err == nil && n > 0 {
		n, err = unix.Llistxattr(name, names)
	}
	if err != nil {
		return "", &fs.PathError{Op: "listxattr", Path: name, Err: err}
	}
	if n == 0 {
		return "", nil
	}
	list := bytes.Split(bytes.TrimSuffix(names[:n], []byte{0}), []byte{0})
	slices.SortFunc(list, bytes.Compare)
	var text strings.Builder
	value := make([]byte, 64<<10) // as long as one can be
	for _, a := range list {
		n, err := unix.Lgetxattr(name, string(a), value)
		if err != nil {
			return "", &fs.PathError{Op: "getxattr " + string(a), Path: name, Err: err}
		}
		fmt.Fprintf(&text, ", %s %x", a, value[:n])
	}
	return text.String(), nil
}

// onOverlay tells whether a folder lies on an overlay file system.
func onOverlay(folder string) bool {
	var f unix.Statfs_t
	return unix.Statfs(folder, &f) == nil && f.Type == unix.OVERLAYFS_SUPER_MAGIC
}

// locked takes the lock of a file, if nobody has it.
func locked(f *os.File) bool { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil }
