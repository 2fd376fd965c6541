package agentd

import (
	"github.com/armonic/armonic/spec"
)

// Numbers of events are reserved in the record, at least so many at a time, before
// anybody sees one of them. So an agent that starts again continues with a number that
// nobody has seen.
const seqBlock = 1000

// begin records that a run is about to be executed, before anything of it is done.
func (s *Service) begin(r *run) error {
	var err error
	if r.digest, err = s.runStore.Digest(content(r.Run)); err == nil {
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
	reserved := 0
	if n := len(events); n > 0 {
		reserved = events[n-1].Seq + seqBlock + events[n-1].Seq/8 // a run that says much is not recorded all the time
	}
	if err := s.runStore.RecordRun(r.record(events, reserved)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r.reserved = reserved
	return nil
}

func (r *run) record(events []spec.Event, reserved int) spec.RunRecord {
	return spec.RunRecord{Run: r.ID, Deployment: r.Deployment, By: r.By, Lifecycle: r.Lifecycle,
		Digest: r.digest, Began: r.began, Reserved: reserved, Events: events}
}
