package muc

import (
	"context"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// How a room is used.
const (
	linesPause   = 20 * time.Millisecond // for lines that come together to go together
	answerTime   = 15 * time.Second      // for the room to answer
	historyTime  = 2 * time.Second       // for it to tell what was said before
	againFirst   = time.Second           // before it is tried again, then twice that …
	againMost    = time.Minute           // … and so on up to this
	mostRefusals = 3                     // times that a message is refused before it is dropped
)

// room is one that we are in, or want to be. A message counts as said when the
// room has sent it back: only then the next one is sent, and after the link was lost
// it is said again unless the room knows it.
type room struct {
	rooms      *Rooms
	at         session.JID
	deployment spec.DeploymentID
	more       chan struct{} // of size 1: a token means that there are lines, or that a run has ended
	events     chan event    // of size 64; what does not fit is lost, and the room tried again
	unsaid     *message      // sent, and not sent back yet; of the goroutine of the room
	host       string        // the name of ours

	mu       sync.Mutex
	backlog  backlog
	in       bool        // we have a place, or ask for it for the first time
	unsaidID string      // of the message that was sent, "" if none is
	runs     int         // that are told
	idle     time.Time   // since when none is
	leave    bool        // at once: others speak here
	me       session.JID // the place that we have, or ask for
}

func newRoom(rs *Rooms, at session.JID, d spec.DeploymentID) *room {
	return &room{rooms: rs, at: at, deployment: d, more: make(chan struct{}, 1), events: make(chan event, 64), idle: time.Now()}
}

// addRun counts a run that is told, or with -1 one that is no more; leave says that others
// tell it now.
func (rm *room) addRun(n int, leave bool) {
	rm.mu.Lock()
	rm.runs += n
	rm.idle, rm.leave = time.Now(), leave
	rm.mu.Unlock()
	session.Wake(rm.more)
}

func (rm *room) active() bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.runs > 0
}

func (rm *room) speaking() bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.in && (rm.runs > 0 || rm.waits())
}

// waits reports whether there is something to say; the lock is held.
func (rm *room) waits() bool { return len(rm.backlog.lines) > 0 || rm.unsaidID != "" }

func (rm *room) unfinished() bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.waits()
}

// setIn notes whether we are in the room.
func (rm *room) setIn(in bool) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	rm.in = in
}

// stay is how long to stay.
func (rm *room) stay() time.Duration {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	switch {
	case rm.runs > 0:
		return rm.rooms.linger
	case rm.leave:
		return 0
	}
	return rm.rooms.linger - time.Since(rm.idle)
}

// run is in the room until nothing has happened for a while, whatever becomes of the
// connection.
func (rm *room) run(ctx context.Context) {
	for tries := 0; ; {
		s, changed := rm.rooms.current()
		var err error
		if s != nil {
			began := time.Now()
			if tries == 0 {
				rm.setIn(true)
			}
			err = rm.takePart(ctx, s)
			rm.setIn(false)
			if err == nil {
				if rm.rooms.forget(rm) {
					return
				}
				continue // a run has begun meanwhile
			}
			if time.Since(began) > againMost {
				tries = 0
			}
		}
		if ctx.Err() != nil {
			return
		}
		pause := rm.stay()
		if err != nil {
			if tries == 0 {
				rm.rooms.log.Warn("cannot tell a deployment in its room", "room", rm.at, "error", err)
			}
			pause = min(againFirst<<min(tries, 10), againMost)
			tries++
		}
		t := time.NewTimer(max(pause, 0))
		select {
		case <-changed:
			tries = 0
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
		if rm.stay() <= 0 && rm.rooms.forget(rm) {
			return
		}
	}
}

// takePart joins the room and says what there is to say, until nothing has happened for
// a while. The error is why it ended before that.
func (rm *room) takePart(ctx context.Context, s *session.Session) error {
	if err := rm.join(ctx, s); err != nil {
		return err
	}
	rm.setIn(true)
	defer func() {
		_ = s.Send(session.Stanza("presence", "type", "unavailable", "to", string(rm.place()))) // an error has ended the session
	}()
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		if rm.next() {
			if err := rm.send(ctx, s); err != nil {
				return err
			}
			continue
		}
		left := rm.stay()
		if left <= 0 {
			return nil
		}
		t.Reset(left)
		select {
		case <-rm.more:
			session.Sleep(ctx, linesPause)
		case ev := <-rm.events:
			if ev.kind == lost {
				return failed(ev.why)
			}
		case <-t.C:
		case <-s.Ended():
			return failed("")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// failed is why a room cannot be used.
func failed(why string) error {
	if why == "" {
		why = "the connection was lost"
	}
	return spec.Errorf(spec.Unavailable, "%s", why)
}
