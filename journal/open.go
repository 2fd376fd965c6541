package journal

import (
	"errors"
	"os"
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
			j.db, err = bbolt.Open(j.path, 0o600, &bbolt.Options{Timeout: wait, FreelistType: bbolt.FreelistMapType, NoStatistics: true})
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
	f, err := os.OpenFile(j.path, os.O_RDWR, 0)
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
