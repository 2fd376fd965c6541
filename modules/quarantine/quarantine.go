package quarantine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/spec"
)

// The files in the folder.
const (
	marker = "modules-loading.json"  // the file that is being loaded
	list   = "modules-left-out.json" // those that killed the process
)

// Quarantine is for one process at a time, and not for concurrent use.
type Quarantine struct {
	dir     string
	leftOut map[string]string // the digests of files that are left out, by their names
	loading []file            // outermost first: a file may load others
}

type file struct {
	Name   string `json:"file"`
	Digest string `json:"digest"`
}

// Open reads what a folder says, and makes it if it does not exist. If the process before
// died while it loaded a file, that one is left out from now on.
func Open(dir string) (*Quarantine, error) {
	q := &Quarantine{dir: dir, leftOut: map[string]string{}}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = read(filepath.Join(dir, list), &q.leftOut)
	}
	if died, ok := loading(dir); ok && err == nil {
		q.leftOut[died.Name] = died.Digest
		if q.save() == nil { // else, as on a full disk, the next process reads it again
			err = os.Remove(filepath.Join(dir, marker))
		}
	}
	if err != nil {
		return nil, spec.Errorf(spec.Unavailable, "cannot keep which modules are left out: %v", err)
	}
	return q, nil
}

// Loading names the file that was being loaded when the last process with the folder
// died, "" if there was none.
func Loading(dir string) string {
	f, _ := loading(dir)
	return f.Name
}

func loading(dir string) (f file, ok bool) {
	err := read(filepath.Join(dir, marker), &f)
	return f, err == nil && f.Name != ""
}

// read takes a file that does not exist, or was not written to its end, as empty.
func read(name string, v any) error {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		_ = json.Unmarshal(text, v) // what is damaged says nothing of any file
	}
	return err
}

func (q *Quarantine) save() error {
	text, err := json.Marshal(q.leftOut)
	if err == nil {
		err = renameio.WriteFile(filepath.Join(q.dir, list), text, 0o600)
	}
	return err
}

// Begin says that a file is going to be loaded, until end is called. The error is that
// of a file which killed the process, and has not changed since.
func (q *Quarantine) Begin(name, text string) (end func(), err error) {
	sum := sha256.Sum256([]byte(text))
	f := file{name, hex.EncodeToString(sum[:])}
	if q.leftOut[name] == f.Digest {
		return nil, &spec.Error{Kind: spec.Invalid, At: name, Msg: "the agent died while it loaded this file, so it is left out until it changes",
			Hint: "armonic module check says what is wrong with it"}
	}
	if q.leftOut[name] != "" {
		delete(q.leftOut, name)
		_ = q.save() // the digest tells, too, that it has changed
	}
	q.loading = append(q.loading, f)
	q.mark()
	return func() {
		q.loading = q.loading[:len(q.loading)-1]
		q.mark()
	}, nil
}

// mark writes the innermost file. Without it a death is not explained, but nothing else
// is wrong.
func (q *Quarantine) mark() {
	name := filepath.Join(q.dir, marker)
	if len(q.loading) == 0 {
		_ = os.Remove(name)
		return
	}
	text, err := json.Marshal(q.loading[len(q.loading)-1])
	if err == nil {
		_ = os.WriteFile(name, text, 0o600)
	}
}
