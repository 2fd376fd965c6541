package resolver

import "github.com/armonic/armonic/spec"

// builder makes the tree. It goes depth first: what a node requires is placed and
// routed before the node's own steps, since these start from the stacks that what it
// requires leaves.
type builder struct {
	*input
	*tree
	options  map[spec.Pattern][]Option            // hosts, by what they are to offer
	callers  map[service][]*node                  // the nodes that are called there so far
	now      map[spec.Host]map[string]*spec.Stack // as hosts are, by lifecycle
	managing []Suggestion                         // of all nodes
	active   map[spec.Path]*node                  // the nodes of which what they require is being built
	chosen   map[Key]Suggestion                   // what was decided for one instance of a require, by the key without instances
}

// newTree places and routes what root matches, and all that this requires.
func newTree(in *input, root spec.Pattern) *tree {
	b := &builder{
		input: in,
		tree: &tree{
			byID:    map[NodeID]*node{},
			byRel:   map[string]*variable{},
			given:   map[string][]*variable{},
			stacks:  map[service][]string{},
			entered: map[service]map[string]*node{},
		},
		options:  map[spec.Pattern][]Option{},
		callers:  map[service][]*node{},
		now:      map[spec.Host]map[string]*spec.Stack{},
		active:   map[spec.Path]*node{},
		chosen:   map[Key]Suggestion{},
		managing: []Suggestion{{Value: true, Why: "default"}},
	}
	b.root = b.newNode(Root, nil, Via{}, root)
	if !b.multiplied(b.root) {
		b.build(b.root)
	}
	b.linkScopes()
	b.keepSecrets()
	return b.tree
}

func (b *builder) newNode(id NodeID, parent *node, via Via, p spec.Pattern) *node {
	n := &node{Node: &Node{ID: id, Via: via, Pattern: p}}
	if parent != nil {
		n.Parent, n.parent = parent.Node, parent
		parent.Children = append(parent.Children, n.Node)
		parent.items = append(parent.items, item{child: n})
	}
	b.nodes = append(b.nodes, n)
	b.byID[id] = n
	return n
}

// build completes a node and all below it.
func (b *builder) build(n *node) {
	switch {
	case !b.managed(n):
		b.unmanaged(n)
	case b.place(n) && b.specialise(n) && !b.loops(n) && b.route(n):
		n.ready = true
		b.ordered = append(b.ordered, n)
	}
}

// refuse says that a node cannot be, at the question that placed it where it can.
func (b *builder) refuse(n *node, msg, hint string) {
	b.refuseAs(n, spec.Invalid, msg, hint)
}

// learn gives the fact that a node needs. Without it the node waits, or is refused for
// what the agent, or the way to it, said.
func (b *builder) learn(n *node, need Need) (Fact, bool) {
	f, ok := b.fact(need)
	if !ok {
		n.Pending = true
	} else if f.Err != nil {
		b.refuseAs(n, f.Err.Kind, f.Err.Msg, f.Err.Hint)
	}
	return f, ok && f.Err == nil
}

func (b *builder) refuseAs(n *node, kind spec.Kind, msg, hint string) {
	p := Problem{Node: n.ID, Path: n.Provide.Path, Kind: kind, Msg: msg, Hint: hint}
	if q := n.placed; q != nil {
		p.Key = q.Key
		q.refuse(msg, hint)
	}
	b.problem(p)
}

// wrong says that the answer to a question cannot be taken.
func (b *builder) wrong(q *Question, msg, hint string) { b.wrongAs(q, spec.Invalid, msg, hint) }

func (b *builder) wrongAs(q *Question, kind spec.Kind, msg, hint string) {
	q.refuse(msg, hint)
	b.problem(Problem{Node: q.Key.Node, Key: q.Key, Path: q.Path, Kind: kind, Msg: msg, Hint: hint})
}

func (b *builder) problem(p Problem) { b.problems = append(b.problems, p) }
