package interp

import (
	"sort"
	"strings"

	"github.com/armonic/armonic/query"
)

// Nearest is the candidate most like the name, "" if none is like it.
func Nearest(name string, candidates []string) string {
	best, bestDist := "", 1+(len(name)+1)/3
	sorted := append([]string(nil), candidates...)
	sort.Strings(sorted)
	for _, c := range sorted {
		if d := query.EditDistance(strings.ToLower(name), strings.ToLower(c)); d < bestDist {
			best, bestDist = c, d
		}
	}
	return best
}

// DidYouMean is a hint with the nearest candidate, or with all of them if none is near.
func DidYouMean(name string, candidates []string) string {
	if n := Nearest(name, candidates); n != "" {
		return "did you mean '" + n + "'?"
	}
	if len(candidates) == 0 {
		return ""
	}
	return "possible: " + strings.Join(candidates, ", ")
}
