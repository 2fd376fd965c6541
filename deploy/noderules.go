package deploy

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Decide takes a decision about nodes, now or as they come up: kind is AskManage, AskChoose
// or AskPath. A node is named by its id, such as "./Configured.enter.websites[web1]", by the
// end of it, "websites[web1]", or by a pattern that begins with a slash and matches the
// provides that are called: "//WebServer//start". The error is spec.Invalid.
func (s *Session) Decide(kind resolver.Kind, node, value string) error {
	r := &rule{text: node, value: value, name: node, kind: kind}
	if strings.HasPrefix(node, "/") {
		expr, err := query.Compile(spec.Pattern(node))
		if err != nil {
			return err
		}
		r.expr = expr
	}
	s.addRule(r)
	return nil
}

// DecideAll is Decide for every node.
func (s *Session) DecideAll(kind resolver.Kind, value string) {
	s.addRule(&rule{text: "every node", value: value, kind: kind})
}

// nodes lists what the rule decides of the nodes that there are.
func (r *rule) nodes(res *resolver.Result) []resolver.Key {
	var out []resolver.Key
	called := r.called(res)
	for _, n := range res.Nodes {
		if n.Several {
			continue
		}
		root := r.name == string(resolver.Root) && n.Top()
		if r.name == "" || root || r.isAbout(string(n.ID)) || string(n.Pattern) == r.name || called[n.ID] {
			out = append(out, resolver.Key{Node: n.ID, Kind: r.kind})
		}
	}
	return out
}

// rolled lists the requires that the rule is about, of those that are given several times.
func (r *rule) rolled(res *resolver.Result) []resolver.Key {
	var out []resolver.Key
	for _, n := range res.Nodes {
		if n.Parent == nil || n.Checks != nil || n.Drains != "" || n.Enables != "" || n.Via.Require.Nargs.Norm().Max == 1 {
			continue
		}
		k := resolver.Key{Node: n.Parent.ID, Kind: r.kind, Name: n.Via.Name()}
		if r.isAbout(string(k.Node)+"/"+k.Name) && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// called are the nodes whose provides the pattern of the rule matches.
func (r *rule) called(res *resolver.Result) map[resolver.NodeID]bool {
	out := map[resolver.NodeID]bool{}
	if r.expr == nil {
		return out
	}
	levels := []query.Kind{query.Location, query.Lifecycle, query.State, query.Provide}
	tree := newNames()
	at := map[*query.Node][]resolver.NodeID{}
	for _, n := range res.Nodes {
		if parts := n.Provide.Path.Parts(); len(parts) == len(levels) {
			leaf := tree.add(levels, parts)
			at[leaf] = append(at[leaf], n.ID)
		}
	}
	nodes, _ := r.expr.Select(tree.root) // one that cannot be evaluated fits nothing
	for _, leaf := range nodes {
		for _, id := range at[leaf] {
			out[id] = true
		}
	}
	return out
}

// names is a tree of names that is made path by path.
type names struct {
	root  *query.Node
	known map[string]*query.Node
}

func newNames() *names { return &names{query.NewRoot(), map[string]*query.Node{}} }

// add gives the node of a path, which is made unless it is there.
func (t *names) add(levels []query.Kind, parts []string) *query.Node {
	n, path := t.root, ""
	for i, name := range parts {
		path += "/" + name
		m := t.known[path]
		if m == nil {
			m = n.Add(levels[i], name)
			t.known[path] = m
		}
		n = m
	}
	return n
}
