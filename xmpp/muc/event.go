package muc

import (
	"context"
	"time"

	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// event is what a room says of us.
type event struct {
	kind eventKind
	id   string // of a message
	why  string // a condition
	made bool   // the room was made for us
}

type eventKind int

const (
	joined     eventKind = iota
	notJoined            // we may not come in
	lost                 // we were in, and are not
	said                 // a message was said
	notSaid              // a message was refused
	historyEnd           // all that was said before has been told
	silent               // nothing, for too long
)

// hear waits for what the room says of us next, until the timer is over.
func (rm *room) hear(ctx context.Context, s *session.Session, t *time.Timer) (event, error) {
	select {
	case ev := <-rm.events:
		return ev, nil
	case <-t.C:
		return event{kind: silent}, nil
	case <-s.Ended():
		return event{}, failed("")
	case <-ctx.Done():
		return event{}, ctx.Err()
	}
}

// stanza takes what the room says; it must not wait.
func (rm *room) stanza(e *session.Element) {
	if ev, ok := rm.read(e); ok {
		select {
		case rm.events <- ev:
		default: // the room is tried again when it seems not to answer
		}
	}
}

// read reads what the room says; ok is false if it is not about us.
func (rm *room) read(e *session.Element) (ev event, ok bool) {
	rm.mu.Lock()
	me, unsaid := rm.me, rm.unsaidID
	rm.mu.Unlock()
	from := e.From()
	ours := from == me || from == rm.at // others speak as the room with a resource that is not ours
	isUnsaid := e.ID() != "" && e.ID() == unsaid
	switch e.Local + " " + e.Type() {
	case "presence error":
		return event{kind: notJoined, why: conditionOf(e)}, ours
	case "presence unavailable":
		return event{kind: lost, why: "we were put out of it"}, ours
	case "presence ":
		status := statuses(e)
		return event{kind: joined, made: status["201"]}, from == me && status["110"]
	case "message error":
		return event{kind: notSaid, id: unsaid, why: "it refuses what is said: " + conditionOf(e)}, ours && isUnsaid
	case "message groupchat":
		if isUnsaid {
			return event{kind: said, id: unsaid}, true
		}
		return event{kind: historyEnd}, e.Kid("jabber:client", "subject") != nil && e.Kid("jabber:client", "body") == nil
	}
	return event{}, false
}

// statuses are the codes that come with a place in a room.
func statuses(e *session.Element) map[string]bool {
	out := map[string]bool{}
	if x := e.Kid(nsUser, "x"); x != nil {
		for _, k := range x.Kids {
			if k.Local == "status" {
				out[k.Attr("code")] = true
			}
		}
	}
	return out
}

// conditionOf is why a stanza was refused.
func conditionOf(e *session.Element) string {
	if in := e.Kid("jabber:client", "error"); in != nil && len(in.Kids) > 0 {
		return wire.Brief(in.Kids[0].Local)
	}
	return "undefined-condition"
}
