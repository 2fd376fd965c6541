package transfer

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/armonic/armonic/spec"
)

// partSuffix ends the names of files in which packed bytes have arrived, after the digest.
const partSuffix = ".part"

// Store keeps what has arrived of one file, and forgets what has of others. Its methods are called
// one at a time.
type Store struct {
	Dir  string // a folder, which need not be there yet
	What string // what the files are, for errors: "program"
	Most int    // packed bytes
}

func (s Store) part(digest string) string { return filepath.Join(s.Dir, digest+partSuffix) }

// Have is how many packed bytes of a file have arrived.
func (s Store) Have(digest string) int {
	if info, err := os.Stat(s.part(digest)); err == nil {
		return int(info.Size())
	}
	return 0
}

// Check is an error if a piece is none.
func (s Store) Check(p spec.Piece) error {
	if !IsDigest(p.Digest) {
		return spec.Errorf(spec.Invalid, "%.70q is no digest of a %s", p.Digest, s.What)
	}
	return nil
}

// Keep takes a piece if it is the next one.
func (s Store) Keep(p spec.Piece) error {
	have := s.Have(p.Digest)
	if p.Data == "" || p.At != have {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(p.Data)
	switch {
	case err != nil:
		return spec.Errorf(spec.Invalid, "the piece is not in base64")
	case have+len(data) > s.Most:
		return spec.Errorf(spec.Invalid, "the %s is larger than %d MiB", s.What, s.Most>>20)
	}
	if err := s.add(p.Digest, data); err != nil {
		return spec.Errorf(spec.Failed, "%v", err)
	}
	return nil
}

func (s Store) add(digest string, data []byte) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	for _, other := range s.Parts() {
		if other != s.part(digest) {
			_ = os.Remove(other)
		}
	}
	f, err := os.OpenFile(s.part(digest), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Write(data)
	return err
}

// Parts are the files in which something has arrived.
func (s Store) Parts() []string {
	parts, _ := filepath.Glob(filepath.Join(s.Dir, "*"+partSuffix))
	return parts
}

// Forget removes what has arrived of a file.
func (s Store) Forget(digest string) { _ = os.Remove(s.part(digest)) }

// Unpack writes a file that has arrived. The error is Invalid if it is not the one of a digest and a
// size; at most one byte more than the size has been written then.
func (s Store) Unpack(digest string, size int, to io.Writer) error {
	wrong := func(why string) error {
		return spec.Errorf(spec.Invalid, "the %s is not the one that was ordered: %s", s.What, why)
	}
	in, err := os.Open(s.part(digest))
	if err != nil {
		return spec.Errorf(spec.Conflict, "nothing of the %s has arrived", s.What).WithHint("hand it over first")
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return wrong("it is not packed")
	}
	h := sha256.New()
	packed := &reading{from: z}
	n, err := io.Copy(io.MultiWriter(to, h), io.LimitReader(packed, int64(size)+1))
	switch {
	case packed.failed:
		return wrong("it is not packed as a whole")
	case err != nil:
		return spec.Errorf(spec.Failed, "%v", err)
	case int(n) != size || hex.EncodeToString(h.Sum(nil)) != digest:
		return wrong("its digest is another one")
	}
	return nil
}

// reading remembers whether reading failed.
type reading struct {
	from   io.Reader
	failed bool
}

func (r *reading) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	r.failed = err != nil && !errors.Is(err, io.EOF)
	return n, err
}

// Digest is what names a file, and its size.
func Digest(r io.Reader) (digest string, size int, err error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), int(n), err
}

// NoDigest is that of no file.
const NoDigest = "0000000000000000000000000000000000000000000000000000000000000000"

// IsDigest makes sure that a digest can name a file.
func IsDigest(text string) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == text
}
