package xmpptest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/xmpp/session"
)

// chat is a room, as small as can be. It is locked until its owner has set it up.
type chat struct {
	locked bool
	places map[session.JID]*routed // by the address in the room
	past   []string                // what was said
	setup  string                  // the form that the owner sent
}

// chat does what is sent to a room.
func (r *Router) chat(c *routed, e anyStanza, at session.JID) {
	room := r.rooms[at]
	refuse := func(condition string) {
		c.send(fmt.Sprintf("<%s type='error' id='%s' from='%s'><error type='cancel'><%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></%[1]s>",
			e.XMLName.Local, e.ID, e.To, condition))
	}
	switch {
	case r.quiet:
	case e.XMLName.Local == "presence" && e.Type == "unavailable":
		r.part(at, c)
	case e.XMLName.Local == "presence":
		status := "<status code='110'/>"
		if room == nil {
			room = &chat{locked: true, places: map[session.JID]*routed{}}
			r.rooms[at] = room
			status += "<status code='201'/>"
		} else if room.locked {
			refuse("item-not-found")
			return
		}
		if other := room.places[session.JID(e.To)]; other != nil && other != c {
			refuse("conflict")
			return
		}
		room.places[session.JID(e.To)] = c
		c.send(fmt.Sprintf("<presence from='%s'><x xmlns='http://jabber.org/protocol/muc#user'>%s</x></presence>", e.To, status))
		if !strings.Contains(e.Inner, "maxstanzas=\"0\"") && !strings.Contains(e.Inner, "maxstanzas='0'") {
			for _, m := range room.past {
				c.send(m)
			}
		}
		c.send(fmt.Sprintf("<message type='groupchat' from='%s'><subject/></message>", at))
	case room == nil:
		refuse("item-not-found")
	case e.XMLName.Local == "iq":
		room.locked, room.setup = false, e.Inner
		c.send(fmt.Sprintf("<iq type='result' id='%s' from='%s'/>", e.ID, at))
	case e.XMLName.Local == "message":
		for place, who := range room.places {
			if who != c {
				continue
			}
			m := fmt.Sprintf("<message type='groupchat' id='%s' from='%s'>%s</message>", e.ID, place, e.Inner)
			room.past = append(room.past, m)
			for _, other := range room.places {
				other.send(m)
				r.delivered++
			}
			return
		}
		refuse("not-acceptable")
	}
}

// part takes somebody out of a room.
func (r *Router) part(at session.JID, c *routed) {
	for place, who := range r.rooms[at].places {
		if who == c {
			delete(r.rooms[at].places, place)
			c.send(fmt.Sprintf("<presence type='unavailable' from='%s'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>", place))
		}
	}
}

// Said are the lines of a room, and who is in it.
func (r *Router) Said(at session.JID) (lines []string, places int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	room := r.rooms[at]
	if room == nil {
		return nil, 0
	}
	for _, m := range room.past {
		_, body, _ := strings.Cut(m, "<body>")
		body, _, _ = strings.Cut(body, "</body>")
		lines = append(lines, strings.Split(strings.ReplaceAll(body, "&#xA;", "\n"), "\n")...)
	}
	return lines, len(room.places)
}

// Delivered is how many messages of rooms were sent to those who are in them.
func (r *Router) Delivered() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.delivered
}

// SetQuiet makes rooms say nothing, or speak again.
func (r *Router) SetQuiet(quiet bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.quiet = quiet
}

// History gives all messages that were said in rooms, by room.
func (r *Router) History() map[session.JID][]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[session.JID][]string{}
	for at, room := range r.rooms {
		out[at] = slices.Clone(room.past)
	}
	return out
}
