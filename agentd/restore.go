package agentd

import (
	"runtime/debug"
	"strings"

	"github.com/armonic/armonic/spec"
)

// restore makes the runs of earlier processes known. One that had not ended was
// interrupted: it is never executed again.
func (s *Service) restore() error {
	ended, begun, err := s.config.RunStore.Runs()
	if err != nil {
		return err
	}
	s.forgotten = s.config.RunStore.Forgotten()
	for _, r := range ended {
		s.earlier[r.Run] = r.Digest
		s.markEnded(r.Run)
	}
	if len(ended) > spec.MaxRunsWithEvents {
		defer debug.FreeOSMemory() // an agent that is idle should not hold what it read
	}
	for _, rec := range begun {
		r := restoredRun(rec)
		r.changed = make(chan struct{})
		s.retention.replace(r, rec.Events)
		s.runs[r.ID] = r
		if r.rebooting != "" {
			s.restoreRebooting(r)
		} else {
			s.endInterrupted(r)
		}
	}
	return nil
}

func restoredRun(rec spec.RunRecord) *run {
	r := &run{digest: rec.Digest, began: rec.Began, reserved: rec.Reserved, rebooting: rec.Rebooting, restored: true, events: rec.Events}
	r.ID, r.Deployment, r.By, r.Lifecycle = rec.Run, rec.Deployment, rec.By, rec.Lifecycle
	return r
}

// endInterrupted ends a run during which the agent stopped. If that cannot be recorded, as on a
// full disk, the next agent finds the run interrupted again.
func (s *Service) endInterrupted(r *run) {
	interrupted := spec.Errorf(spec.Failed, "it was interrupted: the agent stopped while it was executed").
		WithHint("the stack of %s says what is applied and what the interrupted step had done; it can be retried or undone", r.Lifecycle)
	if left := s.config.Commands.StillRunning(); len(left) > 0 {
		interrupted.Msg += "; " + strings.Join(left, "; ")
		interrupted.Hint += "; what still runs is ended first, or waited for if it must not be interrupted"
	}
	interrupted.Op = "execute the run " + string(r.ID)
	s.endRestored(r, "the agent stopped here: what the step said last may be missing", interrupted)
}

// endRestored ends a run of an earlier agent, and records that. What came between is said in
// the place of events that may be missing.
func (s *Service) endRestored(r *run, between string, failed *spec.Error) {
	done := s.number(r, spec.Event{Kind: spec.EventRunDone, Step: -1, Err: failed})
	events := r.events
	if r.reserved >= done.Seq {
		done.Seq = r.reserved + 1
		events = append(events, gapNotice(done, between))
	}
	if e, err := s.engine(r.Lifecycle); err == nil {
		done.Stack = e.Applied()
	}
	events = append(events, done)
	if err := s.config.RunStore.RecordRun(r.record(events, done.Seq)); err != nil {
		s.config.Logger.Error("the end of a run could not be recorded", "run", r.ID, "error", err, "hint", spec.HintOf(err))
	}
	s.retention.replace(r, events)
	r.ended = true
	s.markEnded(r.ID)
}

// recordedRun gives a run that ended in an earlier process, with its events.
func (s *Service) recordedRun(id spec.RunID) (*run, error) {
	rec, err := s.config.RunStore.Run(id)
	if err != nil {
		return nil, err
	}
	r := restoredRun(rec)
	r.ended = true
	return r, nil
}
