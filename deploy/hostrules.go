package deploy

import (
	"slices"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// hostRule is a value that an answers file has for a variable wherever it is asked on some
// hosts. What is said of the node itself counts more.
type hostRule struct {
	hosts []spec.Host
	rel   string // "Lifecycle/State/provide/require/variable"
	given any
}

func (r *hostRule) fits(tree *variableTree) []resolver.Key {
	var out []resolver.Key
	for _, p := range r.paths() {
		if n := tree.known[string(p)]; n != nil {
			out = append(out, tree.at[n]...)
		}
	}
	return out
}

// paths are those of the variable on the hosts.
func (r *hostRule) paths() []spec.Path {
	out := make([]spec.Path, len(r.hosts))
	for i, h := range r.hosts {
		out[i] = spec.MakePath(h).Join(r.rel)
	}
	return out
}

// standingHost finds an applied state that the rule is about; one that was entered with another
// value, if there is any.
func (s *Session) standingHost(r *rule) (Standing, bool) {
	var out Standing
	_, at := s.appliedTree()
	paths := r.hosts.paths()
	for n, have := range at {
		if !slices.Contains(paths, n.Path()) {
			continue
		}
		x := Standing{State: n.Path().Cut(3), Text: r.text, Have: have, Other: !same(have, r.hosts.given)}
		if out.State == "" || x.Other && !out.Other || x.Other == out.Other && x.State < out.State {
			out = x
		}
	}
	return out, out.State != ""
}

// HostValues are what an answers file says of all variables on some hosts.
type HostValues struct {
	On     spec.Host // the name of a host, a pattern, or a group
	Values []HostValue
}

// HostValue is the value of one variable: "Lifecycle/State/provide/require/variable".
type HostValue struct {
	Name  string
	Value any
}

// setOnHosts takes the values of hosts: those of one host before those of patterns and groups,
// which are taken in their order.
func (s *Session) setOnHosts(all []HostValues, file string) error {
	for _, several := range []bool{false, true} {
		for _, x := range all {
			if IsPattern(string(x.On)) != several {
				continue
			}
			hosts, err := s.groups.Expand([]spec.Host{x.On}, s.fleet)
			if err != nil {
				e := *spec.AsError(err)
				e.At = file
				return &e
			}
			for _, v := range x.Values {
				s.addRule(&rule{text: "hosts/" + string(x.On) + ": " + v.Name, hosts: &hostRule{hosts, v.Name, v.Value}})
			}
		}
	}
	return nil
}
