package journal

import (
	"fmt"
	"net/url"
)

const (
	bucket    = "journal"
	keyFormat = "format"
	keyIndex  = "index"

	prefixLifecycle = "lifecycle/"
	prefixCall      = "call/"
	prefixEffect    = "effect/"
	prefixRun       = "run/"
	prefixForgotten = "forgotten/"
)

// index says what else there must be.
type index struct {
	Lifecycles []string `json:"lifecycles,omitempty"` // sorted
	Runs       span     `json:"runs"`
	Forgotten  int      `json:"forgotten,omitempty"` // runs of which only the fingerprint is kept
}

// span is numbers from First to before Next.
type span struct {
	First int `json:"first"`
	Next  int `json:"next"`
}

func (s span) len() int { return s.Next - s.First }

func keyLifecycle(name string) string { return prefixLifecycle + url.PathEscape(name) }

func keyCalls(name string) string { return prefixCall + url.PathEscape(name) + "/" }

func keyCall(name string, n int) string { return fmt.Sprintf("%s%016d", keyCalls(name), n) }

func keyEffects(name string) string { return prefixEffect + url.PathEscape(name) + "/" }

func keyEffect(name string, n int) string { return fmt.Sprintf("%s%016d", keyEffects(name), n) }

// keyForgotten is that of the fingerprints from number n on.
func keyForgotten(n int) string {
	return fmt.Sprintf("%s%016d", prefixForgotten, n/fingerprintsAtOnce)
}

func keyRun(n int) string { return fmt.Sprintf("%s%016d", prefixRun, n) }
