package modules

import (
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/armonic/armonic/modules/interp"
)

// readFile is bounded: a file is never taken in whole to find that it is too long.
func readFile(in fs.FS, name string) (string, error) {
	f, err := in.Open(name)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(f, interp.MaxFile+1))
	return string(text), errors.Join(err, f.Close())
}

// Read is the text of a file of the source.
func (s Source) Read(name string) (string, error) {
	if s.texts == nil {
		return readFile(s.FS, name)
	}
	if text, ok := s.texts[name]; ok {
		return text, nil
	}
	return "", fs.ErrNotExist
}

// has reports whether there is such a file.
func (s Source) has(name string) bool {
	if s.texts != nil {
		_, ok := s.texts[name]
		return ok
	}
	info, err := fs.Stat(s.FS, name)
	return err == nil && !info.IsDir()
}

// isModule reports whether a path is that of a Starlark file that is loaded; tests of
// modules are not, nor is anything hidden.
func isModule(p string) bool {
	return strings.HasSuffix(p, ".star") && !strings.HasSuffix(p, "_test.star") && !strings.HasPrefix(p, ".") && !strings.Contains(p, "/.")
}

// With gives the source with the texts of files, by their names, instead of those of FS.
func (s Source) With(texts map[string]string) Source {
	s.texts = texts
	return s
}
