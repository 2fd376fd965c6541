package format

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// None stands where there is no value.
const None = "-"

// Value writes a value on one line. Secrets stay hidden.
func Value(v any) string {
	switch x := v.(type) {
	case nil:
		return None
	case string:
		if x == "" {
			return `""`
		}
		return x
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case value.Secret:
		return "******" // in any set of signs
	case value.Deferred:
		return "known at run time"
	case []any:
		parts := make([]string, len(x))
		for i, y := range x {
			parts[i] = Value(y)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []spec.Host:
		parts := make([]string, len(x))
		for i, y := range x {
			parts[i] = string(y)
		}
		if len(parts) == 0 {
			return "none"
		}
		return strings.Join(parts, " ")
	case map[string]any:
		return strings.Join(Pairs(x), "  ")
	}
	return fmt.Sprint(v)
}

// Pairs writes a table as "name=value", sorted by name.
func Pairs(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for k, v := range m {
		out = append(out, k+"="+Value(v))
	}
	sort.Strings(out)
	return out
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
