package resolver

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// Result is all that follows from facts and answers. It shares no memory that a
// later Resolve changes.
type Result struct {
	Root      *Node
	Nodes     []*Node    // in tree order, parents first
	Questions []Question // in the order in which they are best asked
	Needs     []Need     // what agents must be asked before more is known
	Problems  []Problem
	Unused    []Key // answers that nothing asked for, sorted
	Plan      *Plan // nil while anything is missing, wrong or being checked

	nodes     map[NodeID]*Node
	questions map[Key]int // indexes of Questions
}

// Open lists the questions that somebody should answer, in the order of asking.
func (r *Result) Open() []Question {
	var out []Question
	for i := range r.Questions {
		if r.Questions[i].Open() {
			out = append(out, r.Questions[i])
		}
	}
	return out
}

// Blocker is one thing that keeps the plan from being made. One of its fields is set.
type Blocker struct {
	Question *Question // has no answer and nothing proposes one, or an agent is asked about it
	Problem  *Problem  // is wrong
}

// Blockers lists all that keeps the plan from being made, as far as it is known: agents
// may have to be asked (Needs) before there is a plan although nothing is in its way.
func (r *Result) Blockers() []Blocker {
	var out []Blocker
	for i := range r.Questions {
		if s := r.Questions[i].Status; s == Missing || s == Checking {
			out = append(out, Blocker{Question: &r.Questions[i]})
		}
	}
	for i := range r.Problems {
		if !r.Problems[i].Warning {
			out = append(out, Blocker{Problem: &r.Problems[i]})
		}
	}
	return out
}

// Counts counts the questions that keep the plan from being made.
func (r *Result) Counts() (missing, wrong, checking int) {
	for _, n := range r.Nodes {
		missing, wrong, checking = missing+n.Missing, wrong+n.Wrong, checking+n.Checking
	}
	return missing, wrong, checking
}

// Node finds a node by id, nil if there is none.
func (r *Result) Node(id NodeID) *Node {
	if r.nodes != nil {
		return r.nodes[id]
	}
	i := slices.IndexFunc(r.Nodes, func(n *Node) bool { return n.ID == id })
	if i < 0 {
		return nil
	}
	return r.Nodes[i]
}

// Question finds a question by key, nil if it is not asked.
func (r *Result) Question(k Key) *Question {
	if i, ok := r.questions[k]; ok {
		return &r.Questions[i]
	}
	return nil
}

// Alike are the other questions about a value that ask for the same variable of the same lifecycle,
// on whichever host, but for those that are not to be answered.
func (r *Result) Alike(q *Question) (out []*Question) {
	if q.Key.Kind != AskValue {
		return nil
	}
	for i := range r.Questions {
		x := &r.Questions[i]
		if x.Key != q.Key && x.Key.Kind == q.Key.Kind && !x.Fixed && x.Var.Name == q.Var.Name && x.Path.Lifecycle() == q.Path.Lifecycle() {
			out = append(out, x)
		}
	}
	return out
}

// Node is one call that the deployment needs.
type Node struct {
	ID       NodeID
	Parent   *Node // nil for the root
	Via      Via   // the parent's require that it meets
	Children []*Node

	Pattern   spec.Pattern
	Unmanaged bool         // taken as given: nothing is called, the operator says what it would return
	Several   bool         // the root of a deployment on several hosts: nothing itself, its children are what was asked for
	Uncalled  bool         // only its state is gone to: the operator wants no call
	Host      spec.Host    // "" while not chosen
	Provide   spec.Provide // zero while not specialised
	Route     spec.Route   // steps with what they ask; zero while unknown
	Steps     []spec.Step  // what will be done, with inputs; value.Deferred where not known yet
	Checks    *Node        // it is no require's: it sees whether what that node did is well, before the next batch begins
	Drains    NodeID       // nor is this one: it takes what that node did out of use before it is changed; "" if it is no such
	Enables   NodeID       // and this one brings it back
	CalledAs  *Node        // another node that this one is equal to: that is called, for both
	Returned  any          // from Facts.Returns, nil before

	Missing, Wrong, Checking int  // open questions of this node alone
	Pending                  bool // waits for a Need to be met
}

// Via says which require of the parent a node meets.
type Via struct {
	State, Provide string
	Require        spec.Require
	Index, Of      int // which of how many instances
}

// Name is "State.provide.require".
func (v Via) Name() string {
	if v.State == "" { // of the root of several hosts
		return v.Require.Name
	}
	return v.State + "." + v.Provide + "." + v.Require.Name
}

// Problem is something wrong, and whose answer could mend it.
type Problem struct {
	Node    NodeID
	Key     Key // the answer that caused it, zero if none did
	Path    spec.Path
	Kind    spec.Kind // Unavailable if a host cannot be reached, Invalid for most
	Msg     string
	Hint    string
	Warning bool // does not keep the plan from being made
}

// Plan is a graph of tasks. Tasks are in an order in which they could be run one
// after the other; what is independent runs in parallel.
type Plan struct {
	Tasks []Task
	Hosts []spec.Host                       // that are touched, in order of first use
	After map[spec.Host]map[string][]string // planned stacks of the lifecycles touched, bottom first

	Batches []Batches // of requires that are not met all at once
}

// TaskID names a task within a plan: the node's id, "#", a number from 0.
type TaskID string

// Task is what becomes one run: steps of one node on one lifecycle of one host.
type Task struct {
	ID        TaskID
	Node      NodeID
	Host      spec.Host
	Lifecycle string
	From      []string      // planned stack at its start, bottom first
	First     int           // index of its first step among the node's steps
	Steps     []spec.Step   // with inputs, and with what is asked where calls return some of them
	Absent    []spec.Inputs // by step: what is taken for values that calls do not return; nil if nothing is
	After     []TaskID      // tasks that must be done before
	Simulated bool          // it only pretends: its lifecycle or its host is a simulation
	Module    string        // a digest of the files of its module, "" if that is not known
	Checks    NodeID        // the node that it is the check of; "" if it is none
	Drains    NodeID        // the node that it takes out of use; "" if it does not
	Enables   NodeID        // the node that it brings back
	Relay     *Relay        // it tells of a batch that is done, see Relay; nil if it does not
}

// Relay is what is special of a task that tells a state which stays, and is entered again at the
// end, what those of the batches so far returned: a balancer knows the new port of each host
// before the next one gets another.
type Relay struct {
	Require string     `json:"require"` // the one that is rolled out
	Batches string     `json:"batches"` // Require of its Batches
	Batch   int        `json:"batch"`   // the last one that it tells of
	Old     []spec.Set `json:"old"`     // what the state has now, for each set of the require: it stays so where one failed; nil if it is new
}

// Steps counts the steps of all tasks.
func (p *Plan) Steps() int {
	n := 0
	for i := range p.Tasks {
		n += len(p.Tasks[i].Steps)
	}
	return n
}
