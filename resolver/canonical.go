package resolver

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// canonical writes a value so that equal values give equal texts. Secrets are told
// apart by a digest.
func canonical(x any) string {
	switch y := x.(type) {
	case spec.Secret:
		sum := sha256.Sum256([]byte(y.Reveal()))
		return "secret:" + hex.EncodeToString(sum[:])
	case spec.Inputs:
		return canonicalMap(y, func(sets []spec.Set) string {
			parts := make([]string, len(sets))
			for i, s := range sets {
				parts[i] = canonicalMap(s, canonical)
			}
			return "[" + strings.Join(parts, ",") + "]"
		})
	case map[string]any:
		return canonicalMap(y, canonical)
	case []any:
		parts := make([]string, len(y))
		for i, z := range y {
			parts[i] = canonical(z)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return fmt.Sprintf("%T:%q", x, fmt.Sprint(x))
}

func canonicalMap[V any, M ~map[string]V](m M, text func(V) string) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	b.WriteByte('{')
	for _, k := range keys {
		fmt.Fprintf(&b, "%q=%s;", k, text(m[k]))
	}
	b.WriteByte('}')
	return b.String()
}
