package wire

import (
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Namespace is that of all our elements. A version that changes what was said before
// has another number at its end.
const Namespace = "urn:armonic:agent:1"

// Versions are those of the protocol that a party speaks.
type Versions struct{ Min, Max int }

// Ours are the versions that this program speaks.
func Ours() Versions { return Versions{1, 1} }

// String writes "1" or "1-3".
func (v Versions) String() string {
	if v.Min == v.Max {
		return strconv.Itoa(v.Min)
	}
	return strconv.Itoa(v.Min) + "-" + strconv.Itoa(v.Max)
}

// ParseVersions reads what String writes.
func ParseVersions(s string) (Versions, bool) {
	low, high, both := strings.Cut(s, "-")
	if !both {
		high = low
	}
	a, err := strconv.Atoi(low)
	b, err2 := strconv.Atoi(high)
	ok := err == nil && err2 == nil && 0 < a && a <= b && b < 1000
	return Versions{a, b}, ok
}

// Common is the highest version that both speak. The error says which of the two is
// older, and is spec.Invalid.
func (v Versions) Common(peer Versions, name string) (int, error) {
	n := min(v.Max, peer.Max)
	if n >= v.Min && n >= peer.Min {
		return n, nil
	}
	older := name
	if peer.Max > v.Max {
		older = "this program"
	}
	return 0, spec.Errorf(spec.Invalid, "%s speaks version %s of the protocol, this program version %s", name, peer, v).
		WithHint("upgrade %s", older)
}
