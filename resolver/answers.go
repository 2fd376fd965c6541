package resolver

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// NodeID names a node of the tree. It is made of names, so that it survives edits
// elsewhere: the root is "."; a child is its parent's id, a slash, and
// State.provide.require, with [host] behind an external require that may be given
// several times, and [n] behind a local one. A host that is given twice there
// counts: [web1], [web1#2]. An id of more than a thousand characters stands in those of its
// children as "~" and its digest.
type NodeID string

// Root is the id of the root.
const Root NodeID = "."

const mostOfID = 1000

func (id NodeID) child(name string) NodeID {
	if len(id) > mostOfID {
		id = NodeID("~" + value.Digest(string(id))[:16])
	}
	return id + "/" + NodeID(name)
}

// Kind is what a question is about.
type Kind string

// The kinds of question, with the type of their answers.
const (
	AskManage Kind = "manage" // bool: does Armonic call the node, or is it taken as given
	AskHost   Kind = "host"   // spec.Host
	AskChoose Kind = "choose" // string: "Lifecycle/State/provide", one of those that match
	AskHosts  Kind = "hosts"  // []spec.Host: where an external require is met, in order
	AskCount  Kind = "count"  // int: how often a local or simple require is given
	AskValue  Kind = "value"  // any: a variable
	AskReturn Kind = "return" // any: a return value of a node that is not managed
	AskPath   Kind = "path"   // int: which of several ways to the state of the provide; -1 is the last
	AskCall   Kind = "call"   // bool, of the root: is it called, or are only the states entered
	AskRoll   Kind = "roll"   // string: how a require that is given several times is rolled out, see spec.Rolling
)

// Key identifies a question, and its answer.
type Key struct {
	Node NodeID
	Kind Kind
	// Name is, for hosts, count and roll, "State.provide.require"; for a value the path
	// of the variable without its host, "Lifecycle/State/provide/require[1]/variable";
	// for a return the name of the variable; else "".
	Name string
}

// Answer is what an operator decided.
type Answer struct {
	Value    any  // of the type that the key's kind says, or Text
	Typed    bool // the value has been typed for its variable, and is taken as it is
	Replayed bool // read from a file rather than given now
	Random   bool // made at random
}

// Text is what a person typed, where it is not (or not yet) a value of the type that
// the question wants.
type Text string

// as gives the answer in the type of a variable.
func (a Answer) as(v spec.Variable) (any, error) {
	if s, ok := a.Value.(string); ok && a.Typed && v.Hidden() {
		return value.Secret(s), nil // the type of another host's variable may differ
	}
	if a.Typed {
		return a.Value, nil
	}
	if t, ok := a.Value.(Text); ok {
		return v.ParseInput(string(t))
	}
	return v.Convert(a.Value)
}

// shown is the answer as a person knows it.
func (a Answer) shown() any {
	if t, ok := a.Value.(Text); ok {
		return string(t)
	}
	return a.Value
}

// source says whether an answer was given now or read from a file.
func (a Answer) source() Source {
	switch {
	case a.Random:
		return Generated
	case a.Replayed:
		return Replayed
	}
	return You
}

// Answers are all decisions of a deployment.
type Answers map[Key]Answer

// Hosts reads an answer as a list of hosts; a single host is a list of one.
func (a Answer) Hosts() ([]spec.Host, bool) {
	switch v := a.Value.(type) {
	case []spec.Host:
		return v, true
	case spec.Host:
		return []spec.Host{v}, true
	}
	return nil, false
}
