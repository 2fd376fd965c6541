package tui

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui"
)

// drafts keeps answers that were not run, in a directory of its own for each UI, which is locked
// as long as that lives. What is in a directory that nobody locks was left by a crash.
type drafts struct {
	root string
	lock *os.File // of the directory of this UI, nil before it is needed
}

const lockName, draftSuffix = "lock", ".yaml"

func newDrafts(root string) *drafts { return &drafts{root: root} }

// dir makes the directory of this UI.
func (d *drafts) dir() (string, error) {
	if d.lock != nil {
		return filepath.Dir(d.lock.Name()), nil
	}
	if err := os.MkdirAll(d.root, 0o700); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(d.root, "ui-")
	if err != nil {
		return "", err
	}
	d.lock, err = lockFile(filepath.Join(dir, lockName))
	return dir, err
}

// lockFile locks a file, or gives an error if another process has.
func lockFile(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// Keep writes a draft.
func (d *drafts) Keep(name string, text []byte) error {
	dir, err := d.dir()
	if err == nil {
		err = renameio.WriteFile(filepath.Join(dir, name+draftSuffix), text, 0o600)
	}
	if err != nil {
		return spec.Errorf(spec.Failed, "cannot keep the draft: %v", err).WithHint("w writes the answers to a file")
	}
	return nil
}

// Drop forgets one.
func (d *drafts) Drop(name string) error {
	dir, err := d.dir()
	if err == nil {
		err = os.Remove(filepath.Join(dir, name+draftSuffix))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return spec.Errorf(spec.Failed, "cannot forget the draft: %v", err)
	}
	return nil
}

// Left takes over what UIs left that live no longer.
func (d *drafts) Left() ([]tui.Draft, error) {
	dirs, err := filepath.Glob(filepath.Join(d.root, "ui-*"))
	if err != nil || len(dirs) == 0 {
		return nil, err
	}
	own, err := d.dir()
	if err != nil {
		return nil, spec.Errorf(spec.Failed, "cannot read the drafts: %v", err)
	}
	var out []tui.Draft
	for _, dir := range dirs {
		lock, err := lockFile(filepath.Join(dir, lockName))
		if err != nil { // its UI lives
			continue
		}
		found, err := takeOver(dir, own)
		out = append(out, found...)
		if err == nil {
			_ = os.RemoveAll(dir)
		}
		_ = lock.Close()
	}
	return out, nil
}

// takeOver moves the drafts of one directory to another.
func takeOver(from, to string) (out []tui.Draft, err error) {
	files, err := filepath.Glob(filepath.Join(from, "*"+draftSuffix))
	for _, file := range files {
		to := filepath.Join(to, filepath.Base(file))
		text, e := os.ReadFile(file)
		info, e2 := os.Stat(file)
		if e = errors.Join(e, e2); e == nil {
			e = os.Rename(file, to)
		}
		if e != nil {
			err = e
			continue
		}
		out = append(out, tui.Draft{Name: strings.TrimSuffix(filepath.Base(file), draftSuffix), When: info.ModTime(), Text: text})
	}
	return out, err
}

// Close ends it. What was not dropped is offered to the next UI.
func (d *drafts) Close() {
	if d.lock == nil {
		return
	}
	dir := filepath.Dir(d.lock.Name())
	if files, err := filepath.Glob(filepath.Join(dir, "*"+draftSuffix)); err == nil && len(files) == 0 {
		_ = os.RemoveAll(dir)
	}
	_ = d.lock.Close()
}
