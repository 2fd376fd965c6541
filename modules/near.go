package modules

import (
	"sort"
	"strings"
)

// near is the candidate most like the name, "" if none is like it.
func near(name string, candidates []string) string {
	best, bestDist := "", 1+(len(name)+1)/3
	sorted := append([]string(nil), candidates...)
	sort.Strings(sorted)
	for _, c := range sorted {
		if d := distance(strings.ToLower(name), strings.ToLower(c), bestDist); d < bestDist {
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

// distance is the number of edits between two names, or limit if it is not less.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] { // swapped
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return min(last[len(b)], limit)
}
