package journal

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// File is the usual name of a journal in an agent's state directory.
const File = "journal.db"

// Options says how a journal is opened. The zero value is fine.
type Options struct {
	Key  seal.KeyFile  // seals secrets; by default with the file "key" beside the journal
	Wait time.Duration // for another process that has the file open; 0 is 2 seconds
}

// Journal is a store on disk.
type Journal struct {
	path string
	key  key
	db   *bbolt.DB

	images   images
	imagesMu sync.Mutex

	written writtenRun

	readOnly bool // it is on a file system that is

	mu           sync.Mutex
	redactors    map[string]*value.Redactor // by lifecycle
	runs         map[spec.RunID]runEntry    // all that are kept
	forgotten    []uint64                   // fingerprints of the runs before those
	damagedParts map[string]error           // lifecycles whose records are damaged
	broken       error                      // why nothing can be used any more
	panicked     bool                       // bbolt has panicked, and may never give its locks back
}

var _ lifecycle.Store = (*Journal)(nil)

// Open opens a journal, or makes one where there is none, with its folder. The error
// is Unavailable if another process has it open, Denied without permission or with a key
// that others can read, Conflict
// with ErrFormat for another version, Failed with ErrDamaged for a file that is not
// as it was written. On a file system that is read-only it can be read, and what would
// change it is Denied.
func Open(path string, o Options) (*Journal, error) {
	j := &Journal{path: path, key: key{o.Key}, redactors: map[string]*value.Redactor{}, runs: map[spec.RunID]runEntry{}, damagedParts: map[string]error{},
		images: images{dir: filepath.Join(filepath.Dir(path), imagesDir), refs: map[string]int{}}}
	if j.key.Path == "" {
		j.key.Path = filepath.Join(filepath.Dir(path), "key")
	}
	if o.Wait == 0 {
		o.Wait = 2 * time.Second
	}
	err := j.key.Check() // now, and not only when the first secret is to be recorded
	if err != nil {
		return nil, (&spec.Error{Kind: spec.Denied, Op: opening, At: path, Msg: err.Error(), Err: err}).WithHint("%s", spec.HintOf(err))
	}
	_, err = os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = create(path)
	}
	if err == nil {
		err = j.checkFile(o.Wait)
		if errors.Is(err, syscall.EROFS) { // what is in it can be read
			j.readOnly = true
			err = j.checkFile(o.Wait)
		}
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
	if len(j.damagedParts) == 0 && !j.readOnly { // else nobody knows what is of use
		j.images.clean()
	}
	return j, nil
}

// Path is that of the file.
func (j *Journal) Path() string { return j.path }

// Damaged lists what is damaged in a file that could be opened: one error for each
// lifecycle that cannot be loaded.
func (j *Journal) Damaged() []error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []error
	for _, name := range slices.Sorted(maps.Keys(j.damagedParts)) {
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
