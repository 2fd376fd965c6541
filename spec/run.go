package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/armonic/armonic/value"
)

// DeploymentID names one deployment: all the runs of one tree.
type DeploymentID string

// RunID names one run. It comes from the client; a run is never executed twice.
type RunID string

// Fingerprint stands for an id where there is no room for it: the first 8 bytes of its
// SHA-256.
func (id RunID) Fingerprint() uint64 {
	sum := sha256.Sum256([]byte(id))
	return binary.BigEndian.Uint64(sum[:])
}

// Action is what a step does.
type Action string

// The actions.
const (
	Enter Action = "enter" // push a state
	Leave Action = "leave" // take the top state off
	Call  Action = "call"  // call a provide, then cross the states from its own upward

	// TakeBack takes back what calls of a provide did, then crosses the states likewise.
	TakeBack Action = "undo"
)

// OfProvide reports whether the action is about a provide, rather than about its state.
func (a Action) OfProvide() bool { return a == Call || a == TakeBack }

// Set holds the values of one set of a require, by variable name.
type Set map[string]any

// Inputs holds the values of a step: for each require by name, its sets in order.
type Inputs map[string][]Set

// Clone copies the inputs with all they hold, so that neither holder can change
// what the other has.
func (in Inputs) Clone() Inputs {
	out := maps.Clone(in)
	for name, sets := range in {
		out[name] = make([]Set, len(sets))
		for i, s := range sets {
			if out[name][i] = value.CloneTable(s); s == nil {
				out[name][i] = Set{}
			}
		}
	}
	return out
}

// Step is one action on one lifecycle. In a Route, Requires says what it asks;
// in a Run, Inputs answers it.
type Step struct {
	Action   Action    `json:"action"`
	State    string    `json:"state"`
	Provide  string    `json:"provide,omitempty"` // for Call and TakeBack
	For      []Path    `json:"for,omitempty"`     // for Call: the states that require it, /host/Lifecycle/State; for TakeBack see Takes
	Run      RunID     `json:"run,omitempty"`     // for TakeBack: only what was called in this run
	Again    bool      `json:"again,omitempty"`   // for Enter: the state is applied, and is entered with other values
	Requires []Require `json:"requires,omitempty"`
	Inputs   Inputs    `json:"inputs,omitempty"`
}

// Name is how a step is spoken of: "enter Configured", "call Active.start".
func (s Step) Name() string {
	if s.Action.OfProvide() {
		return string(s.Action) + " " + s.State + "." + s.Provide
	}
	if s.Again {
		return string(s.Action) + " " + s.State + " again"
	}
	return string(s.Action) + " " + s.State
}

// ProvideName is the provide that asks for the step's inputs, as paths name it:
// "enter" for a state that is entered.
func (s Step) ProvideName() string {
	if s.Action.OfProvide() {
		return s.Provide
	}
	return string(s.Action)
}

// Takes says what a step of TakeBack leaves of a call, of whose provide it is, that was made
// in a run for some states. With Run it is about the calls of that run, whoever required
// them, else about those that nobody did. With For it is about those for these states, and
// takes back what no other state required as well: left are the others.
func (s Step) Takes(by RunID, states []Path) (left []Path, takes bool) {
	switch {
	case s.Run != "" && s.Run != by:
		return states, false
	case len(s.For) == 0:
		if s.Run == "" && len(states) > 0 {
			return states, false
		}
		return nil, true
	}
	for _, state := range states {
		if !slices.Contains(s.For, state) {
			left = append(left, state)
		}
	}
	return left, len(left) < len(states)
}

// Clone copies the step and its inputs. What it requires is shared: nobody changes
// a declaration.
func (s Step) Clone() Step {
	s.Inputs = s.Inputs.Clone()
	return s
}

// Work is steps with their inputs, to be checked, previewed or run.
type Work struct {
	Lifecycle string   `json:"lifecycle"`
	From      []string `json:"from"` // the stack the steps start on, bottom first
	Steps     []Step   `json:"steps"`
	Module    string   `json:"module,omitempty"`  // that of the route it was made from: a run does nothing if it is another one by then
	Changed   Changed  `json:"changed,omitempty"` // what to do about what was changed since, and is to be taken back
	Node      string   `json:"node,omitempty"`    // in a preview: by which deferred values of later work name what the call in it returns
}

// Run is work that an agent executes once, in order, on one lifecycle.
type Run struct {
	ID         RunID        `json:"id"`
	Deployment DeploymentID `json:"deployment,omitempty"`
	By         string       `json:"by,omitempty"`    // who asked
	Shown      [][]string   `json:"shown,omitempty"` // of the first steps, see Shown; nil if nothing was shown

	// Once begins the ids of all runs of which one makes the call of this run: if one of them
	// has called the provide with the same values, and that stands, it is not called again.
	// "" lets the run call it in any case.
	Once string `json:"once,omitempty"`

	// Supervised says that the agent takes the run only if it is of a proposal that was
	// approved. It is set by who knows the rights of whoever asks, and never sent.
	Supervised bool `json:"-"`

	Work
}

// Clone copies the run with its steps, as Step.Clone does.
func (r Run) Clone() Run {
	r.From = slices.Clone(r.From)
	r.Steps = slices.Clone(r.Steps)
	for i, step := range r.Steps {
		r.Steps[i] = step.Clone()
	}
	return r
}
