package query

import "github.com/antchfx/xpath"

// cursor walks a tree for the XPath library. attr is -1 on a node itself, else
// the index of one of its attributes.
type cursor struct {
	root *Node
	node *Node
	attr int
}

var _ xpath.NodeNavigator = (*cursor)(nil)

func (c *cursor) NodeType() xpath.NodeType {
	switch {
	case c.attr >= 0:
		return xpath.AttributeNode
	case c.node == c.root:
		return xpath.RootNode
	}
	return xpath.ElementNode
}

func (c *cursor) LocalName() string {
	if c.attr >= 0 {
		return c.node.attrs[c.attr].Name
	}
	return c.node.name
}

func (c *cursor) Prefix() string { return "" }

func (c *cursor) Value() string {
	if c.attr >= 0 {
		return c.node.attrs[c.attr].Value
	}
	return ""
}

func (c *cursor) Copy() xpath.NodeNavigator {
	d := *c
	return &d
}

func (c *cursor) MoveToRoot() { c.node, c.attr = c.root, -1 }

func (c *cursor) MoveToParent() bool {
	if c.attr >= 0 {
		c.attr = -1
		return true
	}
	if c.node == c.root {
		return false
	}
	c.node = c.node.parent
	return true
}

func (c *cursor) MoveToNextAttribute() bool {
	if c.attr+1 >= len(c.node.attrs) {
		return false
	}
	c.attr++
	return true
}

func (c *cursor) MoveToChild() bool {
	if c.attr >= 0 || len(c.node.children) == 0 {
		return false
	}
	c.node = c.node.children[0]
	return true
}

func (c *cursor) MoveToFirst() bool    { return c.sibling(0) }
func (c *cursor) MoveToNext() bool     { return c.sibling(c.node.index + 1) }
func (c *cursor) MoveToPrevious() bool { return c.sibling(c.node.index - 1) }

func (c *cursor) MoveTo(other xpath.NodeNavigator) bool {
	o, ok := other.(*cursor)
	if !ok || o.root != c.root {
		return false
	}
	*c = *o
	return true
}

func (c *cursor) sibling(i int) bool {
	if c.attr >= 0 || c.node == c.root || i < 0 || i >= len(c.node.parent.children) || i == c.node.index {
		return false
	}
	c.node = c.node.parent.children[i]
	return true
}
