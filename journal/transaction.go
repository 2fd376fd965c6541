package journal

import (
	"fmt"
	"runtime/debug"
	"syscall"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/spec"
)

// update changes the file in one transaction, which is on the disk when it returns.
func (j *Journal) update(op string, fn func(b *bbolt.Bucket) error) error {
	return j.use(op, func(db *bbolt.DB) error {
		if j.readOnly {
			return syscall.EROFS
		}
		var refused error
		err := db.Update(func(tx *bbolt.Tx) error {
			refused = fn(tx.Bucket([]byte(bucket)))
			return refused
		})
		if err != nil && refused == nil && !full(err) {
			// Nobody knows now what the disk holds, until the file is read again.
			j.disable((&spec.Error{Kind: spec.Failed, Op: op, At: j.path, Msg: "the disk has failed: " + err.Error(), Err: err}).
				WithHint("look at the disk, then start the agent again: it reads the whole file"))
		}
		return err
	})
}

func (j *Journal) view(op string, fn func(b *bbolt.Bucket) error) error {
	return j.use(op, func(db *bbolt.DB) error {
		return db.View(func(tx *bbolt.Tx) error { return fn(tx.Bucket([]byte(bucket))) })
	})
}

func (j *Journal) use(op string, fn func(db *bbolt.DB) error) error {
	j.mu.Lock()
	db, broken := j.db, j.broken
	j.mu.Unlock()
	if broken != nil {
		return broken
	}
	return j.failed(op, j.guard(func() error { return fn(db) }))
}

func (j *Journal) disable(why error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken == nil {
		j.broken = why
	}
}

// guard runs what reads the mapped file: a page that is gone or changed while the
// file is open makes bbolt panic, or the system fault.
func (j *Journal) guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = j.damaged(fmt.Errorf("it changed while it was open: %v", r))
			j.disable(err)
			j.mu.Lock()
			j.panicked = true
			j.mu.Unlock()
		}
	}()
	return fn()
}
