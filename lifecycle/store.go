package lifecycle

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
)

// Store remembers what engines did. A step is recorded before its effects (Begin)
// and after them (End), and each record is as durable as the store can make it
// when the call returns. It is used by several engines at once, by each for its
// own lifecycle, and by each for one step at a time.
type Store interface {
	// Load gives what is known of a lifecycle, the zero Record if nothing is. A
	// record with Doing set was interrupted.
	Load(lifecycle string) (Record, error)
	// Begin records that a step is about to have effects.
	Begin(lifecycle string, d Doing) error
	// Note records what the step in progress has done so far, or is about to do.
	Note(lifecycle string, did ...string) error
	// End records how the step ended, as one change.
	End(lifecycle string, o Outcome) error
}

// Lister is a Store that can say of which lifecycles it knows something, so that
// what is applied of one that no module declares any more is not forgotten.
type Lister interface {
	Lifecycles() ([]string, error) // sorted
}

// Record is what a store keeps of one lifecycle. The initial state, which is
// always applied, is in it only if entering it does something and was done. Inputs are in their variables' types, defaults
// included, before modifiers; secrets are spec.Secret, for the store to seal.
type Record struct {
	Applied []spec.Applied // bottom first
	Calls   []spec.Called  // oldest first, the last MaxCalls
	Doing   *Doing         // the step that has begun and not ended
	Fault   *spec.Fault    // what failed last and was not made good, with those before it
}

// A store keeps so many calls of a lifecycle, and so many notes of a step; of more
// it keeps the last ones.
const (
	MaxCalls = 1000
	MaxNotes = 100
)

// Doing is a step that has begun.
type Doing struct {
	Step spec.Step
	By   spec.RunID
	Who  string // who asked for the run
	At   time.Time
	Did  []string // what it has noted so far, oldest first
}

// Outcome is how a step ended: what it changed in the record, and the fault that
// there is now. A call whose crossing failed has both Called and Fault.
type Outcome struct {
	Entered *spec.Applied
	Left    bool // the top state is taken off
	Called  *spec.Called
	Fault   *spec.Fault
}

// Begin notes the step.
func (r *Record) Begin(d Doing) { r.Doing = &d }

// Note adds to what the step has done so far; without a step it does nothing.
func (r *Record) Note(did ...string) {
	if r.Doing != nil {
		r.Doing.Did = last(append(r.Doing.Did, did...), MaxNotes)
	}
}

func last[T any](xs []T, n int) []T { return xs[max(len(xs)-n, 0):] }

// End applies an outcome.
func (r *Record) End(o Outcome) {
	if o.Entered != nil {
		r.Applied = append(r.Applied, *o.Entered)
	}
	if o.Left && len(r.Applied) > 0 {
		r.Applied = r.Applied[:len(r.Applied)-1]
	}
	if o.Called != nil {
		r.Calls = last(append(r.Calls, *o.Called), MaxCalls)
	}
	r.Doing = nil
	r.Fault = o.Fault
}

// Clone copies the record with all it holds.
func (r Record) Clone() Record {
	out := Record{Doing: r.Doing, Fault: r.Fault}
	for _, a := range r.Applied {
		a.Inputs = a.Inputs.Clone()
		out.Applied = append(out.Applied, a)
	}
	for _, c := range r.Calls {
		c.Inputs = c.Inputs.Clone()
		c.Returns = spec.CloneValue(c.Returns)
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

// Memory is a store that forgets when the process ends.
type Memory struct {
	mu      sync.Mutex
	records map[string]*Record
}

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{records: map[string]*Record{}} }

// Lifecycles names those that something was asked or recorded of.
func (m *Memory) Lifecycles() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.records)), nil
}

// Load gives a copy of the record.
func (m *Memory) Load(lifecycle string) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.record(lifecycle).Clone(), nil
}

// Begin notes the step.
func (m *Memory) Begin(lifecycle string, d Doing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record(lifecycle).Begin(d)
	return nil
}

// Note adds to what the step has done so far.
func (m *Memory) Note(lifecycle string, did ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record(lifecycle).Note(did...)
	return nil
}

// End applies the outcome.
func (m *Memory) End(lifecycle string, o Outcome) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record(lifecycle).End(o)
	return nil
}

func (m *Memory) record(lifecycle string) *Record {
	if m.records[lifecycle] == nil {
		m.records[lifecycle] = &Record{}
	}
	return m.records[lifecycle]
}
