package deploy

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// sealedKey is the key of the mapping that a sealed secret is written as.
const sealedKey = "sealed"

var errNoKeys = errors.New("there is no key to seal secrets with")

// sealed gives a value as the file holds it: secrets sealed, also those in lists,
// and texts quoted unless they read the same without.
func sealed(x any, keys value.Sealer) (any, error) {
	return value.Map(x, func(leaf any) (any, error) {
		switch v := leaf.(type) {
		case value.Secret:
			if keys == nil {
				return nil, errNoKeys
			}
			text, err := keys.Seal(v)
			return map[string]any{sealedKey: text}, err
		case string:
			return quoted(v), nil
		}
		return leaf, nil
	})
}

// unseal undoes sealed.
func unseal(x any, keys value.Sealer) (any, error) {
	switch v := x.(type) {
	case map[string]any:
		text, ok := v[sealedKey].(string)
		if !ok || len(v) != 1 {
			return x, nil
		}
		if keys == nil {
			return nil, spec.Errorf(spec.Invalid, "it is sealed and there is no key")
		}
		return keys.Open(text)
	case []any:
		for i := range v { // they are the file's, and nobody else has them
			var err error
			if v[i], err = unseal(v[i], keys); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

// quoted is a text that is written in double quotes unless it is plainly a text:
// then YAML cannot take it for anything else, nor lose white space.
type quoted string

var plainText = regexp.MustCompile(`\A[A-Za-z/][A-Za-z0-9_./-]*\z`)

// notText is what YAML takes for something else than a text.
var notText = regexp.MustCompile(`(?i)\A(null|true|false|yes|no|on|off|y|n)\z`)

// MarshalYAML writes the text so that reading gives it back to the letter.
func (q quoted) MarshalYAML() ([]byte, error) {
	s := string(q)
	if plainText.MatchString(s) && !notText.MatchString(s) {
		return []byte(s), nil
	}
	out := []byte{'"'}
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case strconv.IsPrint(r):
			out = append(out, string(r)...)
		case r <= 0xffff:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = fmt.Appendf(out, `\U%08x`, r)
		}
	}
	return append(out, '"'), nil
}
