package query

import (
	"slices"
	"strings"
)

// EditDistance counts the letters to insert, drop, replace or swap with the next one
// that make one text of the other (Damerau's distance, of adjacent letters).
func EditDistance(x, y string) int {
	a, b := []rune(x), []rune(y)
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// Nearest is the candidate most like the name, "" if none is like it.
func Nearest(name string, candidates []string) string {
	best, bestDist := "", 1+(len(name)+1)/3
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := EditDistance(strings.ToLower(name), strings.ToLower(c)); d < bestDist {
			best, bestDist = c, d
		}
	}
	return best
}
