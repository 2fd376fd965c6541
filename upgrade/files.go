package upgrade

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/armonic/armonic/spec"
)

// What may be in the folder.
const (
	partSuffix  = ".part"      // packed bytes of a program that have arrived, after its digest
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

// Digest is what names a program, and its size.
func Digest(r io.Reader) (digest string, size int, err error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), int(n), err
}

// digestOf is the digest of a file, "" if it cannot be read.
func digestOf(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	d, _, err := Digest(f)
	if err != nil {
		return ""
	}
	return d
}

// isDigest makes sure that a digest can name a file.
func isDigest(text string) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == text
}

// Pack packs a program as it travels.
func Pack(program []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(program) // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}

// unpack writes a program that has arrived to a file, unless it is not what was signed.
func unpack(part, to string, o spec.UpgradeOrder) (err error) {
	wrong := func(why string) error {
		return spec.Errorf(spec.Invalid, "the program is not the one that was signed: %s", why)
	}
	in, err := os.Open(part)
	if err != nil {
		return spec.Errorf(spec.Conflict, "nothing of the program has arrived").WithHint("hand it over first")
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return wrong("it is not packed")
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), io.LimitReader(z, int64(o.Size)+1))
	err = errors.Join(err, out.Sync(), out.Close())
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader):
		return wrong("it is not packed as a whole")
	case err != nil:
		return err
	case int(n) != o.Size || hex.EncodeToString(h.Sum(nil)) != o.Digest:
		return wrong("its digest is another one")
	}
	return nil
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
