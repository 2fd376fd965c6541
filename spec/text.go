package spec

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"unicode/utf8"
)

// maxText is the size of the largest file that people write for us.
const maxText = 8 << 20

// ReadText reads a file that a person wrote, such as settings. The error is the system's,
// or Invalid for what is no such file: too large, as a device without an end; a directory; a
// pipe that nobody writes to, which is not waited for.
func ReadText(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, Errorf(Invalid, "%s: it is a directory", name)
	}
	text, err := ReadTextFrom(f)
	switch {
	case KindOf(err) == Invalid:
		return nil, Errorf(Invalid, "%s: %v", name, err)
	case err == nil && len(text) == 0 && info.Mode()&fs.ModeNamedPipe != 0:
		return nil, Errorf(Invalid, "%s: it is a pipe, and nobody writes to it", name)
	}
	return text, err
}

// ReadTextFrom is ReadText of what is open already.
func ReadTextFrom(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err == nil && len(text) > maxText {
		return nil, Errorf(Invalid, "it is larger than 8 MiB")
	}
	return text, err
}

// maxBinary is the size of the largest program or package that is read whole.
const maxBinary = 512 << 20

// ReadBinary reads a program or a package. The error is the system's, or Invalid for what is no
// such file, as a directory or a device without an end, or is larger than 512 MiB.
func ReadBinary(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, Errorf(Invalid, "%s: it is no regular file", name)
	case info.Size() > maxBinary:
		return nil, Errorf(Invalid, "%s: it is larger than 512 MiB", name)
	}
	return os.ReadFile(name)
}

// SystemError is what the system said of a file or an address, without what was done and the name
// of it, which messages have already: "no such file or directory".
func SystemError(err error) error {
	if code, ok := errors.AsType[syscall.Errno](err); ok {
		return code
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Excerpt cuts the lines of a text that are too long to be shown.
func Excerpt(text string) string {
	const most = 200
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if utf8.RuneCountInString(line) > most {
			lines[i] = string([]rune(line)[:most]) + "…"
		}
	}
	return strings.Join(lines, "\n")
}
