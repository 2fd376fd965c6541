package query

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antchfx/xpath"
	"github.com/armonic/armonic/spec"
)

// maxPattern bounds what a caller may ask to be parsed.
const maxPattern = 1000

// Expr is a pattern that was understood. It may be used by many at once.
type Expr struct {
	pattern  spec.Pattern
	absolute bool
	steps    []step      // of a plain location path, else nil
	xpath    *xpath.Expr // nil where steps say it all
}

// Compile reads a pattern. The error is Invalid, names the pattern and says where
// and what is wrong with it.
func Compile(p spec.Pattern) (*Expr, error) {
	s := strings.TrimSpace(string(p))
	if err := lint(s); err != nil {
		return nil, invalid(p, err)
	}
	e := &Expr{pattern: p, absolute: strings.HasPrefix(s, "/")}
	var indexed bool
	e.steps, indexed = parsePlain(s)
	if e.steps != nil && !indexed {
		return e, nil
	}
	var err error
	e.xpath, err = compile(s)
	if err != nil && e.steps == nil {
		return nil, invalid(p, err)
	}
	return e, nil
}

// String is the pattern as it was given.
func (e *Expr) String() string { return string(e.pattern) }

// Select lists the nodes that match, in document order, without the root. An
// attribute that matches stands for its node. The error is Invalid: a pattern may be
// one that cannot be evaluated, such as with a wrong regular expression in it.
//
// A step such as conf[1] means the node with that name (the second set of the
// require conf), and only where the tree has none does it mean the first conf.
func (e *Expr) Select(root *Node) ([]*Node, error) {
	found := map[*Node]bool{}
	if n := literal(root, e.pattern); n != nil {
		found[n] = true
	}
	if e.steps != nil {
		for n := range walk(starts(root, e.absolute), e.steps, exactly) {
			found[n] = true
		}
	}
	if e.xpath != nil && len(found) == 0 {
		for _, from := range starts(root, e.absolute) {
			if err := e.collect(root, from, found); err != nil {
				return nil, invalid(e.pattern, err)
			}
		}
	}
	return inOrder(found), nil
}

func (e *Expr) collect(root, from *Node, found map[*Node]bool) (err error) {
	defer caught(&err)
	it := e.xpath.Select(&cursor{root: root, node: from, attr: -1})
	for it.MoveNext() {
		if c, ok := it.Current().(*cursor); ok {
			found[c.node] = true
		}
	}
	return nil
}

// starts are the nodes from which a pattern is evaluated.
func starts(root *Node, absolute bool) []*Node {
	if absolute {
		return []*Node{root}
	}
	return slices.Clone(root.children)
}

// literal finds the node whose path is the pattern, letter by letter.
func literal(root *Node, p spec.Pattern) *Node {
	names := spec.Path(p).Parts()
	if !strings.HasPrefix(string(p), "/") || len(names) == 0 {
		return nil
	}
	n := root
	for _, name := range names {
		i := slices.IndexFunc(n.children, func(c *Node) bool { return c.name == name })
		if i < 0 {
			return nil
		}
		n = n.children[i]
	}
	return n
}

// compile asks the library, and refuses what computes something other than nodes.
func compile(s string) (e *xpath.Expr, err error) {
	defer caught(&err)
	e, err = xpath.Compile(s)
	if err != nil {
		return nil, err
	}
	root := NewRoot()
	switch e.Evaluate(&cursor{root: root, node: root, attr: -1}).(type) {
	case *xpath.NodeIterator:
		return e, nil
	}
	return nil, fmt.Errorf("it computes a value and selects nothing")
}

// caught turns a panic of the library, which it uses for wrong arguments, into an
// error.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%v", r)
	}
}

// lint finds what is never closed, where the library would only say that the
// pattern is wrong.
func lint(s string) error {
	switch {
	case s == "":
		return fmt.Errorf("it is empty")
	case len(s) > maxPattern:
		return fmt.Errorf("it is longer than %d characters", maxPattern)
	}
	var open []rune
	var at []int
	var quote rune
	quoteAt := 0
	for i, r := range []rune(s) {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote, quoteAt = r, i+1
		case r == '[' || r == '(':
			open, at = append(open, r), append(at, i+1)
		case r == ']' || r == ')':
			n := len(open) - 1
			if n < 0 {
				return fmt.Errorf("%q at column %d closes nothing", string(r), i+1)
			}
			if (open[n] == '[') != (r == ']') {
				return neverClosed(open[n], at[n])
			}
			open, at = open[:n], at[:n]
		}
	}
	if quote != 0 {
		return fmt.Errorf("the quote at column %d is never closed", quoteAt)
	}
	if n := len(open) - 1; n >= 0 {
		return neverClosed(open[n], at[n])
	}
	return nil
}

func neverClosed(bracket rune, column int) error {
	return fmt.Errorf("%q at column %d is never closed", string(bracket), column)
}

func invalid(p spec.Pattern, err error) *spec.Error {
	s := []rune(string(p))
	if len(s) > 60 {
		s = append(s[:59], '…')
	}
	e := &spec.Error{Kind: spec.Invalid, Op: fmt.Sprintf("read the pattern %q", string(s)), Msg: strings.TrimPrefix(err.Error(), "xpath: "), Err: err}
	return e.WithHint("a pattern looks like //WebServer//start, /web1/WebServer/* or //*[@resource='state']")
}
