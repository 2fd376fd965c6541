package lifecycle

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// maxSets is up to how many sets of a require with a fixed number are resources of
// their own in the tree.
const maxSets = 32

// Tree adds a host with its lifecycles to a query tree, and returns its node:
// states (metastates after their implementations), provides with "enter" first,
// requires and variables, all in the order declared.
func Tree(root *query.Node, host spec.Host, lifecycles ...*Lifecycle) *query.Node {
	h := root.Add(query.Location, string(host))
	for _, l := range lifecycles {
		n := h.Add(query.Lifecycle, l.Name,
			query.Attr{Name: "doc", Value: l.Doc},
			query.Attr{Name: "initial", Value: l.InitialState()},
			query.Attr{Name: "transitions", Value: showTransitions(l.expandTransitions())})
		for _, s := range l.expandStates() {
			addState(n, s)
		}
	}
	return h
}

// showTransitions writes "A>B B>C", whatever the host's system.
func showTransitions(pairs [][2]string) string {
	texts := make([]string, len(pairs))
	for i, p := range pairs {
		texts[i] = p[0] + ">" + p[1]
	}
	return strings.Join(texts, " ")
}

func addState(l *query.Node, s *State) {
	n := l.Add(query.State, s.Name,
		query.Attr{Name: "doc", Value: s.Doc},
		query.Attr{Name: "os", Value: showOS(s.OS)})
	addRequires(n.Add(query.Provide, string(spec.Enter)), s.Requires)
	for _, p := range s.Provides {
		addRequires(n.Add(query.Provide, p.Name,
			query.Attr{Name: "label", Value: p.Label},
			query.Attr{Name: "help", Value: p.Help},
			query.Attr{Name: "tags", Value: strings.Join(p.Tags, " ")}), p.Requires)
	}
}

func addRequires(p *query.Node, requires []spec.Require) {
	for _, r := range requires {
		sets := 1
		if n, fixed := r.Nargs.Fixed(); fixed && n <= maxSets {
			sets = n
		}
		kind := string(r.Kind)
		if r.Kind == spec.Simple {
			kind = "simple"
		}
		for i := range sets {
			n := p.Add(query.Require, spec.Indexed(r.Name, i),
				query.Attr{Name: "type", Value: kind},
				query.Attr{Name: "nargs", Value: r.Nargs.String()},
				query.Attr{Name: "xpath", Value: string(r.Pattern)},
				query.Attr{Name: "label", Value: r.Label},
				query.Attr{Name: "help", Value: r.Help})
			for _, v := range r.Variables() {
				addVariable(n, v)
			}
		}
	}
}

func addVariable(r *query.Node, v spec.Variable) {
	required := "true"
	if v.Optional {
		required = "false"
	}
	standard := ""
	if v.Default != nil && !v.Hidden() {
		standard = fmt.Sprint(v.Default)
	}
	r.Add(query.Variable, v.Name,
		query.Attr{Name: "type", Value: v.Type.String()},
		query.Attr{Name: "required", Value: required},
		query.Attr{Name: "default", Value: standard},
		query.Attr{Name: "label", Value: v.Label},
		query.Attr{Name: "help", Value: v.Help})
}
