package output

import (
	"strings"
)

// Clean makes control characters of a module's text harmless to the terminal.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '·'
		}
		return r
	}, s)
}
