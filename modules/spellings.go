package modules

import (
	"slices"
	"strings"

	"go.starlark.net/starlark"
)

// shortestLine is of how many bytes a line of a secret is a secret of its own: a
// shorter one is part of too many other words.
const shortestLine = 4

// spellings are the forms in which a secret comes into texts: as it is, as %r writes
// it, within the quotes of a command that is shown, and, since commands print line by
// line, each line of it.
func spellings(secret string) []string {
	out := []string{secret}
	add := func(form string) {
		if !slices.Contains(out, form) {
			out = append(out, form)
		}
	}
	repr := starlark.String(secret).String()
	add(repr[1 : len(repr)-1])
	add(inQuotes(secret))
	if lines := strings.FieldsFunc(secret, func(r rune) bool { return r == '\n' || r == '\r' }); len(lines) > 0 && lines[0] != secret {
		for _, line := range lines {
			if len(strings.TrimSpace(line)) >= shortestLine {
				add(line)
			}
		}
	}
	return out
}
