package lifecycle

import (
	"context"
	"time"

	"github.com/armonic/armonic/spec"
)

// Lifecycle is the definition of one service's state machine. It is not changed
// once an Engine uses it, and may be shared by several.
type Lifecycle struct {
	Name        string
	Doc         string
	Initial     string      // "" is the first state
	States      []*State    // in the order declared
	Transitions [][2]string // in the order declared; nil: each state leads to the next
	Source      string      // "file:line:column", for messages; may be empty
	Digest      string      // of the files that it was loaded from; may be empty
	Previews    bool        // the functions heed Call.Preview: where it is set they change nothing
	Simulated   bool        // it only pretends: on no host anything is changed by it, or runs afterwards

	// Effects takes back what the functions recorded in Call.Effects, when a state without
	// a leave function is left; nil takes nothing back.
	Effects EffectHandler
}

// InitialState names the state that is applied from the start, "" without states.
func (l *Lifecycle) InitialState() string {
	if l.Initial == "" && len(l.States) > 0 {
		return l.States[0].Name
	}
	return l.Initial
}

// Edges are the transitions declared, or else each state leading to the next.
func (l *Lifecycle) Edges() [][2]string {
	if l.Transitions != nil {
		return l.Transitions
	}
	var out [][2]string
	for i := 1; i < len(l.States); i++ {
		out = append(out, [2]string{l.States[i-1].Name, l.States[i].Name})
	}
	return out
}

// State is one step of deploying the service. All functions may be nil: a state
// may well do nothing.
type State struct {
	Name   string
	Doc    string
	Source string

	OS       []OSMatch      // the systems it supports, empty for all
	Requires []spec.Require // what entering it needs
	Enter    func(ctx context.Context, c *Call) error
	Leave    func(ctx context.Context, c *Call) error
	Cross    func(ctx context.Context, c *Call) error // c.Flags holds the provide's flags
	Hooks    Hooks                                    // of the variables of Requires

	Provides []*Provide // in the order declared

	// Guarded is how long somebody has to confirm that the host can still be reached once the
	// state was entered; then what entering it changed is taken back. 0 needs no confirming.
	Guarded time.Duration

	// Implementations makes it a metastate: it is reached through "Name.Impl", the
	// first in order whose OS fits the host being the first path.
	Implementations []*State
}

// Provide is an operation of a state. Path is left empty here; an agent fills it.
type Provide struct {
	Name   string
	Source string
	spec.Provide
	Do    func(ctx context.Context, c *Call) (any, error) // nil does nothing and returns nil
	Undo  func(ctx context.Context, c *Call) error        // takes a call back, whose inputs it is given; nil: its effects are taken back
	Keep  bool                                            // what it did is not taken back, as long as its state is applied
	Hooks Hooks
}

// Hooks are functions of the module about single variables, by "require/variable".
type Hooks struct {
	// Suggest gives a value for this host, used as the variable's default.
	Suggest map[string]func(ctx context.Context, c *Call) (any, error)
	// Validate refuses a value, after its type and constraints were checked.
	Validate map[string]func(ctx context.Context, c *Call, value any) error
}

// Call is what a function of a state is given. It is valid until the function returns.
type Call struct {
	Me     spec.Info
	Inputs spec.Inputs    // converted and modified; every declared require is present
	Flags  map[string]any // cross only: the flags of the provide that was called

	// Entered gives what a state of the stack was entered with.
	Entered func(state string) (spec.Inputs, bool)
	// Log adds a line to the log of the step.
	Log func(level spec.Level, text string)
	// Note adds a line to the log of the step that is as durable as the store can make it
	// when Note returns. After an error the step must not go on.
	Note func(text string) error
	// Effects records what the function changes.
	Effects EffectRecorder
	// Changed says what to do about what somebody changed since, when it is taken back.
	Changed spec.Changed
	// Progress says how far the step is; total 0 means unknown.
	Progress func(done, total int)
	// Preview is set while it is only asked what would change: it is told of each change,
	// and none is made.
	Preview *Preview
	// Kept is the agent's.
	Kept *Kept
}
