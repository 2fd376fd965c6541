package muc

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// told is a run that we tell in a room. The room's lock guards all but the writer, which
// is of whoever follows the run.
type told struct {
	room   *room
	writer *writer

	queued  int  // number of the last event that is said, waits to be, or need not be
	waiting int  // lines of it that wait, or are on their way
	said    int  // number of the last event of which the line was said
	stopped bool // others tell the run
}

// tell begins after an event; it is nil if we are in too many rooms.
func (rs *Rooms) tell(w *writer, after int) *told {
	rm := rs.enter(w.run)
	if rm == nil {
		return nil
	}
	return &told{room: rm, writer: w, queued: after, said: after}
}

// add takes the next event; it never waits. Of one that others have said only what must not
// be said is learnt.
func (t *told) add(ev spec.Event) {
	l, ok := t.writer.line(ev)
	rm := t.room
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if t.stopped || ev.Seq <= t.queued {
		return
	}
	t.queued = ev.Seq
	if ok {
		l.of = t
		t.waiting++
		rm.backlog.add(l)
		session.Wake(rm.more)
	}
}

// over notes that a line was said, or was dropped; the room's lock is held.
func (l line) over() {
	if l.of != nil {
		l.of.waiting--
		l.of.said = max(l.of.said, l.event.Seq)
	}
}

// position is the number of the last event that was said.
func (t *told) position() int {
	t.room.mu.Lock()
	defer t.room.mu.Unlock()
	if t.waiting > 0 {
		return t.said
	}
	return t.queued
}

// skip leaves out what others have said, up to an event.
func (t *told) skip(to int) {
	t.room.mu.Lock()
	defer t.room.mu.Unlock()
	t.queued = max(t.queued, to)
	t.remove(func(l line) bool { return l.event.Seq <= to })
}

// stop takes back what waits, and gives the number of the event after which others are to go
// on. What is on its way is said.
func (t *told) stop() int {
	t.room.mu.Lock()
	defer t.room.mu.Unlock()
	t.stopped = true
	t.remove(func(l line) bool {
		t.queued = min(t.queued, l.event.Seq-1)
		return true
	})
	return t.queued
}

// remove takes lines back; the room's lock is held.
func (t *told) remove(these func(line) bool) {
	t.room.backlog.remove(func(l line) bool {
		if l.of != t || !these(l) {
			return false
		}
		t.waiting--
		return true
	})
}
