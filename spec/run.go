package spec

import (
	"slices"
	"time"

	"github.com/armonic/armonic/value"
)

// DeploymentID names one deployment: all the runs of one tree.
type DeploymentID string

// RunID names one run. It comes from the client; a run is never executed twice.
type RunID string

// Action is what a step does.
type Action string

// The actions.
const (
	Enter Action = "enter" // push a state
	Leave Action = "leave" // take the top state off
	Call  Action = "call"  // call a provide, then cross the states from its own upward
)

// Set holds the values of one set of a require, by variable name.
type Set map[string]any

// Inputs holds the values of a step: for each require by name, its sets in order.
type Inputs map[string][]Set

// Deferred is value.Deferred, which new code uses.
type Deferred = value.Deferred

// Step is one action on one lifecycle. In a Route, Requires says what it asks;
// in a Run, Inputs answers it.
type Step struct {
	Action   Action    `json:"action"`
	State    string    `json:"state"`
	Provide  string    `json:"provide,omitempty"` // for Call
	Requires []Require `json:"requires,omitempty"`
	Inputs   Inputs    `json:"inputs,omitempty"`
}

// Name is how a step is spoken of: "enter Configured", "call Active.start".
func (s Step) Name() string {
	if s.Action == Call {
		return "call " + s.State + "." + s.Provide
	}
	return string(s.Action) + " " + s.State
}

// Asks is the name of the provide that asks for the step's inputs: "enter" for a
// state that is entered.
func (s Step) Asks() string {
	if s.Action == Call {
		return s.Provide
	}
	return string(s.Action)
}

// RouteQuery asks for the way to a provide from a given stack.
type RouteQuery struct {
	Provide Path     `json:"provide"`         // of one provide, or of a state: then the route ends there
	From    []string `json:"from"`            // stack, bottom first; nil is the stack of now
	Index   int      `json:"index,omitempty"` // which of several paths: 0 is the first, -1 the last; up to MostPaths from either end
}

// Route is the way to a provide: the states to enter or leave in order, then the
// call itself as the last step (none if the query named a state).
type Route struct {
	Lifecycle string   `json:"lifecycle"`
	From      []string `json:"from"`  // the stack the route starts on, bottom first
	After     []string `json:"after"` // the stack it ends on
	Steps     []Step   `json:"steps"` // with Requires
	Provide   Provide  `json:"provide,omitzero"`
}

// Work is steps with their inputs, to be checked, previewed or run.
type Work struct {
	Lifecycle string   `json:"lifecycle"`
	From      []string `json:"from"` // the stack the steps start on, bottom first
	Steps     []Step   `json:"steps"`
}

// Run is work that an agent executes once, in order, on one lifecycle.
type Run struct {
	ID         RunID        `json:"id"`
	Deployment DeploymentID `json:"deployment,omitempty"`
	By         string       `json:"by,omitempty"` // who asked
	Work
}

// Applied is one state of a stack.
type Applied struct {
	State  string    `json:"state"`
	At     time.Time `json:"at,omitzero"` // zero for the initial state
	By     RunID     `json:"by,omitempty"`
	Inputs Inputs    `json:"inputs,omitempty"` // what it was entered with
}

// Called is one provide that was called, kept as history.
type Called struct {
	State   string        `json:"state"`
	Provide string        `json:"provide"`
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took"`
	By      RunID         `json:"by,omitempty"`
	Who     string        `json:"who,omitempty"` // who asked for the run
	Inputs  Inputs        `json:"inputs,omitempty"`
	Returns any           `json:"returns,omitempty"`
	Err     *Error        `json:"error,omitempty"` // it succeeded, but could not be crossed
}

// Fault is a step that began and did not end well; the stack says what is
// applied all the same.
type Fault struct {
	Step Step      `json:"step"`
	At   time.Time `json:"at"`
	By   RunID     `json:"by,omitempty"`
	Did  []string  `json:"did,omitempty"` // what the step had said and done until then, the last lines of it
	Err  *Error    `json:"error"`

	// Earlier is a failure before this one, if it left a state entered or left in
	// part and nobody has made that good.
	Earlier *Fault `json:"earlier,omitempty"`
}

// Stack is what is applied of one lifecycle on one host.
type Stack struct {
	Path        Path        `json:"path"` // /host/Lifecycle
	Doc         string      `json:"doc,omitempty"`
	States      []string    `json:"states"`          // all states, in the order declared
	Transitions [][2]string `json:"transitions"`     // usable on this host, in path order
	Applied     []Applied   `json:"applied"`         // bottom first
	Calls       []Called    `json:"calls,omitempty"` // oldest first
	Doing       *Step       `json:"doing,omitempty"` // the step that runs now
	DoingBy     RunID       `json:"doing_by,omitempty"`
	Fault       *Fault      `json:"fault,omitempty"` // what failed last and was not made good
}

// Names lists the applied states, bottom first.
func (s Stack) Names() []string {
	out := make([]string, len(s.Applied))
	for i, a := range s.Applied {
		out[i] = a.State
	}
	return out
}

// Top is the current state, "" for an empty stack.
func (s Stack) Top() string {
	if len(s.Applied) == 0 {
		return ""
	}
	return s.Applied[len(s.Applied)-1].State
}

// StackAfter is the stack that steps lead to from a given one, bottom first.
func StackAfter(from []string, steps []Step) []string {
	out := slices.Clone(from)
	for _, s := range steps {
		switch {
		case s.Action == Enter && !slices.Contains(out, s.State):
			out = append(out, s.State)
		case s.Action == Leave && len(out) > 0 && out[len(out)-1] == s.State:
			out = out[:len(out)-1] // else it undoes what is not applied
		}
	}
	return out
}
