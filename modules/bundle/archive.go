package bundle

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
)

// What a bundle may have.
const (
	mostFiles  = 2000
	mostBytes  = 64 << 20
	mostPacked = 32 << 20
)

// CheckName says whether a bundle may be called so: it names files.
func CheckName(name string) error {
	if !regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$`).MatchString(name) {
		return spec.Errorf(spec.Invalid, "%.70q is no name of a bundle", name).WithHint("letters, digits, dots and dashes, such as web-modules; --name gives another one")
	}
	return nil
}

// Read makes a bundle of a source of modules: its Starlark files, and what lies beside them. The
// same files give the same digest.
func Read(s modules.Source, name string) (transfer.File, error) {
	if err := CheckName(name); err != nil {
		return transfer.File{}, err
	}
	if err := s.Empty(); err != nil {
		return transfer.File{}, err
	}
	names, err := s.All()
	if err != nil {
		return transfer.File{}, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, file := range names {
		text, err := s.Read(file)
		if err == nil {
			err = w.WriteHeader(&tar.Header{Name: name + "/" + file, Size: int64(len(text)), Mode: 0o644, Format: tar.FormatPAX})
		}
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			return transfer.File{}, spec.Errorf(spec.Invalid, "cannot take %s into the bundle: %v", file, err)
		}
	}
	if err := w.Close(); err != nil {
		return transfer.File{}, err
	}
	if b.Len() > mostBytes || len(names) > mostFiles {
		return transfer.File{}, spec.Errorf(spec.Invalid, "there are more than %d files, or more than %d MiB, in %s", mostFiles, mostBytes>>20, s.Name)
	}
	return transfer.Pack(b.Bytes()), nil
}

// source is that of what Read has packed. The files stay in memory.
func source(name string, archive []byte) (modules.Source, error) {
	texts := map[string]string{}
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return modules.Source{}, spec.Errorf(spec.Invalid, "it is no bundle of modules: %v", err)
		}
		file, ok := strings.CutPrefix(h.Name, name+"/")
		if h.Typeflag != tar.TypeReg || !ok || !fs.ValidPath(file) || len(texts) >= mostFiles {
			return modules.Source{}, spec.Errorf(spec.Invalid, "it is no bundle of modules called %s: it has %.100q", name, h.Name)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return modules.Source{}, spec.Errorf(spec.Invalid, "it is no bundle of modules: %v", err)
		}
		texts[file] = string(text)
	}
	s := modules.Source{Name: Label(name)}.With(texts)
	return s, s.Empty()
}

// Label is how the files of a bundle are named in messages.
func Label(name string) string { return "pushed/" + name }
