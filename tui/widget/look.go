package widget

import (
	"fmt"
	"strings"
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
