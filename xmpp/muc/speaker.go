package muc

import (
	"cmp"
	"context"
	"log/slog"
	"sync"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// NoRooms is offered by a client that wants nothing to be said of its runs.
const NoRooms session.JID = "none"

// AllSaid is the status with which a client leaves that has said all that it was told.
const AllSaid = "armonic: all is said"

// Speaker says in rooms what a client is told of the runs that it has started, so that
// their agents need not be there.
type Speaker struct {
	*Rooms

	mu   sync.Mutex
	runs map[spec.RunID]*Telling // that were started and have not ended
}

// NewSpeaker speaks in the rooms of a conference service. If it is "" nothing is to be said
// in rooms, by agents neither.
func NewSpeaker(service session.JID, log *slog.Logger) *Speaker {
	name := func(_ context.Context, s *session.Session) string { return s.JID().Local() }
	return &Speaker{Rooms: newRooms(service, 0, log, name), runs: map[spec.RunID]*Telling{}}
}

// Service is the conference service that is offered to agents, or NoRooms.
func (sp *Speaker) Service() session.JID { return cmp.Or(sp.service, NoRooms) }

// Started notes a run that the client has started on a host.
func (sp *Speaker) Started(run spec.Run, host string) {
	if run.Deployment == "" {
		return
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.runs[run.ID] == nil {
		sp.runs[run.ID] = &Telling{speaker: sp, writer: newWriter(run, host)}
	}
}

// Tell gives the telling of a run to who follows it after an event; End gives it back. It is
// nil for a run that was not started here, of which earlier events are not known, or that
// another follower tells.
func (sp *Speaker) Tell(id spec.RunID, after int) *Telling {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	t := sp.runs[id]
	if t == nil || t.used || t.last < after {
		return nil
	}
	t.used = true
	return t
}

// Telling is a run that a client may have to tell in its room. It is used by one who follows
// the run. All can be done with nil, and does nothing.
type Telling struct {
	speaker *Speaker
	used    bool // guarded by the speaker's lock

	writer   *writer
	told     *told // nil as long as others tell it
	position int   // number of the last event that was told here before
	last     int   // number of the last event
	ended    bool
}

// Service is the conference service that is offered to the agent, "" for no offer.
func (t *Telling) Service() session.JID {
	if t == nil {
		return ""
	}
	return t.speaker.Service()
}

// Queued is the number of the last event that was said here, or will be.
func (t *Telling) Queued() int {
	switch {
	case t == nil:
		return 0
	case t.told == nil:
		return t.position
	}
	return t.last
}

// Said is the number of the last event that was said here.
func (t *Telling) Said() int {
	switch {
	case t == nil:
		return 0
	case t.told == nil:
		return t.position
	}
	return t.told.position()
}

// Answer takes what the agent says to the offer: whether this client is to tell the run, and
// after which event.
func (t *Telling) Answer(speak bool, after int) {
	switch {
	case t == nil:
	case !speak:
		t.stop()
	case t.told == nil:
		t.told = t.speaker.tell(t.writer, max(after, t.position))
	default:
		t.told.skip(after)
	}
}

// Event takes the next event; it never waits.
func (t *Telling) Event(ev spec.Event) {
	if t == nil || ev.Seq <= t.last {
		return
	}
	t.last, t.ended = ev.Seq, ev.Kind == spec.EventRunDone
	if t.told == nil {
		t.writer.learn(ev)
		return
	}
	t.told.add(ev)
}

// End ends following, and gives the number of the last event that was said here: after
// that the agent goes on.
func (t *Telling) End() (said int) {
	if t == nil {
		return 0
	}
	if !t.ended {
		t.stop()
	} else if t.told != nil {
		t.told.room.addRun(-1, false)
	}
	t.speaker.mu.Lock()
	defer t.speaker.mu.Unlock()
	t.used = false
	if t.ended {
		delete(t.speaker.runs, t.writer.run.ID)
	}
	return t.position
}

// stop leaves the run to others.
func (t *Telling) stop() {
	if t.told == nil {
		return
	}
	t.position = t.told.stop()
	t.told.room.addRun(-1, false)
	t.told = nil
}
