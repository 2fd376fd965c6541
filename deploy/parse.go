package deploy

import (
	"strings"

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
