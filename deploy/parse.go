package deploy

import (
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/armonic/armonic/spec"
)

// ParseHosts reads "web1, web2"; "" is no host at all.
func ParseHosts(text string) []spec.Host {
	out := []spec.Host{}
	for f := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		out = append(out, spec.Host(f))
	}
	return out
}

// ParseValue reads what a person typed for a variable: a list may be given as
// "a, b" or as YAML, "[a, [b, c]]"; everything else stays a text, which Convert reads.
func ParseValue(v spec.Variable, text string) any {
	if v.Type.Kind != spec.KindList && v.Type.Kind != spec.KindHosts {
		return text
	}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		var xs []any
		if err := yaml.Unmarshal([]byte(text), &xs); err == nil {
			return xs
		}
		return text
	}
	xs := []any{}
	for f := range strings.SplitSeq(text, ",") {
		if f = strings.TrimSpace(f); f != "" {
			xs = append(xs, f)
		}
	}
	return xs
}
