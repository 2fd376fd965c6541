package journal

import (
	"sync"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// writtenRun is the run that was recorded last, of which the events are in their form
// already: of a run that goes on only those that are new have to be written.
type writtenRun struct {
	mu      sync.Mutex
	run     spec.RunID
	secrets int // that were known then, and are hidden
	events  map[int]value.Encoded
}

// runText is the form in which a run is kept.
func (j *Journal) runText(r spec.RunRecord) ([]byte, error) {
	hide := j.redactor(r.Lifecycle)
	for _, ev := range r.Events {
		hide.Learn(ev.Returns)
	}
	w := &j.written
	w.mu.Lock()
	defer w.mu.Unlock()
	if known := hide.Known(); w.run != r.Run || w.secrets != known {
		w.run, w.secrets, w.events = r.Run, known, nil
	}
	out := struct {
		spec.RunRecord
		Events []value.Encoded `json:"events,omitempty"`
	}{RunRecord: r}
	out.RunRecord.Events = nil
	events := make(map[int]value.Encoded, len(r.Events))
	for _, ev := range r.Events {
		text, ok := w.events[ev.Seq]
		if !ok {
			var err error
			ev.Text, ev.Err = hide.Redact(ev.Text), ev.Err.Redacted(hide)
			if text, err = value.Encode(ev, j.sealed()); err != nil {
				return nil, err
			}
		}
		events[ev.Seq] = text
		out.Events = append(out.Events, text)
	}
	w.events = events
	if r.Ended() {
		w.run, w.events = "", nil
	}
	return value.Encode(out, j.sealed())
}

// forgetWritten is for what could not be recorded: it may not be what is recorded later.
func (j *Journal) forgetWritten() {
	j.written.mu.Lock()
	defer j.written.mu.Unlock()
	j.written.run, j.written.events = "", nil
}
