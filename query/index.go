package query

// Index finds at once what patterns such as //WebServer//start begin with, for whoever has
// many of them for one tree. The tree is not changed any more.
type Index struct {
	root   *Node
	byName map[string][]*Node
}

// NewIndex goes through a tree once.
func NewIndex(root *Node) *Index {
	x := &Index{root, map[string][]*Node{}}
	x.add(root)
	return x
}

func (x *Index) add(n *Node) {
	for _, c := range n.children {
		x.byName[c.name] = append(x.byName[c.name], c)
		x.add(c)
	}
}

// Select is Expr.Select on the tree.
func (x *Index) Select(e *Expr) ([]*Node, error) {
	if e.xpath != nil || !e.absolute || !e.steps[0].deep || e.steps[0].any() {
		return e.Select(x.root)
	}
	found := map[*Node]bool{}
	for n := range walk(x.byName[e.steps[0].name], e.steps[1:], exactly) {
		found[n] = true
	}
	return inOrder(found), nil
}
