package xmpp

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// How a room is used.
const (
	roomPause  = 20 * time.Millisecond // for lines that come together to go together
	roomTime   = 15 * time.Second      // for the room to answer
	pastTime   = 2 * time.Second       // for it to tell what was said before
	roomFirst  = time.Second           // before it is tried again, then twice that …
	roomMost   = time.Minute           // … and so on up to this
	mostRefuse = 3                     // times that a message is refused before it is dropped
)

// room is one that the agent is in, or wants to be. A message counts as said when the
// room has sent it back: only then the next one is sent, and after the link was lost
// it is said again unless the room knows it.
type room struct {
	rooms      *rooms
	at         session.JID
	deployment spec.DeploymentID
	more       chan struct{} // of size 1: a token means that there are lines, or that a run has ended
	news       chan roomNews // of size 64; what does not fit is lost, and the room tried again
	flight     *flight       // of the goroutine of the room
	host       string        // the name of ours

	mu      sync.Mutex
	wait    backlog
	in      bool        // we have a place
	awaited string      // the id of the message on its way, "" if none is
	telling int         // runs that are told
	idle    time.Time   // since when none is
	me      session.JID // the place that we have, or ask for
}

// flight is a message on its way.
type flight struct {
	id      string
	lines   []said
	refused int
}

// roomNews is what a room says of us.
type roomNews struct {
	what  roomEvent
	id    string // of a message
	why   string // a condition
	fresh bool   // the room was made for us
}

type roomEvent int

const (
	roomJoined  roomEvent = iota
	roomRefused           // we may not come in
	roomLost              // we were in, and are not
	roomHeard             // a message was said
	roomDenied            // a message was not
	roomPast              // all that was said before has been told
	roomSilent            // nothing, for too long
)

func newRoom(rs *rooms, at session.JID, d spec.DeploymentID) *room {
	return &room{rooms: rs, at: at, deployment: d, more: make(chan struct{}, 1), news: make(chan roomNews, 64), idle: time.Now()}
}

func (rm *room) enter() {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	rm.telling++
}

func (rm *room) leave() {
	rm.mu.Lock()
	rm.telling--
	rm.idle = time.Now()
	rm.mu.Unlock()
	token(rm.more)
}

func (rm *room) active() bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.telling > 0
}

func (rm *room) speaking() bool {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.in && (rm.telling > 0 || len(rm.wait.lines) > 0 || rm.awaited != "")
}

// inside notes whether the agent is in the room.
func (rm *room) inside(in bool) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	rm.in = in
}

// landed ends the flight of a message.
func (rm *room) landed() {
	rm.flight = nil
	rm.mu.Lock()
	defer rm.mu.Unlock()
	rm.awaited = ""
}

// left is how long to stay.
func (rm *room) left() time.Duration {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if rm.telling > 0 {
		return rm.rooms.linger
	}
	return rm.rooms.linger - time.Since(rm.idle)
}

// add takes an event; it never waits.
func (rm *room) add(w *writer, ev spec.Event) {
	l, ok := w.line(ev)
	if !ok {
		return
	}
	rm.mu.Lock()
	rm.wait.add(l)
	rm.mu.Unlock()
	token(rm.more)
}

