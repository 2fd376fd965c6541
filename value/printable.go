package value

import (
	"strings"
	"unicode"
)

// Printable is what a terminal is shown for a character of a foreign text: a dot for a
// control character, nothing (-1) for what is invisible or changes the direction of
// writing, else the character itself. Breaks and tabs are control characters.
func Printable(r rune) rune {
	switch {
	case unicode.IsControl(r):
		return '.'
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0000 && r <= 0xe0fff, unicode.Is(unicode.Cf, r):
		return -1
	case r == '\u2028' || r == '\u2029':
		return ' '
	}
	return r
}

// OneLine is a foreign text that can be shown on one line: breaks and tabs are blanks,
// the rest is Printable.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		return Printable(r)
	}, strings.ToValidUTF8(s, "?"))
}
