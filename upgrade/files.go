package upgrade

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
)

// What may be in the folder.
const (
	newFile     = "new"        // the program that is to run
	oldFile     = "old"        // the one that ran before
	journalFile = "journal.db" // what the agent remembered before: a new program may write it differently
	planFile    = "switch.json"
	confirmFile = "confirmed" // the digest of the program that was
	failedFile  = "failed.json"
)

const (
	mostPacked  = 128 << 20
	mostProgram = 512 << 20
)

// digestOf is the digest of a file, "" if it cannot be read.
func digestOf(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	d, _, err := transfer.Digest(f)
	if err != nil {
		return ""
	}
	return d
}

// unpack writes a program that has arrived to a file, unless it is not what was signed.
func (a *Agent) unpack(to string, o spec.UpgradeOrder) error {
	if err := os.MkdirAll(a.c.Dir, 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	return errors.Join(a.parts.Unpack(o.Digest, o.Size, out), out.Sync(), out.Close())
}

// install puts a file in the place of another at once, durably.
func install(from, to string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	temporary := to + ".upgrade" // beside it, so that it can be renamed
	out, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = os.Rename(temporary, to)
	}
	if err != nil {
		_ = os.Remove(temporary)
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// failure is how a try ended that did not succeed.
type failure struct {
	Digest string `json:"digest"`
	Why    string `json:"why"`
}

func writeJSON(file string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	temporary := file + ".tmp"
	defer func() { _ = os.Remove(temporary) }()
	if err := os.WriteFile(temporary, text, 0o600); err != nil {
		return err
	}
	return install(temporary, file, 0o600)
}

func readJSON(file string, v any) bool {
	text, err := os.ReadFile(file)
	return err == nil && json.Unmarshal(text, v) == nil
}
