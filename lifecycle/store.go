package lifecycle

import (
	"maps"
	"slices"
	"sync"

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
	// AppendLog adds lines to the log of the step in progress: what it says, does and is
	// about to do.
	AppendLog(lifecycle string, lines ...string) error
	// Effects completes effects that a record has with the contents of files.
	Effects(lifecycle string, brief []spec.Effect) ([]spec.Effect, error)
	// RecordEffects records what becomes of the effects of the step in progress, with lines
	// of its log, as one change. A file of an effect has its content, or only the digest of
	// one that the store has already.
	RecordEffects(lifecycle string, c EffectChange, lines ...string) error
	// End records how the step ended, as one change.
	End(lifecycle string, o Outcome) error
}

// RunEnder is a Store that also keeps runs.
type RunEnder interface {
	// EndWithRun records how the step ended, and what is kept of its run, as one change.
	EndWithRun(lifecycle string, o Outcome, r spec.RunRecord) error
}

// Lister is a Store that can say of which lifecycles it knows something, so that
// what is applied of one that no module declares any more is not forgotten.
type Lister interface {
	Lifecycles() ([]string, error) // sorted
}

// Memory is a store that forgets when the process ends.
type Memory struct {
	mu       sync.Mutex
	records  map[string]*Record
	contents map[string]string // of files, by digest
}

// NewMemory makes an empty store.
func NewMemory() *Memory {
	return &Memory{records: map[string]*Record{}, contents: map[string]string{}}
}

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

// Effects completes effects.
func (m *Memory) Effects(_ string, brief []spec.Effect) ([]spec.Effect, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(brief)
	for i := range out {
		for _, o := range out[i].Objects() {
			if o.Digest != "" {
				o.Content, o.Digest = m.contents[o.Digest], ""
			}
		}
	}
	return out, nil
}

// RecordEffects changes the effects of the step in progress.
func (m *Memory) RecordEffects(lifecycle string, c EffectChange, lines ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(c)
	m.record(lifecycle).ChangeEffects(c)
	m.record(lifecycle).AppendLog(lines...)
	m.forget()
	return nil
}

// keep keeps the contents of files.
func (m *Memory) keep(c EffectChange) {
	for _, e := range c.Begun {
		for _, o := range e.Objects() {
			if o.Content != "" {
				m.contents[o.Brief().Digest] = o.Content
			}
		}
	}
}

// forget drops the contents that nothing refers to.
func (m *Memory) forget() {
	used := map[string]bool{}
	for _, r := range m.records {
		for _, e := range r.Effects {
			for _, o := range e.Objects() {
				used[o.Digest] = true
			}
		}
	}
	maps.DeleteFunc(m.contents, func(digest, _ string) bool { return !used[digest] })
}

// End applies the outcome.
func (m *Memory) End(lifecycle string, o Outcome) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(o.Effects)
	m.record(lifecycle).End(o)
	m.forget()
	return nil
}

func (m *Memory) record(lifecycle string) *Record {
	if m.records[lifecycle] == nil {
		m.records[lifecycle] = &Record{}
	}
	return m.records[lifecycle]
}
