package view

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// keptPrefix begins the name of a second tree of data, beside it, of which the files are
// the same ones (hard links). So a script that removes the data does not remove it.
const keptPrefix = ".armonic-kept-"

// keep protects data that is to stay from the scripts that may remove it, until restoreKept.
func (l *leftovers) keep(goes map[string]string) error {
	for name, dirs := range l.data {
		if strings.HasPrefix(goes[name], WithData) {
			continue
		}
		for _, p := range dirs {
			if !hasData(p) || !l.mayErase(p) {
				continue
			}
			if err := linkTree(p, keptName(p)); err != nil {
				_ = os.RemoveAll(keptName(p))
				return spec.Errorf(spec.Failed, "cannot keep %s, which %s would remove: %v", p, name, err).
					WithHint("save it elsewhere, and say data = \"remove\"")
			}
		}
	}
	return nil
}

func keptName(p string) string { return path.Join(path.Dir(p), keptPrefix+path.Base(p)) }

// mayErase reports whether a script names a path, or one above or below it, when the
// package is removed.
func (l *leftovers) mayErase(p string) bool {
	for e := range l.erased {
		if belowAny(e, []string{p}) || belowAny(p, []string{e}) {
			return true
		}
	}
	return false
}

// linkTree makes a tree with the same directories and the same files.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := to + strings.TrimPrefix(p, from)
		if !d.IsDir() {
			return unix.Linkat(unix.AT_FDCWD, p, unix.AT_FDCWD, at, 0)
		}
		var st unix.Stat_t
		if err := unix.Lstat(p, &st); err != nil {
			return err
		}
		if err := os.Mkdir(at, 0o700); err != nil {
			return err
		}
		if err := os.Lchown(at, int(st.Uid), int(st.Gid)); err != nil {
			return err
		}
		return unix.Chmod(at, st.Mode&0o7777)
	})
}

// restoreKept puts back what was kept: where the data is still there, it is enough to
// remove the second tree. It does so too for what a request that was killed has left.
func restoreKept() error {
	for _, dir := range dataDirs() {
		for _, pattern := range []string{"/", "/*/"} {
			found, _ := filepath.Glob(dir + pattern + keptPrefix + "*")
			for _, p := range found {
				if err := restore(p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func restore(second string) error {
	p := path.Join(path.Dir(second), strings.TrimPrefix(path.Base(second), keptPrefix))
	err := filepath.WalkDir(second, func(q string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := p + strings.TrimPrefix(q, second)
		if _, err := os.Lstat(at); err == nil {
			return nil
		}
		if err := os.Rename(q, at); err != nil {
			return err
		}
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.RemoveAll(second)
	}
	if err != nil {
		return spec.Errorf(spec.Failed, "cannot put back %s: %v", p, err).WithHint("it is in %s", second)
	}
	return nil
}

// clean treats the data of packages that are gone: it removes what is to go, and directories
// that have nothing in them. It says what stays.
func (l *leftovers) clean(goes map[string]string, there func(name string) bool) (said []string, err error) {
	for _, name := range slices.Sorted(slices.Values(l.packages)) {
		if there(name) {
			continue
		}
		var stays []string
		for _, p := range l.data[name] {
			switch {
			case strings.HasPrefix(goes[name], WithData) && !l.hasOthers(p), !hasData(p) && !l.hasOthers(p):
				err = errors.Join(err, os.RemoveAll(p))
			case hasData(p):
				stays = append(stays, p)
			}
		}
		if len(stays) > 0 {
			slices.Sort(stays)
			said = append(said, fmt.Sprintf("%s is gone, and its data is kept: %s", name, strings.Join(stays, ", ")))
		}
	}
	return said, err
}

// hasOthers reports whether a package that stays has something there.
func (l *leftovers) hasOthers(p string) bool {
	for o := range l.owned {
		if belowAny(o, []string{p}) {
			return true
		}
	}
	return false
}

// hasData reports whether a file is there that is not empty.
func hasData(p string) bool {
	found := errors.New("found")
	err := filepath.WalkDir(p, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // what cannot be seen does not count
		}
		if info, err := d.Info(); err == nil && info.Size() > 0 {
			return found
		}
		return nil
	})
	return errors.Is(err, found)
}

// settings removes what packages that are gone have left in databases: owners of files
// that are not there, alternatives that lead nowhere, units that failed.
func (r Real) settings(ctx context.Context, l leftovers) error {
	var argvs [][]string
	b, _ := os.ReadFile(dpkgDir + "/statoverride")
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) == 4 && !l.owned[f[3]] && strings.Contains(l.text, f[3]) {
			if _, err := os.Lstat(f[3]); errors.Is(err, fs.ErrNotExist) {
				argvs = append(argvs, []string{"dpkg-statoverride", "--remove", f[3]})
			}
		}
	}
	groups, _ := filepath.Glob(dpkgDir + "/alternatives/*")
	for _, g := range groups {
		name := filepath.Base(g)
		if _, err := os.Stat("/etc/alternatives/" + name); errors.Is(err, fs.ErrNotExist) && strings.Contains(l.text, name) {
			argvs = append(argvs, []string{"update-alternatives", "--remove-all", name})
		}
	}
	for _, unit := range l.units {
		if strings.HasSuffix(unit, ".timer") {
			_ = os.Remove("/var/lib/systemd/timers/stamp-" + unit) // when it ran last, if it ever did
		}
		if !strings.Contains(unit, "@.") {
			_, _ = r.aptProgram(ctx, []string{"systemctl", "reset-failed", unit}) // most are not known any more
		}
	}
	var all error
	for _, argv := range argvs {
		res, err := r.aptProgram(ctx, argv)
		if err == nil && res.Code != 0 {
			err = spec.Errorf(spec.Failed, "%s ended with code %d: %s", strings.Join(argv, " "), res.Code, lastLines(res.Stdout+res.Stderr, 2))
		}
		all = errors.Join(all, err)
	}
	return all
}
