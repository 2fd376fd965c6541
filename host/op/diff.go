package op

import (
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"

	"github.com/armonic/armonic/host/view"
)

// Diff is how the content of a file changes, in unified form without its head; "" if it
// does not, is no text, or is not for everybody: then it is not for a log either.
func (c Change) Diff() string {
	old, now := content(c.Before), content(c.After)
	if old == now || c.After.Kind != view.File || !isText(old) || !isText(now) || !public(c.Before) || !public(c.After) {
		return ""
	}
	diff := udiff.Unified("", "", old, now)
	for range 2 { // the names
		_, diff, _ = strings.Cut(diff, "\n")
	}
	return diff
}

// public reports whether every user of the host may read an object.
func public(o view.Object) bool { return o.Kind != view.File || o.Mode&0o004 != 0 }

func content(o view.Object) string {
	if o.Kind != view.File {
		return ""
	}
	return o.Content
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
