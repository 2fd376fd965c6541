package agentd

import (
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// RunStore remembers runs beyond the life of a service, as durably as it can.
type RunStore interface {
	// Runs lists the runs that have ended, the oldest first, and gives those that were
	// begun and have not.
	Runs() (ended []spec.EndedRun, begun []spec.RunRecord, err error)
	// Forgotten lists the fingerprints of runs that were begun so long ago that nothing
	// else is kept of them.
	Forgotten() []uint64
	// Run gives all that is kept of a run; the error is NotFound for one that is not known.
	Run(id spec.RunID) (spec.RunRecord, error)
	// RecordRun replaces what is kept of a run.
	RecordRun(r spec.RunRecord) error
	// Digest identifies a secret without telling it.
	Digest(s value.Secret) (string, error)
}

// jointStore keeps what steps did, and runs, and records both as one change.
type jointStore interface {
	lifecycle.RunEnder
	RunStore
}

// noRunStore remembers nothing.
type noRunStore struct{}

func (noRunStore) Runs() ([]spec.EndedRun, []spec.RunRecord, error) { return nil, nil, nil }
func (noRunStore) Forgotten() []uint64                              { return nil }
func (noRunStore) Run(spec.RunID) (spec.RunRecord, error) {
	return spec.RunRecord{}, spec.Errorf(spec.NotFound, "nothing is remembered")
}
func (noRunStore) RecordRun(spec.RunRecord) error      { return nil }
func (noRunStore) Digest(value.Secret) (string, error) { return "", nil }

// Numbers of events are reserved in the record, at least so many at a time, before
// anybody sees one of them. So an agent that starts again continues with a number that
// nobody has seen.
const seqBlock = 1000

// begin records that a run is about to be executed, before anything of it is done.
func (s *Service) begin(r *run) error {
	var err error
	if r.digest, err = s.config.RunStore.Digest(content(r.Run)); err == nil {
		err = s.record(r, nil)
	}
	if err != nil {
		return &spec.Error{Kind: spec.KindOf(err), Op: "start the run " + string(r.ID), Hint: spec.HintOf(err),
			Msg: "it cannot be recorded, so nothing was done: " + err.Error(), Err: err}
	}
	return nil
}

// record stores a run as it is now, with one more event that nobody has seen yet.
func (s *Service) record(r *run, more *spec.Event) error {
	s.mu.Lock()
	events := withLastLines(r.events)
	s.mu.Unlock()
	if more != nil {
		events = append(events, *more)
	}
	reserved := reserve(events)
	if err := s.config.RunStore.RecordRun(r.record(events, reserved)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.reserved = reserved
	return nil
}

// reserve is how many numbers are reserved with a record of these events.
func reserve(events []spec.Event) int {
	if len(events) == 0 {
		return 0
	}
	last := events[len(events)-1].Seq
	return last + seqBlock + last/8 // a run that says much is not recorded all the time
}

func (r *run) record(events []spec.Event, reserved int) spec.RunRecord {
	return spec.RunRecord{Run: r.ID, Deployment: r.Deployment, By: r.By, Lifecycle: r.Lifecycle,
		Digest: r.digest, Began: r.began, Reserved: reserved, Rebooting: r.rebooting, Events: events}
}

// sameAs reports whether a run asks for the same work for the same deployment as a known
// one. Who asks does not matter, nor the form in which a value arrived.
func (s *Service) sameAs(old *run, r spec.Run) (bool, error) {
	switch {
	case !old.restored:
		return content(old.Run) == content(r), nil
	case old.digest == "": // it was recorded by a version whose digests were others
		return true, nil
	}
	digest, err := s.config.RunStore.Digest(content(r))
	return digest == old.digest, err
}

// content is a text that is the same for runs that ask for the same. It holds secrets.
func content(r spec.Run) value.Secret {
	steps := make([]any, len(r.Steps))
	for i, s := range r.Steps {
		steps[i] = []any{s.Action, s.State, s.Provide, s.Inputs}
	}
	all := []any{r.ID, r.Deployment, r.Lifecycle, r.From, steps}
	if r.Changed != "" {
		all = append(all, r.Changed)
	}
	return value.Canonical(all)
}
