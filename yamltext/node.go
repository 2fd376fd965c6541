package yamltext

import "strings"

// Kind is what a node is.
type Kind string

// The kinds of node, as messages name them.
const (
	Nothing Kind = "nothing" // "null", "~", or no text at all
	Text    Kind = "a text"
	List    Kind = "a list"
	Table   Kind = "a table"
)

// Node is a value as it is written.
type Node struct {
	Kind  Kind
	Text  string   // of a text: what it says; of nothing: how that is written
	Items []*Node  // of a list
	Table []Entry  // of a table, in order; no key is there twice
	Line  int      // in which it begins, from 1; 0 if it was not read
	Plain bool     // a text without quotes
	Style ListForm // of a list that is written
	bare  bool     // a text that is written without quotes
}

// Entry is a key of a table and its value.
type Entry struct {
	Key   string
	Line  int
	Value *Node
}

// ListForm is how a list is written.
type ListForm bool

// The forms of lists.
const (
	Lines  ListForm = false // an item a line
	Inline ListForm = true  // [a, b]
)

// NewText is a text to be written.
func NewText(s string) *Node { return &Node{Kind: Text, Text: s} }

// NewBare is what is written without quotes, such as a number.
func NewBare(s string) *Node { return &Node{Kind: Text, Text: s, bare: true} }

// NewTable is an empty table to be written.
func NewTable() *Node { return &Node{Kind: Table} }

// Put adds a key to a table.
func (n *Node) Put(key string, v *Node) { n.Table = append(n.Table, Entry{Key: key, Value: v}) }

// Get is the value of a key, nil if the table has none.
func (n *Node) Get(key string) *Node {
	for _, e := range n.Table {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// Value gives the node as plain data: string, []any, map[string]any or nil.
func (n *Node) Value() any {
	switch n.Kind {
	case Text:
		return n.Text
	case List:
		out := make([]any, len(n.Items))
		for i, x := range n.Items {
			out[i] = x.Value()
		}
		return out
	case Table:
		out := map[string]any{}
		for _, e := range n.Table {
			out[e.Key] = e.Value.Value()
		}
		return out
	case Nothing:
	}
	return nil
}

// Error says what is wrong with a text, and where.
type Error struct {
	Line int // 0 if it is about the whole
	Msg  string
	Hint string
}

func (e *Error) Error() string { return e.Msg }

// lineOf is a line of a text, from 1, or "".
func lineOf(text []byte, n int) string {
	lines := strings.Split(string(text), "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return lines[n-1]
}
