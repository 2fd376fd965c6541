package lifecycle

import (
	"slices"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Record is what a store keeps of one lifecycle. The initial state is always
// applied; it is in the record only if it has an enter function, and that was run.
// Inputs are in their variables' types, defaults included, before modifiers;
// secrets are value.Secret, for the store to seal.
type Record struct {
	Applied []spec.Applied `json:"applied,omitempty"` // bottom first
	Calls   []spec.Called  `json:"-"`                 // oldest first, the last MaxCalls
	Doing   *Doing         `json:"doing,omitempty"`   // the step that has begun and not ended
	Fault   *spec.Fault    `json:"fault,omitempty"`   // what failed last and was not repaired, with those before it
	Effects []spec.Effect  `json:"-"`                 // what stands of what steps changed, by number
	Owed    []string       `json:"owed,omitempty"`    // keys of what is owed: "reload nginx"
}

// A store keeps the last ones of what is more than that.
const (
	MaxCalls    = 1000 // of a lifecycle
	MaxLogLines = 100  // of a step
)

// Doing is a step that has begun.
type Doing struct {
	Step spec.Step  `json:"step"`
	By   spec.RunID `json:"by,omitempty"`
	Who  string     `json:"who,omitempty"` // who asked for the run
	At   time.Time  `json:"at"`
	Did  []string   `json:"did,omitempty"` // the log of the step, oldest line first
}

// Outcome is how a step ended: what it changed in the record, what the history says of
// it, and the fault that there is now. A call whose crossing failed has both Called and Fault.
type Outcome struct {
	Entered *spec.Applied
	Again   *spec.Applied // takes the place of the state that is applied
	Left    bool          // the top state is taken off
	Called  *spec.Called
	Fault   *spec.Fault
	Effects EffectChange
}

// Begin records that a step begins.
func (r *Record) Begin(d Doing) { r.Doing = &d }

// AppendLog adds lines to the log of the step in progress, if there is one.
func (r *Record) AppendLog(lines ...string) {
	if r.Doing != nil {
		r.Doing.Did = last(append(r.Doing.Did, lines...), MaxLogLines)
	}
}

func last[T any](xs []T, n int) []T { return xs[max(len(xs)-n, 0):] }

// End applies the outcome of the step.
func (r *Record) End(o Outcome) {
	if o.Entered != nil {
		r.Applied = append(r.Applied, *o.Entered)
	}
	if o.Again != nil {
		if i := slices.IndexFunc(r.Applied, func(a spec.Applied) bool { return a.State == o.Again.State }); i >= 0 {
			r.Applied = slices.Clone(r.Applied)
			r.Applied[i] = *o.Again
		}
	}
	if o.Left && len(r.Applied) > 0 {
		r.Applied = r.Applied[:len(r.Applied)-1]
	}
	if o.Called != nil {
		r.Calls = last(append(r.Calls, *o.Called), MaxCalls)
	}
	r.Doing = nil
	r.Fault = o.Fault
	r.ChangeEffects(o.Effects)
}

// Clone copies the record with all it holds.
func (r Record) Clone() Record {
	out := Record{Doing: r.Doing, Fault: r.Fault, Effects: slices.Clone(r.Effects), Owed: slices.Clone(r.Owed)}
	for _, a := range r.Applied {
		a.Inputs = a.Inputs.Clone()
		out.Applied = append(out.Applied, a)
	}
	for _, c := range r.Calls {
		c.Inputs = c.Inputs.Clone()
		c.Returns = value.Clone(c.Returns)
		out.Calls = append(out.Calls, c)
	}
	if r.Doing != nil {
		d := *r.Doing
		d.Step = d.Step.Clone()
		d.Did = slices.Clone(d.Did)
		out.Doing = &d
	}
	out.Fault = r.Fault.Clone()
	return out
}
