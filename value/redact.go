package value

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// shortest is from how many bytes on a secret is looked for within words. A shorter one
// is part of too many of them, and is hidden only where it stands alone.
const shortest = 4

// Redactor takes the secrets that it has learnt out of texts, in every form in which
// programs print them (see forms). The zero value and nil know none. Learning and
// redacting may happen at once.
//
// A text must be redacted before it is cut or shortened: what is left of a secret that
// was cut is not found.
type Redactor struct {
	mu    sync.RWMutex
	known map[string]bool // secrets
	forms []string        // of the secrets, the longest first
}

// Learn adds the secrets in values, or in what is made of values as in Walk.
func (r *Redactor) Learn(values ...any) {
	for _, x := range values {
		Walk(x, func(leaf any) {
			if s, ok := leaf.(Secret); ok && s != "" {
				r.learn(string(s))
			}
		})
	}
}

func (r *Redactor) learn(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[secret] {
		return
	}
	if r.known == nil {
		r.known = map[string]bool{}
	}
	r.known[secret] = true
	r.forms = append(slices.Clone(r.forms), forms(secret)...) // a new list: readers may hold the old one
	slices.SortFunc(r.forms, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	r.forms = slices.Compact(r.forms)
}

// Known is how many secrets it has learnt.
func (r *Redactor) Known() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.known)
}

func (r *Redactor) snapshot() []string {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.forms
}

// Redact gives a text with Hidden in the place of secrets. Where two overlap, both go.
func (r *Redactor) Redact(text string) string {
	found := find(text, r.snapshot())
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(text[at:f.from])
		b.WriteString(Hidden)
		at = f.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// part is text[from:to].
type part struct{ from, to int }

// find gives the parts of a text that are secrets, in order, without overlaps.
func find(text string, forms []string) []part {
	var found []part
	for _, form := range forms {
		for at := 0; at+len(form) <= len(text); {
			i := strings.Index(text[at:], form)
			if i < 0 {
				break
			}
			p := part{at + i, at + i + len(form)}
			if len(form) >= shortest || alone(text, p) {
				found = append(found, p)
			}
			at = p.from + 1
		}
	}
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, func(a, b part) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	out := found[:1]
	for _, p := range found[1:] {
		if last := &out[len(out)-1]; p.from < last.to {
			last.to = max(last.to, p.to)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// alone reports whether no letter or digit stands before or after a part.
func alone(text string, p part) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:p.from])
	after, _ := utf8.DecodeRuneInString(text[p.to:])
	return !inWord(before) && !inWord(after)
}

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
