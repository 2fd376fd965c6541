package wire

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// escapes are what programs send to terminals.
var escapes = regexp.MustCompile(`\x1b(?:\[[0-?]*[\x20-\x2f]*[\x40-\x7e]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x40-\x5a\x5c-\x5f])`)

// Clean is a text as a person can read it in a stanza: without what is meant for
// terminals, and without characters that XML cannot hold.
func Clean(s string) string {
	s = escapes.ReplaceAllString(s, "")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case unicode.IsControl(r) || r == 0xfffe || r == 0xffff:
			return -1
		case unicode.Is(unicode.Bidi_Control, r):
			return -1 // it would turn the rest of the line round
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

// Short cuts a text to so many bytes, and says so at its end.
func Short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// Brief keeps what strangers say short enough for a log, or an answer.
func Brief(s string) string { return Short(s, 100) }

// Redact takes the secrets that are known out of a text, and cuts it.
func Redact(r *value.Redactor, s string, most int) string { return Short(r.Redact(s), most) }

// RedactError gives an error as people may see it.
func RedactError(r *value.Redactor, err *spec.Error, most int) *spec.Error {
	if err == nil {
		return nil
	}
	e := err.Redacted(r)
	e.Op, e.Msg, e.Hint, e.At = Short(e.Op, most), Short(e.Msg, most), Short(e.Hint, most), Short(e.At, most)
	return e
}
