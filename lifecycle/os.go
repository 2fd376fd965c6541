package lifecycle

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// OSMatch says which operating systems a state supports: a name, and for some a
// release or a range of them. The zero value matches every system.
type OSMatch struct {
	Name    string // "" and "all" match every system
	Op      string // "" any release; "=", ">=", ">", "<=", "<"
	Release string
}

// ParseOSMatch reads "debian", "debian 12", "ubuntu >= 24.04" or "all".
func ParseOSMatch(s string) (OSMatch, error) {
	f := strings.Fields(s)
	switch {
	case len(f) == 1 && !isOp(f[0]):
		return OSMatch{Name: f[0]}, nil
	case len(f) == 2 && !isOp(f[0]) && !isOp(f[1]):
		return OSMatch{Name: f[0], Op: "=", Release: f[1]}, nil
	case len(f) == 3 && !isOp(f[0]) && isOp(f[1]) && !isOp(f[2]):
		return OSMatch{Name: f[0], Op: f[1], Release: f[2]}, nil
	}
	return OSMatch{}, spec.Errorf(spec.Invalid, "%q is no operating system", s).
		WithHint(`write "debian", "debian 12", "ubuntu >= 24.04" or "all"`)
}

// String writes what ParseOSMatch reads.
func (m OSMatch) String() string {
	switch m.Op {
	case "":
		if m.Name == "" {
			return "all"
		}
		return m.Name
	case "=":
		return m.Name + " " + m.Release
	}
	return fmt.Sprintf("%s %s %s", m.Name, m.Op, m.Release)
}

// Matches reports whether a host's system is one of those meant. A host that does
// not know its name or release matches what asks for one.
func (m OSMatch) Matches(os spec.OS) bool {
	if anyOS(m.Name) || anyOS(os.Name) {
		return true
	}
	if !strings.EqualFold(m.Name, os.Name) {
		return false
	}
	if m.Op == "" || os.Release == "" {
		return true
	}
	c := compareReleases(os.Release, m.Release)
	switch m.Op {
	case "=":
		return c == 0
	case ">=":
		return c >= 0
	case ">":
		return c > 0
	case "<=":
		return c <= 0
	case "<":
		return c < 0
	}
	return false
}

func isOp(s string) bool {
	switch s {
	case "=", ">=", ">", "<=", "<":
		return true
	}
	return false
}

func anyOS(name string) bool { return name == "" || name == "all" }

// compareReleases compares number by number, so that 9 comes before 24.04; parts
// that are no numbers are compared as text.
func compareReleases(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		if i >= len(as) || i >= len(bs) {
			return len(as) - len(bs)
		}
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		switch {
		case errX != nil || errY != nil:
			if c := strings.Compare(as[i], bs[i]); c != 0 {
				return c
			}
		case x != y:
			return x - y
		}
	}
	return 0
}

// supports reports whether one of the matches fits, or there are none.
func supports(matches []OSMatch, os spec.OS) bool {
	for _, m := range matches {
		if m.Matches(os) {
			return true
		}
	}
	return len(matches) == 0
}