// run is the life of the room.
func (rm *room) run(ctx context.Context) {
	for tries := 0; ; {
		s, changed := rm.rooms.current()
		var err error
		if s != nil {
			began := time.Now()
			if err = rm.attend(ctx, s); err == nil {
				if rm.rooms.forget(rm) {
					return
				}
				continue // a run has begun meanwhile
			}
			if time.Since(began) > roomMost {
				tries = 0
			}
		}
		if ctx.Err() != nil {
			return
		}
		wait := rm.left()
		if err != nil {
			if tries == 0 {
				rm.rooms.log.Warn("cannot tell a deployment in its room", "room", rm.at, "error", err)
			}
			wait = min(roomFirst<<min(tries, 10), roomMost)
			tries++
		}
		t := time.NewTimer(max(wait, 0))
		select {
		case <-changed:
			tries = 0
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
		if rm.left() <= 0 && rm.rooms.forget(rm) {
			return
		}
	}
}

// attend joins the room and says what there is to say, until nothing has happened for
// a while. The error is why it ended before that.
func (rm *room) attend(ctx context.Context, s *session.Session) error {
	if err := rm.join(ctx, s); err != nil {
		return err
	}
	rm.inside(true)
	defer func() {
		rm.inside(false)
		_ = s.Send(session.Stanza("presence", "type", "unavailable", "to", string(rm.place()))) // an error has ended the session
	}()
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		if rm.take() {
			if err := rm.post(ctx, s); err != nil {
				return err
			}
			continue
		}
		left := rm.left()
		if left <= 0 {
			return nil
		}
		t.Reset(left)
		select {
		case <-rm.more:
			pause(ctx, roomPause)
		case n := <-rm.news:
			if n.what == roomLost {
				return roomError(n.why)
			}
		case <-t.C:
		case <-s.Ended():
			return roomError("")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take makes a message of what waits, unless one is on its way, and reports whether
// there is one.
func (rm *room) take() bool {
	if rm.flight != nil {
		return true
	}
	rm.mu.Lock()
	defer rm.mu.Unlock()
	lines, dropped := rm.wait.take()
	if len(lines) == 0 {
		return false
	}
	if dropped > 0 {
		lines = slices.Insert(lines, 0, said{text: fmt.Sprintf("%s: %d lines were dropped", rm.host, dropped)})
	}
	rm.flight = &flight{id: rand.Text(), lines: lines}
	rm.awaited = rm.flight.id
	return true
}

// post says the message that is on its way, and returns when the room has heard it.
func (rm *room) post(ctx context.Context, s *session.Session) error {
	f := rm.flight
	if err := s.Send(rm.message(f)); err != nil {
		return err
	}
	t := time.NewTimer(roomTime)
	defer t.Stop()
	for {
		n, err := rm.hear(ctx, s, t)
		switch {
		case err != nil:
			return err
		case n.what == roomSilent:
			return roomError("it does not answer")
		case n.what == roomLost:
			return roomError(n.why)
		case n.what == roomHeard && n.id == f.id:
			rm.landed()
			return nil
		case n.what == roomDenied && n.id == f.id:
			if f.refused++; f.refused >= mostRefuse {
				rm.landed()
				rm.mu.Lock()
				rm.wait.dropped += len(f.lines)
				rm.mu.Unlock()
			}
			return roomError(n.why)
		}
	}
}

// hear waits for what the room says of us next, until the timer is over.
func (rm *room) hear(ctx context.Context, s *session.Session, t *time.Timer) (roomNews, error) {
	select {
	case n := <-rm.news:
		return n, nil
	case <-t.C:
		return roomNews{what: roomSilent}, nil
	case <-s.Ended():
		return roomNews{}, roomError("")
	case <-ctx.Done():
		return roomNews{}, ctx.Err()
	}
}

// message is what goes to the room: for people, and for programs.
func (rm *room) message(f *flight) *session.Element {
	texts := make([]string, len(f.lines))
	var b batch
	for i, l := range f.lines {
		texts[i] = l.text
		if l.event.Run != "" {
			b.Events = append(b.Events, l.event)
		}
	}
	m := session.Stanza("message", "type", "groupchat", "id", f.id, "to", string(rm.at)).
		Add(session.New("jabber:client", "body").WithText(strings.Join(texts, "\n")))
	if text, err := wire.Encode(b, wire.Hide); err == nil {
		m.Add(session.New(wire.Namespace, "events", "host", rm.host, "deployment", string(rm.deployment)).WithText(string(text)))
	}
	return m
}

func roomError(why string) error {
	if why == "" {
		why = "the connection was lost"
	}
	return spec.Errorf(spec.Unavailable, "%s", why)
}
