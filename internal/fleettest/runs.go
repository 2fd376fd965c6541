package fleettest

import (
	"sync"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// RunMemory keeps what agents remember of runs, in memory: it outlives the agent.
type RunMemory struct {
	mu    sync.Mutex
	runs  map[spec.RunID]spec.RunRecord
	order []spec.RunID
}

// RecordRun keeps a run.
func (m *RunMemory) RecordRun(r spec.RunRecord) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runs == nil {
		m.runs = map[spec.RunID]spec.RunRecord{}
	}
	if _, known := m.runs[r.Run]; !known {
		m.order = append(m.order, r.Run)
	}
	m.runs[r.Run] = r
	return nil
}

// Runs lists those that have ended, and those that have not, in the order in which they began.
func (m *RunMemory) Runs() (ended []spec.EndedRun, begun []spec.RunRecord, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range m.order {
		if r := m.runs[id]; r.Ended() {
			ended = append(ended, spec.EndedRun{Run: id, Digest: r.Digest})
		} else {
			begun = append(begun, r)
		}
	}
	return ended, begun, nil
}

// Run gives one.
func (m *RunMemory) Run(id spec.RunID) (spec.RunRecord, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.runs[id], nil
}

// Forgotten is empty: all are kept.
func (m *RunMemory) Forgotten() []uint64 { return nil }

// Digest is the secret itself.
func (m *RunMemory) Digest(s value.Secret) (string, error) { return s.Reveal(), nil }
