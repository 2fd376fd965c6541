package resolver

import (
	"strings"

	"github.com/armonic/armonic/spec"
)

// tree is what placing and routing give: every call that is needed, what each asks,
// and how the lifecycles would stand. Later passes only read it, apart from the
// fields of Node that are theirs to fill.
type tree struct {
	root     *node
	nodes    []*node // parents first
	ordered  []*node // those about which everything is known, in the order in which they would run one by one
	byID     map[NodeID]*node
	vars     []*variable                  // in order of creation
	byRel    map[string]*variable         // the first with that path
	given    map[string][]*variable       // those with an answer, by path
	stacks   map[service][]string         // as planned, bottom first
	entered  map[service]map[string]*node // which node enters a state
	problems []Problem
	rolled   []rolled
}

// service is one lifecycle on one host.
type service struct {
	host      spec.Host
	lifecycle string
}

// node is a Node with what the passes need to know of it.
type node struct {
	*Node
	parent       *node          // nil for the root
	leading      []*variable    // of the set of the parent's require that the node meets
	requirements []*requirement // of crossing and calling, in order
	vars         []*variable    // of those requirements: remote requires first
	items        []item         // questions and children, in the order of asking
	placed       *Question      // the question that decided the host, nil if the host was not asked
	ready        bool           // everything about it is known: host, provide, route
	from         []string       // planned stack before its steps
	enteredBy    *node          // who enters the state it is called in, nil if it is applied already
}

// item is a question, a variable that may become one, or a child.
type item struct {
	q     *Question
	v     *variable
	child *node
}

// requirement is what entering one state, or calling one provide, requires.
type requirement struct {
	state, provide string
	again          bool // the state is entered again
	requires       []spec.Require
	children       []*node // that meet its remote requires
}

// role says what a variable is in its require.
type role int

const (
	roleSimple role = iota // given by the operator
	roleArg                // what the requirer wishes for the provider's variables
	roleReturn             // what the provider's call returns
	roleHost               // where an external require is met
)

// variable is one variable of one set of a require of a node.
type variable struct {
	spec.Variable
	index       int // in tree.vars
	node        *node
	requirement *requirement
	require     *spec.Require
	set         int
	role        role
	rel         string  // "Lifecycle/State/provide/require[set]/variable"
	child       *node   // of remote requires: the node that meets this set
	answer      *Answer // to it, if it is not that of a child which is not managed

	outer     *variable // same-named variable nearest in scope, nil if none
	outermost *variable // the farthest one in scope with a default, nil if none
	inner     *variable // the last variable whose outer this is, nil if none
}

func (v *variable) path() spec.Path { return spec.Path("/" + string(v.node.Host) + "/" + v.rel) }

// key is where the operator's value is found.
func (v *variable) key() Key {
	if v.role == roleReturn && v.child.Unmanaged {
		return Key{Node: v.child.ID, Kind: AskReturn, Name: v.Name}
	}
	return Key{Node: v.node.ID, Kind: AskValue, Name: v.rel}
}

// ofEnter says that the variable belongs to entering a state: nothing in scope
// suggests its value, except a host.
func (v *variable) ofEnter() bool { return v.requirement.provide == string(spec.Enter) }

// byRun says that the value is what the call of the child returns.
func (v *variable) byRun() bool { return v.role == roleReturn && !v.child.Unmanaged }

// followsInner reports whether an argument has the value of the one below it. One between
// two others is asked itself, and so is one that the one below is bound to; a list is no text.
func (v *variable) followsInner() bool {
	return (v.role == roleArg || v.mayLack()) && v.inner != nil && v.outer == nil && v.Type.Lists() == v.inner.Type.Lists() && v.inner.bound() != v
}

// owner says whose variable it is: "WebSite on web1".
func (v *variable) owner() string {
	s := v.node.Provide.Path.Lifecycle()
	if v.node.Host != "" {
		s += " on " + string(v.node.Host)
	}
	return s
}

// aside reports whether the node is no require's, but there for how another one is rolled out.
func (n *Node) aside() bool { return n.Checks != nil || n.Drains != "" || n.Enables != "" }

// service is the lifecycle that the node's steps change.
func (n *node) service() service { return service{n.Host, n.Provide.Path.Lifecycle()} }

// requirement finds what a step requires, nil if that is not known (yet) or nothing.
func (n *node) requirement(s spec.Step) *requirement {
	if s.Action == spec.Leave {
		return nil
	}
	for _, r := range n.requirements {
		if r.state == s.State && r.provide == s.ProvideName() {
			return r
		}
	}
	return nil
}

// isAbove reports whether m is somewhere below n.
func (n *node) isAbove(m *node) bool {
	for p := m.parent; p != nil; p = p.parent {
		if p == n {
			return true
		}
	}
	return false
}

// parentVariable finds the parent's variable "require.variable": in the provide that requires
// the node, else in any other that the parent calls on the way.
func (n *node) parentVariable(ref string) *variable {
	req, name, ok := strings.Cut(ref, ".")
	if !ok || n.parent == nil {
		return nil
	}
	var other *variable
	for _, v := range n.parent.vars {
		if v.require.Name != req || v.Name != name {
			continue
		}
		if v.requirement.state == n.Via.State && v.requirement.provide == n.Via.Provide {
			return v
		}
		if other == nil {
			other = v
		}
	}
	return other
}
