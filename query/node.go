package query

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Kind says what sort of resource a node is. Patterns see it as @resource.
type Kind string

// The kinds, each the child of the one before.
const (
	Location  Kind = "location"
	Lifecycle Kind = "lifecycle"
	State     Kind = "state"
	Provide   Kind = "provide"
	Require   Kind = "require"
	Variable  Kind = "variable"
)

// Attr is one attribute of a node, as patterns see it.
type Attr struct {
	Name  string
	Value string // lists are joined by blanks, so that contains(@tags, 'demo') works
}

// Node is one resource and what lies below it. The root stands for no resource:
// its children are the hosts.
type Node struct {
	name     string
	attrs    []Attr // the first is always "resource"
	parent   *Node
	index    int // among the parent's children
	children []*Node
}

// NewRoot makes an empty tree.
func NewRoot() *Node { return &Node{} }

// Add appends a child and returns it. Attributes without a value are left out.
func (n *Node) Add(kind Kind, name string, attrs ...Attr) *Node {
	c := &Node{name: name, parent: n, index: len(n.children), attrs: []Attr{{"resource", string(kind)}}}
	for _, a := range attrs {
		if a.Value != "" {
			c.attrs = append(c.attrs, a)
		}
	}
	n.children = append(n.children, c)
	return c
}

// Name is the last element of the node's path, "" for the root.
func (n *Node) Name() string { return n.name }

// Kind says what the node is, "" for the root.
func (n *Node) Kind() Kind { return Kind(n.Attr("resource")) }

// Attr is the value of an attribute, "" if there is none.
func (n *Node) Attr(name string) string {
	for _, a := range n.attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Attrs lists all attributes, the kind ("resource") first.
func (n *Node) Attrs() []Attr { return slices.Clone(n.attrs) }

// Children lists the nodes directly below, in the order in which they were added.
func (n *Node) Children() []*Node { return slices.Clone(n.children) }

// Path is the node's address, "" for the root.
func (n *Node) Path() spec.Path {
	var names []string
	for ; n.parent != nil; n = n.parent {
		names = append(names, n.name)
	}
	if len(names) == 0 {
		return ""
	}
	slices.Reverse(names)
	return spec.Path("/" + strings.Join(names, "/"))
}

// position gives the indexes from the root down, by which document order compares.
func (n *Node) position() []int {
	var at []int
	for ; n.parent != nil; n = n.parent {
		at = append(at, n.index)
	}
	slices.Reverse(at)
	return at
}

// inOrder turns a set of nodes into a list in document order, without the root.
func inOrder(set map[*Node]bool) []*Node {
	type placed struct {
		node *Node
		at   []int
	}
	all := make([]placed, 0, len(set))
	for n := range set {
		if n.parent != nil {
			all = append(all, placed{n, n.position()})
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return slices.Compare(a.at, b.at) })
	var out []*Node
	for _, p := range all {
		out = append(out, p.node)
	}
	return out
}
