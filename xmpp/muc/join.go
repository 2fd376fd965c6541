package muc

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// join enters the room, under another name if ours is taken, and makes it what it
// should be if it was made for us.
func (rm *room) join(ctx context.Context, s *session.Session) error {
	rm.host = rm.rooms.name(ctx, s)
	const most = 5
	for try := 1; ; try++ {
		nick := rm.host
		switch {
		case try == most:
			nick += "-" + rand.Text()[:6]
		case try > 1:
			nick += "-" + strconv.Itoa(try)
		}
		ev, err := rm.ask(ctx, s, nick)
		switch {
		case err != nil:
			return err
		case ev.kind == notJoined && ev.why == "conflict" && try < most:
			continue
		case ev.kind == notJoined:
			return failed(ev.why)
		case ev.made:
			if err := rm.setUp(ctx, s); err != nil {
				return err
			}
		}
		return rm.awaitHistory(ctx, s)
	}
}

// ask asks for a place in the room. What was said before is wanted only to find the
// message that was on its way.
func (rm *room) ask(ctx context.Context, s *session.Session, nick string) (event, error) {
	past := "0"
	if rm.unsaid != nil {
		past = "50"
	}
	rm.mu.Lock()
	rm.me = rm.at.With(nick)
	rm.mu.Unlock()
	for len(rm.events) > 0 { // of an earlier place
		<-rm.events
	}
	if err := s.Send(session.Stanza("presence", "to", string(rm.place())).
		Add(session.New(Namespace, "x").Add(session.New(Namespace, "history", "maxstanzas", past)))); err != nil {
		return event{}, err
	}
	t := time.NewTimer(answerTime)
	defer t.Stop()
	for {
		ev, err := rm.hear(ctx, s, t)
		switch {
		case err != nil:
			return ev, err
		case ev.kind == silent:
			return ev, failed("it does not let us in, or there is no such service")
		case ev.kind == joined || ev.kind == notJoined:
			return ev, nil
		}
	}
}

// setUp makes a room that was made for us ready for others: it is not listed, shows
// who says what, and ends with its last occupant.
func (rm *room) setUp(ctx context.Context, s *session.Session) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var err error
	for _, fields := range [][]form.Field{
		{
			{Name: "FORM_TYPE", Type: form.Hidden, Values: []string{Namespace + "#roomconfig"}},
			{Name: "muc#roomconfig_publicroom", Values: []string{"0"}},
			{Name: "muc#roomconfig_persistentroom", Values: []string{"0"}},
			{Name: "muc#roomconfig_whois", Values: []string{"anyone"}},
			{Name: "muc#roomconfig_roomname", Values: []string{"Deployment " + wire.Clean(string(rm.deployment))}},
		},
		nil, // as the server makes rooms
	} {
		query := session.New(nsOwner, "query").Add(form.Form{Type: form.Submit, Fields: fields}.Element())
		if _, err = s.Call(ctx, "set", rm.at, query); err == nil {
			return nil
		}
	}
	return spec.Errorf(spec.Unavailable, "the room cannot be opened: %v", err)
}

// awaitHistory waits for what was said before, to see whether the message that was on its
// way when the link was lost had arrived.
func (rm *room) awaitHistory(ctx context.Context, s *session.Session) error {
	if rm.unsaid == nil {
		return nil
	}
	t := time.NewTimer(historyTime)
	defer t.Stop()
	for {
		ev, err := rm.hear(ctx, s, t)
		switch {
		case err != nil:
			return err
		case ev.kind == lost:
			return failed(ev.why)
		case ev.kind == said && ev.id == rm.unsaid.id:
			rm.confirmed()
			return nil
		case ev.kind == historyEnd || ev.kind == silent:
			return nil
		}
	}
}

// place is the address of ours in the room.
func (rm *room) place() session.JID {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	return rm.me
}
