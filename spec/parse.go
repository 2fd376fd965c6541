package spec

import (
	"strings"

	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/yamltext"
)

// ParseInput reads what a person typed, in the type of the variable: a list may be
// given as "a, b" or as YAML, "[a, [b, c]]", whose elements are texts as they stand there;
// everything else as Convert reads a text.
// What is refused is given back as it was read, hidden if the variable is, beside the
// error.
func (v Variable) ParseInput(text string) (any, error) {
	read := v.read(text)
	x, err := v.Convert(read)
	if s, ok := read.(string); ok && err != nil && v.Hidden() {
		return value.Secret(s), err
	}
	if err != nil {
		return read, err
	}
	return x, nil
}

// read splits the text of a list.
func (v Variable) read(text string) any {
	if v.Type.Kind != KindList && v.Type.Kind != KindHosts {
		return text
	}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		if n, err := yamltext.Parse([]byte(text)); err == nil && n.Kind == yamltext.List {
			return n.Value()
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
