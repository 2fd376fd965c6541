package interp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// A text that a module makes of a secret, by +, %, format or join, has a stand-in in the
// place of the secret, since the interpreter knows no texts of another type. Where the
// text leaves the module, its stand-ins become the secret itself, or ••• where people
// read it. A stand-in is made of characters that no text has (Unicode's noncharacters),
// with digits between them, which upper, strip and the like leave alone: 40 say which
// secret it is, those behind them how it was quoted, one after the other.
const (
	standInBegins = '\uFDD0'
	standInEnds   = '\uFDD1'
	nameDigits    = 40

	quoteShell = "1"
	quoteSQL   = "2" // standard SQL
	quoteMySQL = "3" // SQL in which a backslash escapes
)

// standInKey makes stand-ins of this process unlike those of any other.
//
//nolint:gochecknoglobals // it is of the process
var standInKey = sync.OnceValue(func() []byte {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // which never fails
	return key
})

// standIn is the same for the same secret, so that texts with it can be compared.
func standIn(s value.Secret, quotes string) string {
	if s == "" && quotes == "" {
		return ""
	}
	return string(standInBegins) + nameOf(s) + quotes + string(standInEnds)
}

// nameOf is the same for the same secret, in this process.
func nameOf(s value.Secret) string {
	h := hmac.New(sha256.New, standInKey())
	_, _ = h.Write([]byte(s.Reveal()))
	sum := h.Sum(nil)
	return fmt.Sprintf("%020d%020d", binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:]))
}

// Secrets are those that a module was given. The zero value has none.
type Secrets struct {
	known map[string]value.Secret // by nameOf
}

// Learn adds the secrets in a value.
func (s *Secrets) Learn(x any) {
	value.Walk(x, func(leaf any) {
		secret, ok := leaf.(value.Secret)
		if !ok {
			return
		}
		if s.known == nil {
			s.known = map[string]value.Secret{}
		}
		s.known[nameOf(secret)] = secret
	})
}

// Reveal puts the secrets into a text, and reports whether there are any in it. The error
// says that a stand-in was cut, so that the text would be wrong.
func (s *Secrets) Reveal(text string) (_ string, secret bool, err error) {
	if !hasStandIn(text) {
		return text, false, nil
	}
	text = standIns().ReplaceAllStringFunc(text, func(mark string) string {
		digits := strings.TrimSuffix(strings.TrimPrefix(mark, string(standInBegins)), string(standInEnds))
		s, ok := s.known[digits[:nameDigits]]
		if !ok {
			return mark
		}
		return quoted(s, digits[nameDigits:]).Reveal()
	})
	if hasStandIn(text) {
		return "", true, spec.Errorf(spec.Failed, "a text with a secret was cut or changed in the middle of the secret").
			WithHint("secret.reveal() gives the text to compute with")
	}
	return text, true, nil
}

func hasStandIn(text string) bool {
	return strings.ContainsRune(text, standInBegins) || strings.ContainsRune(text, standInEnds)
}

// Hide puts ••• in the place of stand-ins, also of those of which a part was cut off, and
// of those in a quoted text.
func (s *Secrets) Hide(text string) string {
	text = strings.NewReplacer(`\ufdd0`, string(standInBegins), `\ufdd1`, string(standInEnds)).Replace(text)
	if !hasStandIn(text) {
		return text
	}
	var b strings.Builder
	for text != "" {
		at := strings.IndexAny(text, string(standInBegins)+string(standInEnds))
		if at < 0 {
			b.WriteString(text)
			break
		}
		before, rest := text[:at], text[at:]
		mark, _ := strings.CutPrefix(rest, string(standInBegins))
		if mark == rest { // its beginning was cut off
			before = strings.TrimRight(before, "0123456789")
			rest = rest[len(string(standInEnds)):]
		} else {
			rest = strings.TrimPrefix(strings.TrimLeft(mark, "0123456789"), string(standInEnds))
		}
		b.WriteString(before + value.Hidden)
		text = rest
	}
	return b.String()
}

// Restore gives what a module returned with its secrets: a text in which one is becomes a
// secret as a whole.
func (s *Secrets) Restore(x any) (any, error) {
	return value.Map(x, func(leaf any) (any, error) {
		text, ok := leaf.(string)
		if !ok {
			return leaf, nil
		}
		revealed, secret, err := s.Reveal(text)
		if secret && err == nil {
			return value.Secret(revealed), nil
		}
		return revealed, err
	})
}

// QuoteShell makes one word of a command line of sh of a text.
func QuoteShell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// quoted quotes a secret in these ways, one after the other.
func quoted(s value.Secret, quotes string) value.Secret {
	text := s.Reveal()
	for _, q := range strings.Split(quotes, "") {
		switch q {
		case quoteShell:
			text = QuoteShell(text)
		case quoteMySQL:
			text = quoteForSQL(strings.ReplaceAll(text, `\`, `\\`))
		case quoteSQL:
			text = quoteForSQL(text)
		}
	}
	return value.Secret(text)
}

func quoteForSQL(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// standIns finds whole stand-ins.
//
//nolint:gochecknoglobals // it is compiled once
var standIns = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(fmt.Sprintf("%c[0-9]{%d,}%c", standInBegins, nameDigits, standInEnds))
})
