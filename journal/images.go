package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// imagesDir is beside the journal: the contents of files that steps changed, each in a file
// that is named by its digest.
const imagesDir = "images"

// images are the contents of files, and how many effects refer to each. They are used by
// one at a time, see Journal.imagesMu.
type images struct {
	dir   string
	refs  map[string]int
	wrote bool // since save began
}

// save has contents written, and makes their names durable.
func (m *images) save(write func() error) error {
	m.wrote = false
	if err := write(); err != nil || !m.wrote {
		return err
	}
	return syncDir(m.dir)
}

// write keeps a content, if it is not there yet.
func (m *images) write(img image, content string, k key) error {
	path := filepath.Join(m.dir, img.Name)
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	if img.Sealed {
		var err error
		if content, err = k.Seal(value.Secret(content)); err != nil {
			return err
		}
	}
	if err := os.Mkdir(m.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := replaceFile(path, content); err != nil {
		return err
	}
	m.wrote = true
	return nil
}

// read gives a content as it was written.
func (m *images) read(img image, k key) (string, error) {
	b, err := os.ReadFile(filepath.Join(m.dir, img.Name))
	if err != nil {
		return "", err
	}
	content := string(b)
	if img.Sealed {
		s, err := k.Open(content)
		if err != nil {
			return "", err
		}
		content = s.Reveal()
	}
	sum := sha256.Sum256([]byte(content))
	if hex.EncodeToString(sum[:]) != img.Digest.Reveal() {
		return "", fmt.Errorf("%s is not as it was written", filepath.Join(m.dir, img.Name))
	}
	return content, nil
}

// count counts references, and removes what has none.
func (m *images) count(used, unused []image) {
	for _, img := range used {
		m.refs[img.Name]++
	}
	for _, img := range unused {
		if m.refs[img.Name]--; m.refs[img.Name] <= 0 && img.Name != "" {
			delete(m.refs, img.Name)
			_ = os.Remove(filepath.Join(m.dir, img.Name)) // else it is removed when the journal is opened
		}
	}
}

// clean removes what nothing refers to.
func (m *images) clean() {
	entries, _ := os.ReadDir(m.dir)
	for _, e := range entries {
		if m.refs[e.Name()] == 0 {
			_ = os.Remove(filepath.Join(m.dir, e.Name()))
		}
	}
}

// sealedName names a content that is sealed by a digest that only the key's owner can make.
func sealedName(k key, digest value.Secret) (string, error) {
	text, err := k.Digest(digest)
	if err != nil {
		return "", err
	}
	_, name, found := strings.Cut(text, ":")
	if !found || strings.ContainsRune(name, filepath.Separator) {
		return "", spec.Errorf(spec.Internal, "a digest is %q", text)
	}
	return "sealed-" + name, nil
}
