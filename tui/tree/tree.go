package tree

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/tui/widget"
)

// Item is a row of the tree: a node, or a group of the nodes that meet one require.
type Item struct {
	ID       string
	Node     *resolver.Node // of a group, its first node
	Group    bool
	Size     int // of a group: how many nodes
	Parent   int // -1 for the root
	Depth    int
	Children []int
	Last     bool // of its siblings
	Mark     bool // it only pretends, and others do not
}

// Name is what the row is called.
func (it *Item) Name() string {
	if it.Group {
		return it.Node.Via.Require.Name + " x" + strconv.Itoa(it.Size)
	}
	n := it.Node
	name := string(n.Pattern)
	if p := n.Provide.Path; p != "" {
		name = p.Lifecycle() + "." + p.Provide()
	}
	if n.Parent != nil && n.Via.Of > 1 {
		name = strconv.Itoa(n.Via.Index+1) + " " + name
	}
	if it.Mark {
		name = widget.Simulated + name
	}
	return name
}

// Tree is all rows, parents before children.
type Tree struct {
	Items []Item
	at    map[resolver.NodeID]int
}

// Of lays out the tree below a node; nil gives an empty tree.
func Of(root *resolver.Node) *Tree {
	t := &Tree{at: map[resolver.NodeID]int{}}
	if root != nil {
		t.add(root, -1, 0, true)
	}
	t.mark()
	return t
}

// mark marks what only pretends, unless all of it does.
func (t *Tree) mark() {
	real := func(it Item) bool { return it.Node.Provide.Path != "" && !it.Node.Provide.Simulated }
	if !slices.ContainsFunc(t.Items, real) {
		return
	}
	for i := range t.Items {
		t.Items[i].Mark = !t.Items[i].Group && t.Items[i].Node.Provide.Simulated
	}
}

// Index finds the row of a node, -1 if there is none.
func (t *Tree) Index(id resolver.NodeID) int {
	if i, ok := t.at[id]; ok {
		return i
	}
	return -1
}

func (t *Tree) add(n *resolver.Node, parent, depth int, last bool) int {
	i := len(t.Items)
	t.at[n.ID] = i
	t.Items = append(t.Items, Item{ID: string(n.ID), Node: n, Parent: parent, Depth: depth, Last: last})
	kids := n.Children
	for k := 0; k < len(kids); {
		end := k + 1
		for end < len(kids) && kids[k].Via.Of > 1 && kids[end].Via.Name() == kids[k].Via.Name() {
			end++
		}
		isLast := end == len(kids)
		if end-k > 1 {
			t.addChild(i, t.group(kids[k:end], i, depth+1, isLast))
		} else {
			t.addChild(i, t.add(kids[k], i, depth+1, isLast))
		}
		k = end
	}
	return i
}

func (t *Tree) group(nodes []*resolver.Node, parent, depth int, last bool) int {
	i := len(t.Items)
	id := string(nodes[0].Parent.ID) + "/" + nodes[0].Via.Name() + "/*"
	t.Items = append(t.Items, Item{ID: id, Node: nodes[0], Group: true, Size: len(nodes), Parent: parent, Depth: depth, Last: last})
	for k, n := range nodes {
		t.addChild(i, t.add(n, i, depth+1, k == len(nodes)-1))
	}
	return i
}

func (t *Tree) addChild(parent, kid int) {
	t.Items[parent].Children = append(t.Items[parent].Children, kid)
}

// Place is where a node is: web1, or web1#2 if it is the second of its kind there.
func Place(n *resolver.Node) string {
	count := 1
	if n.Parent != nil {
		for _, x := range n.Parent.Children {
			if x == n {
				break
			}
			if x.Host == n.Host && x.Via.Name() == n.Via.Name() {
				count++
			}
		}
	}
	if count == 1 || n.Host == "" {
		return string(n.Host)
	}
	return fmt.Sprintf("%s#%d", n.Host, count)
}
