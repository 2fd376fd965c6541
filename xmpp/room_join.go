package xmpp

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

// join enters the room, under another name if ours is taken, and makes it what it
// should be if it was made for us.
func (rm *room) join(ctx context.Context, s *session.Session) error {
	rm.host = rm.rooms.name(ctx)
	const most = 5
	for try := 1; ; try++ {
		nick := rm.host
		switch {
		case try == most:
			nick += "-" + rand.Text()[:6]
		case try > 1:
			nick += "-" + strconv.Itoa(try)
		}
		n, err := rm.ask(ctx, s, nick)
		switch {
		case err != nil:
			return err
		case n.what == roomRefused && n.why == "conflict" && try < most:
			continue
		case n.what == roomRefused:
			return roomError(n.why)
		case n.fresh:
			if err := rm.open(ctx, s); err != nil {
				return err
			}
		}
		return rm.recall(ctx, s)
	}
}

// ask asks for a place in the room. What was said before is wanted only to find the
// message that was on its way.
func (rm *room) ask(ctx context.Context, s *session.Session, nick string) (roomNews, error) {
	past := "0"
	if rm.flight != nil {
		past = "50"
	}
	rm.mu.Lock()
	rm.me = rm.at.With(nick)
	rm.mu.Unlock()
	for len(rm.news) > 0 { // of an earlier place
		<-rm.news
	}
	if err := s.Send(session.Stanza("presence", "to", string(rm.place())).
		Add(session.New(nsRoom, "x").Add(session.New(nsRoom, "history", "maxstanzas", past)))); err != nil {
		return roomNews{}, err
	}
	t := time.NewTimer(roomTime)
	defer t.Stop()
	for {
		n, err := rm.hear(ctx, s, t)
		switch {
		case err != nil:
			return n, err
		case n.what == roomSilent:
			return n, roomError("it does not let us in, or there is no such service")
		case n.what == roomJoined || n.what == roomRefused:
			return n, nil
		}
	}
}

// open makes a room that was made for us ready for others: it is not listed, shows
// who says what, and ends with its last occupant.
func (rm *room) open(ctx context.Context, s *session.Session) error {
	ctx, cancel := context.WithTimeout(ctx, roomTime)
	defer cancel()
	var err error
	for _, fields := range [][]form.Field{
		{
			{Name: "FORM_TYPE", Type: form.Hidden, Values: []string{nsRoom + "#roomconfig"}},
			{Name: "muc#roomconfig_publicroom", Values: []string{"0"}},
			{Name: "muc#roomconfig_persistentroom", Values: []string{"0"}},
			{Name: "muc#roomconfig_whois", Values: []string{"anyone"}},
			{Name: "muc#roomconfig_roomname", Values: []string{"Deployment " + form.Text(string(rm.deployment))}},
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

// recall waits for what was said before, to see whether the message that was on its
// way when the link was lost had arrived.
func (rm *room) recall(ctx context.Context, s *session.Session) error {
	if rm.flight == nil {
		return nil
	}
	t := time.NewTimer(pastTime)
	defer t.Stop()
	for {
		n, err := rm.hear(ctx, s, t)
		switch {
		case err != nil:
			return err
		case n.what == roomLost:
			return roomError(n.why)
		case n.what == roomHeard && n.id == rm.flight.id:
			rm.landed()
			return nil
		case n.what == roomPast || n.what == roomSilent:
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

// stanza takes what the room says; it must not wait.
func (rm *room) stanza(e *session.Element) {
	rm.mu.Lock()
	me, awaited := rm.me, rm.awaited
	rm.mu.Unlock()
	from := e.From()
	ours := from == me || from == rm.at // others speak as the room with a resource that is not ours
	var n roomNews
	switch typ := e.Type(); {
	case e.Local == "presence" && typ == "error" && ours:
		n = roomNews{what: roomRefused, why: conditionOf(e)}
	case e.Local == "presence" && typ == "unavailable" && ours:
		n = roomNews{what: roomLost, why: "we were put out of it"}
	case e.Local == "presence" && typ == "" && from == me:
		status := statuses(e)
		if !status["110"] {
			return
		}
		n = roomNews{what: roomJoined, fresh: status["201"]}
	case e.Local == "message" && typ == "error" && ours && e.ID() == awaited:
		n = roomNews{what: roomDenied, id: awaited, why: "it refuses what is said: " + conditionOf(e)}
	case e.Local == "message" && typ == "groupchat" && e.ID() != "" && e.ID() == awaited:
		n = roomNews{what: roomHeard, id: awaited}
	case e.Local == "message" && typ == "groupchat" && e.Kid("jabber:client", "subject") != nil && e.Kid("jabber:client", "body") == nil:
		n = roomNews{what: roomPast}
	default:
		return
	}
	select {
	case rm.news <- n:
	default: // the room is tried again when it seems not to answer
	}
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
		return cut(in.Kids[0].Local)
	}
	return "undefined-condition"
}
