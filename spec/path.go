package spec

import (
	"strconv"
	"strings"
)

// Path is the address of one resource:
//
//	/host/Lifecycle/State/provide/require/variable
//
// Shorter paths name the things further left. The second and later sets of a
// require that may be given several times carry an index: "conf[1]".
type Path string

// MakePath joins a host and the names below it.
func MakePath(h Host, names ...string) Path {
	return Path("/" + string(h)).Join(names...)
}

// Parts splits the path into its names, host first. The empty path has none.
func (p Path) Parts() []string {
	s := strings.TrimPrefix(string(p), "/")
	if s == "" {
		return nil
	}
	return strings.Split(s, "/")
}

func (p Path) part(i int) string {
	s := strings.TrimPrefix(string(p), "/")
	for ; i > 0; i-- {
		_, s, _ = strings.Cut(s, "/")
	}
	name, _, _ := strings.Cut(s, "/")
	return name
}

// Host is the first element, "" for the empty path.
func (p Path) Host() Host { return Host(p.part(0)) }

// Lifecycle is the second element, "" if the path is shorter.
func (p Path) Lifecycle() string { return p.part(1) }

// State is the third element, "" if the path is shorter.
func (p Path) State() string { return p.part(2) }

// Provide is the fourth element, "" if the path is shorter.
func (p Path) Provide() string { return p.part(3) }

// Require is the fifth element without its index, and the index.
func (p Path) Require() (name string, set int) { return SplitIndex(p.part(4)) }

// Variable is the sixth element, "" if the path is shorter.
func (p Path) Variable() string { return p.part(5) }

// Join adds names at the end.
func (p Path) Join(names ...string) Path {
	return Path(strings.Join(append([]string{string(p)}, names...), "/"))
}

// Relative is the path without its host: "Lifecycle/State/…".
func (p Path) Relative() string {
	_, below, _ := strings.Cut(strings.TrimPrefix(string(p), "/"), "/")
	return below
}

// Cut keeps the first n elements.
func (p Path) Cut(n int) Path {
	s := strings.TrimPrefix(string(p), "/")
	if s == "" {
		return p
	}
	end := 0
	for range n {
		at := strings.IndexByte(s[end:], '/')
		if at < 0 {
			return p
		}
		end += at + 1
	}
	if len(s) < len(p) {
		return p[:max(end, 1)] // the slash at the front counts as well
	}
	return Path("/" + s[:max(end-1, 0)])
}

// Indexed writes a name with its index; index 0 is the bare name.
func Indexed(name string, index int) string {
	if index == 0 {
		return name
	}
	return name + "[" + strconv.Itoa(index) + "]"
}

// SplitIndex undoes Indexed. A name without a well-formed index has index 0.
func SplitIndex(s string) (name string, index int) {
	open := strings.IndexByte(s, '[')
	if open < 0 || !strings.HasSuffix(s, "]") {
		return s, 0
	}
	n, err := strconv.Atoi(s[open+1 : len(s)-1])
	if err != nil || n < 0 {
		return s, 0
	}
	return s[:open], n
}

// Pattern selects resources: an XPath location such as //WebServer//start,
// /web1/WebServer/*, or, relative to any host, WebServer//start.
type Pattern string

// Resource is one thing that a pattern can name: a location, lifecycle, state,
// provide, require or variable.
type Resource struct {
	Path  Path              `json:"path"` // names this one resource, and no other
	Kind  string            `json:"resource"`
	Attrs map[string]string `json:"attributes,omitempty"` // as patterns see them: label, tags, type, …

	Simulated bool `json:"simulated,omitempty"` // its lifecycle or its host only pretends

	// Provide is, of a provide ("enter" included), what it asks and returns as its
	// module declares it: a module's suggestions are in routes only.
	Provide *Provide `json:"provide,omitempty"`
}
