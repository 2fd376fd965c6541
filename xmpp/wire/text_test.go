package wire_test

import (
	"testing"
	"unicode/utf8"

	"github.com/armonic/armonic/xmpp/wire"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain ☃\nand\ttab":          "plain ☃\nand\ttab",
		"\x1b[1;31mred\x1b[0m":       "red",
		"\x1b]0;title\x07after":      "after",
		"\x1b(Bx":                    "(Bx",
		"a\r\nb\rc":                  "a\nb\nc",
		"nul\x00 bell\x07 del\x7f":   "nul bell del",
		"c1 \u009b31m":               "c1 31m",
		"not UTF-8 \xff\xfe":         "not UTF-8 �",
		"noncharacter \ufffe":        "noncharacter ",
		"turned \u202eround":         "turned round",
		"an escape at the end \x1b[": "an escape at the end [",
	} {
		if got := wire.Clean(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	for n, want := range map[int]string{0: "…", 1: "a…", 2: "a…", 3: "a…", 4: "a☃…", 5: "a☃b", 9: "a☃b"} {
		if got := wire.Short("a☃b", n); got != want {
			t.Errorf("%d bytes: %q, want %q", n, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[1mx\x1b]\x07\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := wire.Clean(s)
		if !utf8.ValidString(got) || wire.Clean(got) != got {
			t.Errorf("%q is shown as %q", s, got)
		}
		for _, r := range got {
			if r < ' ' && r != '\n' && r != '\t' {
				t.Errorf("%q is shown as %q", s, got)
			}
		}
	})
}
