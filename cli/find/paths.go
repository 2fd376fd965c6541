package find

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Depth is how long the paths of a kind are.
func Depth(k query.Kind) int {
	kinds := []query.Kind{query.Location, query.Lifecycle, query.State, query.Provide, query.Require, query.Variable}
	return slices.Index(kinds, k) + 1
}

// nearest is what lies above a resource, or below it, of a kind.
func nearest(p spec.Path, kind query.Kind) spec.Pattern {
	if short := Depth(kind) - len(p.Parts()); short > 0 {
		return spec.Pattern(string(p) + strings.Repeat("/*", short))
	}
	return spec.Pattern(p.Cut(Depth(kind)))
}

// PathsOf are the paths of resources.
func PathsOf(resources []spec.Resource) []spec.Path {
	out := make([]spec.Path, len(resources))
	for i, r := range resources {
		out[i] = r.Path
	}
	return out
}

// Some lists paths, and how many more there are where they are many.
func Some(paths []spec.Path) string {
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
