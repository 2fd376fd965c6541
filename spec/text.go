package spec

import (
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// maxText is the size of the largest file that people write for us.
const maxText = 1 << 20

// ReadText reads a file that a person wrote, such as settings. The error is the system's,
// or Invalid for what is too large, as a device without an end.
func ReadText(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	text, err := ReadTextFrom(f)
	if KindOf(err) == Invalid {
		err = Errorf(Invalid, "%s: %v", name, err)
	}
	return text, err
}

// ReadTextFrom is ReadText of what is open already.
func ReadTextFrom(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err == nil && len(text) > maxText {
		return nil, Errorf(Invalid, "it is larger than 1 MiB")
	}
	return text, err
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
