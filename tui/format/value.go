package format

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// None stands where there is no value.
const None = "-"

// Value writes a value on one line. Secrets stay hidden.
func Value(v any) string { return style().Text(v) }

// Pairs writes a table as "name=value", sorted by name.
func Pairs(m map[string]any) []string { return style().Pairs(m) }

func style() value.Style {
	return value.Style{None: None, EmptyText: `""`, Left: "[", Right: "]", Names: " ", Secret: "******", // in any set of signs
		AtRunTime: func(value.Deferred) string { return "known at run time" }}
}

// Inputs writes what a step was given as "variable=value"; the require is named
// where two have a variable of the same name, and the set where there are several.
func Inputs(in spec.Inputs) []string {
	seen := map[string]int{}
	names := make([]string, 0, len(in))
	for req, sets := range in {
		names = append(names, req)
		vars := map[string]bool{}
		for _, set := range sets {
			for v := range set {
				vars[v] = true
			}
		}
		for v := range vars {
			seen[v]++
		}
	}
	slices.Sort(names)
	var out []string
	for _, req := range names {
		for i, set := range in[req] {
			for _, p := range Pairs(set) {
				v, _, _ := strings.Cut(p, "=")
				switch {
				case len(in[req]) > 1:
					p = spec.Indexed(req, i) + "/" + p
				case seen[v] > 1:
					p = req + "/" + p
				}
				out = append(out, p)
			}
		}
	}
	return out
}
