package journal

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
)

const (
	bucket    = "journal"
	keyFormat = "format"
	keyIndex  = "index"
	keyOwed   = "owed"
)

// index says what else there must be.
type index struct {
	Lifecycles []string `json:"lifecycles,omitempty"` // sorted
	Runs       span     `json:"runs"`
}

// span is numbers from First to before Next.
type span struct {
	First uint64 `json:"first"`
	Next  uint64 `json:"next"`
}

func (s span) len() int { return int(s.Next - s.First) }

func keyLifecycle(name string) string { return "lifecycle/" + url.PathEscape(name) }

func keyCall(name string, n uint64) string {
	return fmt.Sprintf("call/%s/%016d", url.PathEscape(name), n)
}

func keyRun(n uint64) string { return fmt.Sprintf("run/%016d", n) }

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
