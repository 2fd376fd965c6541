package output

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/armonic/armonic/value"
)

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Cleaned gives streams on which nothing reaches a terminal or a pipe that could do
// something to it, and in ASCII what cannot be shown there otherwise. The root command is
// made with them.
func (s Streams) Cleaned(ascii bool) Streams {
	return Streams{s.In, &cleaner{out: s.Out, ascii: ascii}, &cleaner{out: s.Err, ascii: ascii}}
}

// ASCIIOnly reports whether the environment says that characters beyond ASCII are not
// understood, as LC_ALL=C does. Where it says nothing, as in containers, they are.
func ASCIIOnly(getenv func(string) string) bool {
	locale := strings.ToLower(cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG"), "C.UTF-8"))
	return !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
}

// Accessible reports whether the environment asks for lines with numbered choices, as for a screen
// reader.
func Accessible(getenv func(string) string) bool {
	v := getenv("ACCESSIBLE")
	return v != "" && v != "0" && v != "false"
}

// Terminal is the file that a command writes to, for the terminal UI, which cleans what
// it draws itself; nil if it is none.
func (s Streams) Terminal() *os.File {
	out := s.Out
	if c, ok := out.(*cleaner); ok {
		out = c.out
	}
	f, _ := out.(*os.File)
	return f
}

// cleaner passes lines on with their tabs, and all other characters as value.Printable
// shows them.
type cleaner struct {
	out   io.Writer
	ascii bool
	mu    sync.Mutex
	rest  []byte // the beginning of a character
}

// Write writes what is complete, and keeps the rest for the next call.
func (c *cleaner) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := slices.Concat(c.rest, p)
	clean := make([]byte, 0, len(text))
	for len(text) > 0 && utf8.FullRune(text) {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		if r != '\n' && r != '\t' {
			r = value.Printable(r)
		}
		switch {
		case r < 0:
		case r >= utf8.RuneSelf && c.ascii:
			clean = append(clean, inASCII(r)...)
		default:
			clean = utf8.AppendRune(clean, r)
		}
	}
	c.rest = slices.Clone(text)
	if _, err := c.out.Write(clean); err != nil {
		return 0, err
	}
	return len(p), nil
}

// inASCII has the signs that we write ourselves.
func inASCII(r rune) string {
	switch r {
	case '•':
		return "*"
	case '…':
		return "..."
	}
	return "?"
}

// Printf writes to a person. The breaks of the format are ours; what is put into it may
// come from anybody, and stays on its line.
func Printf(w io.Writer, format string, args ...any) {
	for i, x := range args {
		if _, width := x.(int); !width {
			args[i] = oneLine{x}
		}
	}
	_, _ = fmt.Fprintf(w, format, args...) // an output that is gone must not stop a deployment
}

// oneLine is any value that is printed on one line.
type oneLine struct{ x any }

// Format prints the value as the verb says.
func (o oneLine) Format(s fmt.State, verb rune) {
	_, _ = io.WriteString(s, value.OneLine(fmt.Sprintf(fmt.FormatString(s, verb), o.x)))
}
