package widget

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/value"
)

// Clean makes foreign text safe to show on one line: escape sequences and
// characters that are invisible or change the direction of writing are taken
// out, breaks and tabs become blanks, other control characters a dot. What is
// left has the same width in every terminal.
func Clean(s string) string {
	if printable(s) {
		return s
	}
	return value.OneLine(ansi.Strip(strings.ToValidUTF8(s, "?")))
}

func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Width is the number of columns that text takes, styles not counted.
func Width(s string) int {
	if printable(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// Fit cuts or fills text to exactly w columns. Styled text keeps its style.
func (l Look) Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := Width(s)
	if n > w {
		s = l.Cut(s, w)
		n = Width(s)
	}
	return s + blanks(w-n)
}

// FitRight is Fit with the text at the right end.
func (l Look) FitRight(s string, w int) string {
	if n := Width(s); n < w {
		return blanks(w-n) + s
	}
	return l.Fit(s, w)
}

// Cut shortens text to at most w columns.
func (l Look) Cut(s string, w int) string {
	if Width(s) <= w {
		return s
	}
	if w <= 0 {
		return ""
	}
	if w <= Width(l.Ellipsis) {
		return ansi.Truncate(s, w, "")
	}
	if printable(s) {
		return s[:w-Width(l.Ellipsis)] + l.Ellipsis
	}
	return ansi.Truncate(s, w, l.Ellipsis)
}

// CutLeft shortens text from its left end, for paths whose end matters.
func (l Look) CutLeft(s string, w int) string {
	if Width(s) <= w {
		return s
	}
	if w <= 0 {
		return ""
	}
	from := len(s)
	for room := w - Width(l.Ellipsis); from > 0; {
		r, n := utf8.DecodeLastRuneInString(s[:from])
		if room -= Width(string(r)); room < 0 {
			break
		}
		from -= n
	}
	return l.Ellipsis + s[from:]
}

// Wrap breaks text into lines of at most w columns.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	if Width(s) <= w && !strings.Contains(s, "\n") {
		return []string{s}
	}
	return strings.Split(ansi.Wrap(s, w, ""), "\n")
}

const spaces = "                                                                                                    "

func blanks(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(spaces) {
		return spaces[:n]
	}
	return strings.Repeat(" ", n)
}
