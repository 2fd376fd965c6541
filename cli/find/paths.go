package find

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// depth is how long the paths of a kind are.
func depth(k query.Kind) int {
	kinds := []query.Kind{query.Location, query.Lifecycle, query.State, query.Provide, query.Require, query.Variable}
	return slices.Index(kinds, k) + 1
}

// everyOf matches all resources of a kind.
func everyOf(kind query.Kind) spec.Pattern { return spec.Pattern(strings.Repeat("/*", depth(kind))) }

// nearest is what lies above a resource, or below it, of a kind.
func nearest(p spec.Path, kind query.Kind) spec.Pattern {
	if short := depth(kind) - len(p.Parts()); short > 0 {
		return spec.Pattern(string(p) + strings.Repeat("/*", short))
	}
	return spec.Pattern(p.Cut(depth(kind)))
}

// PathsOf are the paths of resources.
func PathsOf(resources []spec.Resource) []spec.Path {
	out := make([]spec.Path, len(resources))
	for i, r := range resources {
		out[i] = r.Path
	}
	return out
}

// FirstFew lists the first paths, and says how many more there are.
func FirstFew(paths []spec.Path) string {
	const most = 5
	texts := make([]string, 0, most)
	for _, p := range paths[:min(most, len(paths))] {
		texts = append(texts, string(p))
	}
	out := strings.Join(texts, ", ")
	if more := len(paths) - most; more > 0 {
		out += fmt.Sprintf(" and %d more", more)
	}
	return out
}
