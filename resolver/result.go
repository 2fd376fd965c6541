package resolver

import "github.com/armonic/armonic/spec"

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

// Blocking counts the questions that keep the plan from being made.
func (r *Result) Blocking() (missing, wrong, checking int) {
	for i := range r.Questions {
		switch r.Questions[i].Status {
		case Missing:
			missing++
		case Wrong:
			wrong++
		case Checking:
			checking++
		case OK, AtRun:
		}
	}
	return missing, wrong, checking
}

// Node finds a node by id, nil if there is none.
func (r *Result) Node(id NodeID) *Node {
	for _, n := range r.Nodes {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// Question finds a question by key, nil if it is not asked.
func (r *Result) Question(k Key) *Question {
	for i := range r.Questions {
		if r.Questions[i].Key == k {
			return &r.Questions[i]
		}
	}
	return nil
}

// Node is one call that the deployment needs.
type Node struct {
	ID       NodeID
	Parent   *Node // nil for the root
	Via      Via   // the parent's require that it meets
	Children []*Node

	Pattern   spec.Pattern
	Unmanaged bool         // taken as given: nothing is called, the operator says what it would return
	Host      spec.Host    // "" while not chosen
	Provide   spec.Provide // zero while not specialised
	Route     spec.Route   // steps with what they ask; zero while unknown
	Steps     []spec.Step  // what will be done, with inputs; spec.Deferred where not known yet
	Same      *Node        // another node that this one is equal to: it is called once, as that
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
func (v Via) Name() string { return v.State + "." + v.Provide + "." + v.Require.Name }

// Status says whether a question needs attention.
type Status string

// The states of a question.
const (
	OK       Status = "ok"
	Missing  Status = "missing"
	Wrong    Status = "wrong"
	Checking Status = "checking" // an agent is asked
	AtRun    Status = "at run"   // a run will return the value
)

// Source says where a value comes from.
type Source string

// The sources, strongest first.
const (
	NoSource  Source = ""
	You       Source = "you"      // answered
	Replayed  Source = "file"     // answered in a file
	Returned  Source = "returned" // by a node's call
	FromHost  Source = "host"     // derived from where the nodes are
	Bound     Source = "bound"    // set by the requirer
	FromXPath Source = "from"     // taken from another variable
	Suggested Source = "like"     // a variable of the same name in scope has it
	Default   Source = "default"
)

// Question is something that the operator decides, or sees decided.
type Question struct {
	Key      Key
	Path     spec.Path     // of the variable; of the provide or its pattern's node for the other kinds
	Var      spec.Variable // of values and returns; for other kinds only Name, Label, Help are set
	Host     spec.Host     // where it applies
	Status   Status
	Source   Source
	Why      string // of the source: "default of WebSite", "you typed it for web1"
	Value    any    // in force now; nil if none. Of the kind's type; of values as converted
	Problem  string // why it is Wrong, or what is odd about it
	Hint     string
	Fixed    bool // shown, but not to be answered: filled by Armonic or returned by a run
	Optional bool // may stay without a value

	Suggestions []Suggestion // best first; the first is what Accept would take
	Options     []Option     // of host, hosts and choose: what there is to choose from
	Min, Max    int          // of hosts and count
}

// Settled reports whether the operator (or a file) decided it, or nobody can.
func (q *Question) Settled() bool {
	return q.Fixed || q.Status == AtRun || q.Source == You || q.Source == Replayed
}

// Required reports whether a good answer is missing.
func (q *Question) Required() bool { return q.Status == Missing || q.Status == Wrong }

// Undecided reports whether the value in force is one that nobody chose, of which
// the operator should know. Questions for experts are not.
func (q *Question) Undecided() bool {
	return !q.Required() && !q.Settled() && !q.Var.Expert &&
		q.Key.Kind != AskManage && q.Source != Bound && q.Source != FromXPath
}

// Open reports whether somebody should answer: a good answer is missing, or the
// value in force is one that nobody chose.
func (q *Question) Open() bool { return q.Required() && !q.Fixed || q.Undecided() }

// Suggestion is a value that could be taken, and why.
type Suggestion struct {
	Value any
	Why   string
}

// Option is one choice of a question.
type Option struct {
	Value    any    // spec.Host or string
	Note     string // "Active", "no agent"
	Disabled bool   // cannot be chosen; Note says why
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
}

// TaskID names a task within a plan: the node's id, "#", a number from 0.
type TaskID string

// Task is what becomes one run: steps of one node on one lifecycle of one host.
type Task struct {
	ID        TaskID
	Node      NodeID
	Host      spec.Host
	Lifecycle string
	From      []string    // planned stack at its start, bottom first
	First     int         // index of its first step among the node's steps
	Steps     []spec.Step // with inputs
	After     []TaskID    // tasks that must be done before
}

// Steps counts the steps of all tasks.
func (p *Plan) Steps() int {
	n := 0
	for i := range p.Tasks {
		n += len(p.Tasks[i].Steps)
	}
	return n
}
