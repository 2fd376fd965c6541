package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
)

// File is the usual name of a journal in an agent's state directory.
const File = "journal.db"

const format = "armonic journal 1"

// Options says how a journal is opened. The zero value is fine.
type Options struct {
	Key  seal.KeyFile  // seals secrets; by default with the file "key" beside the journal
	Wait time.Duration // for another process that has the file open; 0 is 2 seconds
}

// Journal is a store on disk.
type Journal struct {
	path string
	key  seal.KeyFile
	db   *bbolt.DB

	mu           sync.Mutex
	secrets      map[string]redactor     // by lifecycle: what must not appear in a text
	runs         map[spec.RunID]runEntry // all that are kept
	damagedParts map[string]error        // lifecycles whose records are damaged
	broken       error                   // why nothing can be used any more
	panicked     bool                    // bbolt has panicked, and may never give its locks back
}

var _ lifecycle.Store = (*Journal)(nil)

// Open opens a journal, or makes one where there is none, with its folder. The error
// is Unavailable if another process has it open, Denied without permission, Conflict
// with ErrFormat for another version, Failed with ErrDamaged for a file that is not
// as it was written.
func Open(path string, o Options) (*Journal, error) {
	j := &Journal{path: path, key: o.Key, secrets: map[string]redactor{}, runs: map[spec.RunID]runEntry{}, damagedParts: map[string]error{}}
	if j.key.Path == "" {
		j.key.Path = filepath.Join(filepath.Dir(path), "key")
	}
	if o.Wait == 0 {
		o.Wait = 2 * time.Second
	}
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = create(path)
	}
	if err == nil {
		err = j.checkFile(o.Wait)
	}
	if err == nil {
		err = j.openVerified(o.Wait)
	}
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, j.locked(lockOwner(path))
	}
	if err != nil {
		_ = j.Close() // nothing was written
		return nil, j.failed(opening, err)
	}
	return j, nil
}

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
		if err := j.verify(); err != nil {
			return err
		}
		read = now
		if err := j.db.Close(); err != nil {
			return err
		}
	}
}

// Path is that of the file.
func (j *Journal) Path() string { return j.path }

// Damaged lists what is damaged in a file that could be opened: one error for each
// lifecycle that cannot be loaded.
func (j *Journal) Damaged() []error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []error
	for _, name := range sortedKeys(j.damagedParts) {
		out = append(out, j.damagedParts[name])
	}
	return out
}

// Close ends the use of the file. It waits for what is being written.
func (j *Journal) Close() error {
	j.mu.Lock()
	db := j.db
	if j.panicked {
		db = nil
	}
	j.db = nil
	j.broken = &spec.Error{Kind: spec.Unavailable, Op: "use the journal", At: j.path, Msg: "it is closed"}
	j.mu.Unlock()
	if db == nil {
		return nil
	}
	return j.failed("close the journal", db.Close())
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
		return errors.Join(put(b, keyFormat, format), put(b, keyIndex, index{}), put(b, keyOwed, []spec.Owed{}))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
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

// update changes the file in one transaction, which is on the disk when it returns.
func (j *Journal) update(op string, fn func(b *bbolt.Bucket) error) error {
	return j.use(op, func(db *bbolt.DB) error {
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
