package widget

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Look is everything about how things look; it is copied freely.
type Look struct {
	Glyphs
	Theme
}

// GlyphSets lists the names that NewLook takes, the default first.
func GlyphSets() []string { return []string{"unicode", "ascii"} }

// NewLook finds a theme and a set of signs by name; "" is the default of each.
func NewLook(theme, glyphs string) (Look, error) {
	t, ok := themeOf(theme)
	if !ok {
		return Look{}, fmt.Errorf("cannot use theme %q: there are %s", theme, strings.Join(Themes(), ", "))
	}
	switch glyphs {
	case "", "unicode":
		return Look{Unicode(), t}, nil
	case "ascii":
		return Look{ASCII(), t}, nil
	}
	return Look{}, fmt.Errorf("cannot use glyphs %q: there are %s", glyphs, strings.Join(GlyphSets(), ", "))
}

// ASCIIOnly reports whether nothing else may be shown.
func (l Look) ASCIIOnly() bool { return l.Corner == ASCII().Corner }

// Showable puts question marks in the place of what the terminal is not to be given: with the
// ASCII signs, all that hosts and files say beyond that. The width of a line stays.
func (l Look) Showable(line string) string {
	if !l.ASCIIOnly() || !strings.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return line
	}
	var out strings.Builder
	var state byte
	for len(line) > 0 {
		seq, width, n, next := ansi.DecodeSequence(line, state, nil)
		if seq[0] >= utf8.RuneSelf {
			seq = strings.Repeat("?", width)
		}
		out.WriteString(seq)
		line, state = line[n:], next
	}
	return out.String()
}
