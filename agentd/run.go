package agentd

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
)

// run is a run that was handed over, and what happened in it. The service's lock
// guards it.
type run struct {
	spec.Run
	restored  bool          // of an earlier process: of what was asked only the digest is known
	digest    string        // of what was asked; "" if not even that is known
	began     time.Time     // zero as long as it waits
	events    []spec.Event  // by number; where some are missing, they were dropped
	size      int           // of the events, in bytes
	reserved  int           // no event that anybody saw has a higher number: that is recorded
	recorded  []spec.Event  // that are recorded and were not said yet; guarded by emitting
	reserving int           // what is reserved with them
	changed   chan struct{} // closed, and replaced, when an event is added
	ended     bool
	rebooting string             // its steps are done, and the host is to reboot: in which boot that is
	cancel    context.CancelFunc // of its context, once it is executed

	emitting sync.Mutex // held while an event is recorded and added, before the service's lock
}

// Start hands a run over. The error is Invalid for a run without id, NotFound for a
// lifecycle that is not here, Denied for a run that has to be approved and is not, Conflict for an id that has other content, and
// Unavailable after Close, and as soon as Drain has begun.
func (s *Service) Start(_ context.Context, r spec.Run) error {
	if r.ID == "" {
		return spec.Errorf(spec.Invalid, "the run has no id")
	}
	if _, err := s.engine(r.Lifecycle); err != nil {
		return err
	}
	if r.Supervised {
		_, err := s.find(r.ID)
		if spec.KindOf(err) == spec.NotFound {
			err = s.allow(&r)
		}
		if err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, known := s.runs[r.ID]
	if digest, was := s.earlier[r.ID]; was {
		old, known = &run{digest: digest, restored: true}, true
	}
	if known {
		same, err := s.sameAs(old, r)
		if err != nil {
			return err
		}
		if !same {
			return spec.Errorf(spec.Conflict, "the run %s was started with other content", r.ID).
				WithHint("give a new run an id of its own")
		}
		return nil
	}
	if slices.Contains(s.forgotten, r.ID.Fingerprint()) {
		return spec.Errorf(spec.Conflict, "the run %s was executed long ago, and how it ended is not known any more", r.ID).
			WithHint("plan what is to be done again: it gets an id of its own")
	}
	if s.closed {
		return spec.Errorf(spec.Unavailable, "the agent of %s is stopping", s.config.Info.Host).
			WithHint("try again when it is back")
	}
	if s.paused {
		return spec.Errorf(spec.Unavailable, "the agent of %s is being upgraded", s.config.Info.Host).
			WithHint("try again when it is back")
	}
	added := &run{Run: r.Clone(), changed: make(chan struct{})}
	s.runs[r.ID] = added
	s.queue = append(s.queue, added)
	s.add(added, spec.Event{Kind: spec.EventQueued, Step: -1})
	select {
	case s.wake <- struct{}{}:
	default: // the worker has been told already
	}
	return nil
}

// Stop ends a run that waits, and asks one that is executed to end.
func (s *Service) Stop(_ context.Context, id spec.RunID) error {
	r, err := s.find(id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.Index(s.queue, r); at >= 0 {
		s.queue = slices.Delete(s.queue, at, at+1)
		s.add(r, spec.Event{Kind: spec.EventRunDone, Step: -1, Err: stopped()})
	}
	if r.cancel != nil {
		r.cancel()
	}
	return nil
}

func (s *Service) find(id spec.RunID) (*run, error) {
	s.mu.Lock()
	r, here := s.runs[id]
	_, was := s.earlier[id]
	s.mu.Unlock()
	switch {
	case here:
		return r, nil
	case was:
		return s.recordedRun(id)
	}
	return nil, spec.Errorf(spec.NotFound, "there is no run %s on %s", id, s.config.Info.Host)
}

func stopped() *spec.Error {
	return spec.Errorf(spec.Canceled, "the run was stopped before it began")
}
