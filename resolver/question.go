package resolver

import "github.com/armonic/armonic/spec"

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
	Generated Source = "random"   // made at random, as the variable wants it
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

	Suggestions []Suggestion // best first
	Options     []Option     // of host, hosts and choose: what there is to choose from
	Min, Max    int          // of hosts and count
}

// Settled reports whether the operator (or a file) decided it, or nobody can.
func (q *Question) Settled() bool {
	return q.Fixed || q.Status == AtRun || q.Source == You || q.Source == Replayed || q.Source == Generated
}

// Required reports whether a good answer is missing.
func (q *Question) Required() bool { return q.Status == Missing || q.Status == Wrong }

// free reports whether neither a person, a file nor a module decided it.
func (q *Question) free() bool {
	return !q.Settled() && q.Key.Kind != AskManage && q.Key.Kind != AskPath && q.Key.Kind != AskCall && q.Key.Kind != AskRoll && q.Source != Bound && q.Source != FromXPath
}

// Undecided reports whether the value in force is one that nobody chose, of which
// the operator should know. Questions for experts are not.
func (q *Question) Undecided() bool { return q.free() && !q.Required() && !q.Var.Expert }

// Acceptable is what somebody takes who agrees with what is proposed: the value in
// force, else what is proposed; nil if that is nothing, or it is decided.
func (q *Question) Acceptable() any {
	switch {
	case !q.free() || q.Status == Wrong:
		return nil
	case q.Value == nil:
		return q.Proposed()
	}
	return q.Value
}

// Proposed is the best suggestion, unless somebody must choose it; then it is nil.
func (q *Question) Proposed() any {
	if len(q.Suggestions) == 0 || q.Suggestions[0].Choice {
		return nil
	}
	return q.Suggestions[0].Value
}

// Open reports whether somebody should answer: a good answer is missing, or the
// value in force is one that nobody chose.
func (q *Question) Open() bool { return q.Required() && !q.Fixed || q.Undecided() }

// refuse marks the question as wrong. The first reason stands.
func (q *Question) refuse(msg, hint string) {
	q.Status = Wrong
	if q.Problem == "" {
		q.Problem, q.Hint = msg, hint
	}
}

// Suggestion is a value that could be taken, and why.
type Suggestion struct {
	Value any
	Why   string
	// Choice says that it is only offered: it was given for another node, or is one of the
	// values that are possible. Nobody takes it who does not choose it.
	Choice bool
}

// Option is one choice of a question.
type Option struct {
	Value    any    // spec.Host or string
	Note     string // "Active", "no agent"
	Disabled bool   // cannot be chosen; Note says why
}
