package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// openVerified opens the file, reads all of it, and opens it again: the memory that the
// whole file was mapped to is the system's again.
func (j *Journal) openVerified(wait time.Duration) error {
	for read := -1; ; {
		var now int
		err := j.guard(func() (err error) {
			j.db, err = bbolt.Open(j.path, 0o600, &bbolt.Options{Timeout: wait, ReadOnly: j.readOnly, FreelistType: bbolt.FreelistMapType, NoStatistics: true})
			if err != nil {
				return err
			}
			return j.db.View(func(tx *bbolt.Tx) error { now = tx.ID(); return nil })
		})
		if err != nil || now == read { // else another process wrote in between
			return err
		}
		clear(j.runs)
		clear(j.damagedParts)
		clear(j.images.refs)
		if read, err = j.verify(); err != nil {
			return err
		}
		if err := j.db.Close(); err != nil {
			return err
		}
	}
}

// checkFile looks at the pages while no other process can write them.
func (j *Journal) checkFile(wait time.Duration) error {
	mode := os.O_RDWR
	if j.readOnly {
		mode = os.O_RDONLY
	}
	f, err := os.OpenFile(j.path, mode, 0)
	if err != nil {
		return err
	}
	defer f.Close() // gives the lock back too
	alone, err := lock(f, wait)
	if err != nil {
		return err
	}
	if !alone {
		return berrors.ErrTimeout
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return j.damaged(errors.New("it is empty"))
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return os.NewSyscallError("mmap", err)
	}
	var wrong error
	if err := j.guard(func() error {
		wrong = checkPages(data)
		return nil
	}); err != nil {
		return err
	}
	if err := syscall.Munmap(data); err != nil {
		return os.NewSyscallError("munmap", err)
	}
	if wrong != nil {
		return j.damaged(wrong)
	}
	return nil
}

// create makes an empty journal under another name and links it into place, so that
// there is never half a journal.
func create(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // the other name stays
	if err := f.Close(); err != nil {
		return err
	}
	db, err := bbolt.Open(f.Name(), 0o600, nil)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		if err != nil {
			return err
		}
		return errors.Join(put(b, keyFormat, formatText(currentFormat()), plain()), put(b, keyIndex, index{}, plain()))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}
