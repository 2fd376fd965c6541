package agentd

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// RunStore remembers runs beyond the life of a service, as durably as it can.
type RunStore interface {
	// Runs lists the runs that have ended, the oldest first, and gives those that were
	// begun and have not.
	Runs() (ended []spec.EndedRun, begun []spec.RunRecord, err error)
	// Run gives all that is kept of a run; the error is NotFound for one that is not known.
	Run(id spec.RunID) (spec.RunRecord, error)
	// RecordRun replaces what is kept of a run.
	RecordRun(r spec.RunRecord) error
	// Digest identifies a secret without emitting it.
	Digest(s value.Secret) (string, error)
}

// noRunStore remembers nothing.
type noRunStore struct{}

func (noRunStore) Runs() ([]spec.EndedRun, []spec.RunRecord, error) { return nil, nil, nil }
func (noRunStore) Run(spec.RunID) (spec.RunRecord, error) {
	return spec.RunRecord{}, spec.Errorf(spec.NotFound, "nothing is remembered")
}
func (noRunStore) RecordRun(spec.RunRecord) error      { return nil }
func (noRunStore) Digest(value.Secret) (string, error) { return "", nil }
