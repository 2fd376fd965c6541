package modules

import (
	"sort"
	"strings"

	"github.com/armonic/armonic/query"
)

// near is the candidate most like the name, "" if none is like it.
func near(name string, candidates []string) string {
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

// didYouMean is a hint with the nearest candidate, or with all of them if none is near.
func didYouMean(name string, candidates []string) string {
	if n := near(name, candidates); n != "" {
		return "did you mean '" + n + "'?"
	}
	if len(candidates) == 0 {
		return ""
	}
	return "possible: " + strings.Join(candidates, ", ")
}
