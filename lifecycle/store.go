package lifecycle

import (
	"maps"
	"slices"
	"sync"
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
	// AppendLog adds lines to the log of the step in progress: what it says, does and is
	// about to do.
	AppendLog(lifecycle string, lines ...string) error
	// End records how the step ended, as one change.
	End(lifecycle string, o Outcome) error
}

// Lister is a Store that can say of which lifecycles it knows something, so that
// what is applied of one that no module declares any more is not forgotten.
type Lister interface {
	Lifecycles() ([]string, error) // sorted
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

// Begin records the step.
func (m *Memory) Begin(lifecycle string, d Doing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record(lifecycle).Begin(d)
	return nil
}

// AppendLog adds lines to the log of the step in progress.
func (m *Memory) AppendLog(lifecycle string, lines ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record(lifecycle).AppendLog(lines...)
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
