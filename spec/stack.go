package spec

import (
	"slices"
	"time"
)

// Applied is one state of a stack.
type Applied struct {
	State  string    `json:"state"`
	At     time.Time `json:"at,omitzero"` // zero for the initial state
	By     RunID     `json:"by,omitempty"`
	Inputs Inputs    `json:"inputs,omitempty"` // what it was entered with
}

// Called is one step that was done, kept as history: a provide that was called, or whose
// calls were taken back, or a state that was entered or left, whose provide is "enter" or "leave".
type Called struct {
	Action  Action        `json:"action,omitempty"` // "" is a call, as older agents keep it
	State   string        `json:"state"`
	Provide string        `json:"provide"`
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took"`
	By      RunID         `json:"by,omitempty"`
	Who     string        `json:"who,omitempty"` // who asked for the run
	For     []Path        `json:"for,omitempty"` // the states that required the call; of TakeBack those of Step.For
	Of      RunID         `json:"of,omitempty"`  // of TakeBack: Step.Run
	Inputs  Inputs        `json:"inputs,omitempty"`
	Returns any           `json:"returns,omitempty"`
	Err     *Error        `json:"error,omitempty"` // it succeeded, but could not be crossed
}

// Changed reports whether the step changed the state, rather than calling a provide or
// taking that back.
func (c Called) Changed() bool { return c.Action == Enter || c.Action == Leave }

// Fault is a step that began and did not end well; the stack says what is
// applied all the same.
type Fault struct {
	Step Step      `json:"step"`
	At   time.Time `json:"at"`
	By   RunID     `json:"by,omitempty"`
	Did  []string  `json:"did,omitempty"` // what the step had said and done until then, the last lines of it
	Err  *Error    `json:"error"`

	// Guarded says that the step was to be taken back if it failed, and was not yet.
	Guarded bool `json:"guarded,omitempty"`

	// Earlier is a failure before this one, if it left a state entered or left in
	// part and nobody has made that good; or that of a call, if taking it back failed.
	Earlier *Fault `json:"earlier,omitempty"`
}

// Calls is the call that failed, of which some may be done; none if another step did.
func (f *Fault) Calls() []Called {
	if f.Step.Action != Call {
		return nil
	}
	return []Called{{State: f.Step.State, Provide: f.Step.Provide, By: f.By, For: f.Step.For, Inputs: f.Step.Inputs}}
}

// Clone copies the fault with all it holds, and those before it.
func (f *Fault) Clone() *Fault {
	if f == nil {
		return nil
	}
	out := *f
	out.Step = f.Step.Clone()
	out.Did = slices.Clone(f.Did)
	out.Earlier = f.Earlier.Clone()
	return &out
}

// Stack is what is applied of one lifecycle on one host.
type Stack struct {
	Path        Path        `json:"path"` // /host/Lifecycle
	Doc         string      `json:"doc,omitempty"`
	States      []string    `json:"states"`          // all states, in the order declared
	Transitions [][2]string `json:"transitions"`     // usable on this host, in path order
	Applied     []Applied   `json:"applied"`         // bottom first
	Calls       []Called    `json:"calls,omitempty"` // what was done, oldest first
	Doing       *Step       `json:"doing,omitempty"` // the step that runs now
	DoingBy     RunID       `json:"doing_by,omitempty"`
	Fault       *Fault      `json:"fault,omitempty"` // what failed last and was not made good

	Simulated bool `json:"simulated,omitempty"` // the lifecycle or the host only pretends: nothing is there
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

// StandingCalls are the calls of provides, oldest first, that are not past: their states
// were not left since, and they were not taken back.
func (s Stack) StandingCalls() []Called {
	var out []Called
	for _, c := range s.Calls {
		switch c.Action {
		case Leave:
			out = slices.DeleteFunc(out, func(x Called) bool { return x.State == c.State })
		case TakeBack:
			step := Step{Action: TakeBack, State: c.State, Provide: c.Provide, For: c.For, Run: c.Of}
			_, out = step.TakesOf(out)
		case Enter:
		default: // Call, or none, as older agents keep it
			out = append(out, c)
		}
	}
	return out
}

// TakesOf divides calls into those that a step of TakeBack takes back, and those that
// stand after it.
func (s Step) TakesOf(calls []Called) (taken, stand []Called) {
	for _, c := range calls {
		left, takes := c.For, false
		if c.State == s.State && c.Provide == s.Provide {
			left, takes = s.Takes(c.By, c.For)
		}
		if takes && len(left) == 0 {
			taken = append(taken, c)
			continue
		}
		c.For = left
		stand = append(stand, c)
	}
	return taken, stand
}

// CallsUndoneBy is the calls of provides that steps make void, since they leave their
// states or take them back: whoever made them may rely on them.
func (s Stack) CallsUndoneBy(steps []Step) []Called {
	var out []Called
	calls := s.StandingCalls()
	for _, step := range steps {
		if step.Action == TakeBack {
			var taken []Called
			taken, calls = step.TakesOf(calls)
			out = append(out, taken...)
		}
	}
	for _, c := range calls {
		if slices.ContainsFunc(steps, func(x Step) bool { return x.Action == Leave && x.State == c.State }) {
			out = append(out, c)
		}
	}
	return out
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
