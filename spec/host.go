package spec

import (
	"strings"
	"unicode"
)

// Host names a location: the place where one agent lives, and the first element
// of every path there.
type Host string

// scripts are those whose letters look like one another's.
//
//nolint:gochecknoglobals // it does not change
var scripts = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Lisu}

// Check refuses a name that a host cannot have: it must be possible to name a host in
// patterns, lists and paths, and to tell it from others. So it has letters, digits and
// .-_+~ only, and letters of one script.
func (h Host) Check() error {
	first, script := true, (*unicode.RangeTable)(nil)
	for _, c := range h {
		known := unicode.IsLetter(c) || unicode.IsDigit(c)
		if !known && (first || !strings.ContainsRune(".-_+~", c) && !unicode.Is(unicode.M, c)) {
			if first && unicode.IsPrint(c) {
				return h.bad("it begins with %q", string(c))
			}
			return h.bad("%q is in it", string(c))
		}
		for _, s := range scripts {
			if !unicode.IsLetter(c) || !unicode.Is(s, c) {
				continue
			}
			if script != nil && script != s {
				return h.bad("it mixes letters of several scripts, which look alike")
			}
			script = s
		}
		first = false
	}
	if first {
		return h.bad("it is empty")
	}
	return nil
}

func (h Host) bad(why string, args ...any) error {
	return Errorf(Invalid, "%.60q cannot be the name of a host: "+why, append([]any{string(h)}, args...)...).
		WithHint("it is the name of an account: letters and digits, with dots and dashes between them")
}

// alike has letters as what they are easily taken for.
//
//nolint:gochecknoglobals // it does not change
var alike = strings.NewReplacer("0", "o", "1", "l", "rn", "m", "vv", "w",
	"а", "a", "с", "c", "ԁ", "d", "е", "e", "һ", "h", "і", "i", "ј", "j", "к", "k", "ӏ", "l", "ո", "n", "о", "o", "р", "p",
	"ԛ", "q", "ѕ", "s", "т", "t", "у", "y", "ѵ", "v", "ԝ", "w", "х", "x", "м", "m", "в", "b", "ь", "b", "н", "h",
	"α", "a", "γ", "y", "ε", "e", "ι", "i", "κ", "k", "ν", "v", "ο", "o", "ρ", "p", "τ", "t", "υ", "u", "χ", "x", "ω", "w",
	"ı", "i", "ɑ", "a", "ɡ", "g", "օ", "o", "ս", "u", "հ", "h")

// Like reports whether a name can be taken for another one.
func (h Host) Like(other Host) bool {
	return h != other && alike.Replace(strings.ToLower(string(h))) == alike.Replace(strings.ToLower(string(other)))
}
