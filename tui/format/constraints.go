package format

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Constraints says in a few words what a variable takes.
func Constraints(v spec.Variable) string {
	kind := map[spec.TypeKind]string{
		spec.KindStr: "a text", spec.KindInt: "a whole number", spec.KindFloat: "a number", spec.KindBool: "yes or no",
		spec.KindList: "a list: a, b, c", spec.KindPort: "a port, 1 to 65535", spec.KindHost: "a host name or IP address",
		spec.KindHostname: "a host name", spec.KindURL: "a URL", spec.KindPath: "a path that begins with /", spec.KindPassword: "a password of 6 characters or more",
	}[v.Type.Kind]
	if kind == "" {
		kind = string(v.Type.Kind)
	}
	parts := []string{kind}
	switch {
	case v.Min != nil && v.Max != nil:
		parts = append(parts, fmt.Sprintf("from %v to %v", *v.Min, *v.Max))
	case v.Min != nil:
		parts = append(parts, fmt.Sprintf("at least %v", *v.Min))
	case v.Max != nil:
		parts = append(parts, fmt.Sprintf("at most %v", *v.Max))
	}
	switch {
	case v.Pattern != "" && v.PatternError != "":
		parts = append(parts, v.PatternError)
	case v.Pattern != "":
		parts = append(parts, "matching "+v.Pattern)
	}
	if v.Optional {
		parts = append(parts, "may be left empty")
	}
	return strings.Join(parts, ", ")
}
