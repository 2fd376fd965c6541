package resolver

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// RootHosts is the question on which hosts the provide is deployed, each on its own. An answer
// makes the root one that only requires: a node for each of these hosts, as those of an external
// require that is given several times, with ids such as ".[web1]".
func RootHosts() Key { return Key{Node: Root, Kind: AskHosts} }

// rootRequire is what the root of a deployment on several hosts requires of each.
func rootRequire(p spec.Pattern) spec.Require {
	return spec.Require{Name: "hosts", Kind: spec.External, Nargs: spec.Nargs{Min: 1, Max: spec.Many}, Pattern: p, Label: "Hosts for " + string(p)}
}

// multiplied builds the nodes of a deployment on several hosts. It reports whether it is one.
func (b *builder) multiplied(root *node) bool {
	if _, ok := b.answers[RootHosts()]; !ok || patternHost(root.Pattern) != "" {
		return false
	}
	root.Several, root.ready = true, true
	r := rootRequire(root.Pattern)
	req := &requirement{requires: []spec.Require{r}}
	root.requirements = append(root.requirements, req)
	hosts, q := b.askHosts(root, req, &r)
	roll := b.roll(root, req, &r)
	for i, h := range spread(hosts) {
		c := b.newNode(NodeID(string(Root)+"["+h+"]"), root, Via{Require: r, Index: i, Of: len(hosts)}, root.Pattern)
		c.Host, c.placed = hosts[i], q
		req.children = append(req.children, c)
		b.build(c)
		roll.met(c)
	}
	roll.end()
	return true
}

// top reports whether the node is what was asked for, rather than needed for that.
func (n *node) top() bool { return n.Node.Top() }

// Top reports whether the node is what was asked for, rather than needed for that: the root, or
// one of those of a deployment on several hosts.
func (n *Node) Top() bool { return n.Parent == nil || n.Parent.Several }

// Tops are the nodes that were asked for: the root, or one for each of several hosts.
func (r *Result) Tops() []*Node {
	if r.Root == nil || !r.Root.Several {
		return slices.DeleteFunc([]*Node{r.Root}, func(n *Node) bool { return n == nil })
	}
	return r.Root.Children
}
