package rollout

import "time"

// Replay gives the state that follows from records.
func Replay(records []Record) *State {
	s := &State{}
	for _, r := range records {
		s.Apply(r)
	}
	return s
}

// Apply takes one more record into the state. A record that does not fit the state changes
// nothing.
func (s *State) Apply(r Record) {
	s.count(&r)
	idle := s.running == 0
	s.apply(r)
	switch {
	case idle && s.running > 0:
		s.since = r.At
	case !idle && s.running == 0:
		s.worked += r.At.Sub(s.since)
		s.since = time.Time{}
	}
}

// count takes a record into the revision.
func (s *State) count(r *Record) {
	s.n = max(s.n, r.N)
	if r.Kind == RecordResumed {
		s.epoch += max(1, r.Leap)
	}
}
