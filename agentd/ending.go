package agentd

import (
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// recordEnd gives what is to be kept of a run when a step is done, to be recorded with what
// the step did: the event of its end, and that of the run's if it was the last step. From
// now on the run has no other events, until sayRecorded says these.
func (s *Service) recordEnd(e *lifecycle.Engine, r *run, i int, returns any, stack []string) spec.RunRecord {
	last := i == len(r.Steps)-1
	if last && e.RebootOwed() && s.config.Power != nil {
		var err error
		if r.rebooting, err = s.config.Power.Boot(); err != nil {
			r.rebooting = "" // it is tried again, and said, when the run comes to it
		}
		last = false
	}
	r.emitting.Lock()
	s.mu.Lock()
	defer s.mu.Unlock()
	ev := s.number(r, spec.Event{Kind: spec.EventStepDone, Step: i, Returns: returns, Stack: stack})
	r.recorded = []spec.Event{ev}
	if last {
		r.recorded = append(r.recorded, spec.Event{Run: r.ID, Seq: ev.Seq + 1, At: ev.At, Kind: spec.EventRunDone, Step: -1, Stack: stack})
	}
	events := append(withLastLines(r.events), r.recorded...)
	r.reserving = reserve(events)
	return r.record(events, r.reserving)
}

// sayRecorded says the end of a step that was recorded with what the step did, but not yet
// the end of the run. It reports whether there was one: there is none if the step failed, or
// could not be recorded.
func (s *Service) sayRecorded(r *run, err error) bool {
	if r.recorded == nil {
		return false
	}
	defer r.emitting.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := r.recorded
	r.recorded = nil
	if err != nil {
		return false
	}
	r.reserved = r.reserving
	if len(all) > 1 {
		r.recorded = all[1:]
	}
	s.publish(r, all[0])
	return true
}

// end says that a run has ended, which was recorded with the end of its last step, perhaps.
func (s *Service) end(r *run, ev spec.Event) {
	if len(r.recorded) == 0 {
		s.emit(r, ev)
		return
	}
	r.emitting.Lock()
	defer r.emitting.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publish(r, r.recorded[0])
}

// later is for lines of a step's log that wait to be recorded.
func (s *Service) later(fn func()) { time.AfterFunc(s.config.LogDelay, fn) }
