package resolver

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// maxDepth bounds the tree, against requirements that chain over ever more hosts.
const maxDepth = 64

// Resolve computes the deployment of what root matches. It never fails: what is
// missing or wrong is in the Result. Equal arguments give equal results.
func Resolve(root spec.Pattern, facts Facts, answers Answers) *Result {
	b := &builder{
		facts:   facts,
		answers: answers,
		res:     &Result{},
		used:    map[Key]bool{},
		needed:  map[NeedKey]bool{},
		options: map[spec.Pattern][]Option{},
		byID:    map[NodeID]*node{},
		stacks:  map[service][]string{},
		entered: map[service]map[string]*node{},
		callers: map[service][]*node{},
		byRel:   map[string]*variable{},
		given:   map[string][]*variable{},
	}
	for h := range facts.Hosts {
		b.hosts = append(b.hosts, h)
	}
	slices.Sort(b.hosts)

	r := b.newNode(Root, nil, Via{}, root)
	b.build(r)
	b.bindReverse()
	b.alias()
	b.judge()
	b.collect(r)
	b.res.Root = r.Node
	b.res.Unused = b.unused()
	b.plan()
	return b.res
}

// service is one lifecycle on one host.
type service struct {
	host      spec.Host
	lifecycle string
}

// builder holds what one Resolve works with.
type builder struct {
	facts   Facts
	answers Answers
	res     *Result

	hosts   []spec.Host
	nodes   []*node // in tree order
	post    []*node // in the order in which they would be run one by one
	used    map[Key]bool
	needed  map[NeedKey]bool
	options map[spec.Pattern][]Option // hosts, by what they are to offer
	byID    map[NodeID]*node
	stacks  map[service][]string         // as planned so far
	entered map[service]map[string]*node // which node enters a state
	callers map[service][]*node          // the nodes that are called there
	vars    []*variable                  // in order of creation
	byRel   map[string]*variable         // the first with that path
	given   map[string][]*variable       // those with an answer, by path
}

// node is a Node with what is needed while it is computed.
type node struct {
	*Node
	scope     *scope
	asks      []*ask      // what crossing and calling ask, in order
	vars      []*variable // of those asks: remote requires first
	items     []item      // questions and children, in the order of asking
	placed    *Question   // the question that decided the host, for complaints
	kids      []*node
	up        *node    // the requirer, nil for the root
	ready     bool     // everything about it is known: host, provide, route
	from      []string // planned stack before its steps
	enteredBy *node    // who enters the state it is called in, nil if it is applied already
}

// item is a question, a variable that may become one, or a child.
type item struct {
	q     *Question
	v     *variable
	child *node
}

// ask is one provide (enter, or the one called) that has requires.
type ask struct {
	state, provide string
	requires       []spec.Require
	kids           []*node // that meet its remote requires
}

func (b *builder) newNode(id NodeID, parent *node, via Via, p spec.Pattern) *node {
	n := &node{Node: &Node{ID: id, Via: via, Pattern: p}}
	if parent != nil {
		n.Parent, n.up = parent.Node, parent
		parent.Children = append(parent.Children, n.Node)
		parent.kids = append(parent.kids, n)
		parent.items = append(parent.items, item{child: n})
	}
	b.nodes = append(b.nodes, n)
	b.byID[id] = n
	b.res.Nodes = append(b.res.Nodes, n.Node)
	return n
}

// answer looks an answer up and marks it as used.
func (b *builder) answer(k Key) (Answer, bool) {
	a, ok := b.answers[k]
	if ok {
		b.used[k] = true
	}
	return a, ok
}

// learn gives the fact that meets a need, or notes the need.
func (b *builder) learn(n Need) (Fact, bool) {
	k := n.Key()
	f, ok := b.facts.Learned[k]
	if !ok && !b.needed[k] {
		b.needed[k] = true
		b.res.Needs = append(b.res.Needs, n)
	}
	return f, ok
}

func (b *builder) problem(p Problem) { b.res.Problems = append(b.res.Problems, p) }

func (b *builder) unused() []Key {
	var out []Key
	for k := range b.answers {
		if !b.used[k] {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, compareKeys)
	return out
}

func compareKeys(a, b Key) int {
	if c := strings.Compare(string(a.Node), string(b.Node)); c != 0 {
		return c
	}
	if c := strings.Compare(string(a.Kind), string(b.Kind)); c != 0 {
		return c
	}
	return strings.Compare(a.Name, b.Name)
}

// sourceOf says whether an answer was given now or read from a file.
func sourceOf(a Answer) Source {
	if a.Replayed {
		return Replayed
	}
	return You
}
