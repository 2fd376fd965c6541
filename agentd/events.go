package agentd

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// emit adds an event to a run that is executed. How a step and how the run ended is
// recorded before anybody sees it; if it cannot be, that is logged and the event is
// seen all the same, for it is true.
func (s *Service) emit(r *run, ev spec.Event) {
	r.emitting.Lock()
	defer r.emitting.Unlock()
	if len(r.recorded) > 0 {
		return // its end is recorded already: this line comes too late
	}
	s.mu.Lock()
	ev = s.number(r, ev)
	s.mu.Unlock()
	ends := ev.Kind == spec.EventStepDone || ev.Kind == spec.EventStepFailed || ev.Kind == spec.EventRunDone
	if ends || ev.Seq > r.reserved {
		if err := s.record(r, &ev); err != nil {
			s.config.Logger.Error("cannot record a run", "run", r.ID, "error", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publish(r, ev)
}

// add appends an event to a run that is not executed yet; the lock is held.
func (s *Service) add(r *run, ev spec.Event) { s.publish(r, s.number(r, ev)) }

// number gives an event its place after the others of the run; the lock is held.
func (s *Service) number(r *run, ev spec.Event) spec.Event {
	ev.Run, ev.Seq, ev.At = r.ID, 1, s.config.Clock()
	if n := len(r.events); n > 0 {
		ev.Seq = r.events[n-1].Seq + 1
	}
	return ev
}

// publish shows an event that has its number to followers; the lock is held. The last
// one ends the run.
func (s *Service) publish(r *run, ev spec.Event) {
	s.retention.add(r, ev)
	if r.ended = ev.Kind == spec.EventRunDone; r.ended {
		s.markEnded(r.ID)
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

// markEnded notes that a run has ended, and forgets what is too old; the lock is held.
func (s *Service) markEnded(id spec.RunID) {
	s.ended = append(s.ended, id)
	if n := len(s.ended) - spec.MaxRunsWithEvents; n > 0 {
		if r := s.runs[s.ended[n-1]]; r != nil {
			s.retention.keepOnlyLast(r)
		}
	}
	if n := len(s.ended) - spec.MaxRuns; n > 0 {
		for _, old := range s.ended[:n] {
			s.forgotten = append(s.forgotten, old.Fingerprint())
			if r := s.runs[old]; r != nil {
				s.retention.replace(r, nil)
			}
			delete(s.runs, old)
			delete(s.earlier, old)
		}
		s.ended = slices.Delete(s.ended, 0, n)
	}
}
