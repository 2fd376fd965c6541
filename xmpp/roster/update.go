package roster

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Up notes that a session has begun. Load is to follow.
func (f *Fleet) Up() { f.change(func() { f.sessions++ }) }

// Down notes that the session has ended: nobody tells us anything any more.
func (f *Fleet) Down() {
	f.change(func() {
		f.loaded = false
		clear(f.approved)
		for _, h := range f.hosts {
			h.offline("not known: this client was not connected")
		}
	})
}

// Push takes a change of the roster that the server tells of.
func (f *Fleet) Push(iq *session.Element) {
	f.change(func() { f.update(iq.Kid(nsRoster, "query"), false) })
}

// update takes a roster, or changes of it; the lock is held. In the fleet are those
// whom we may see.
func (f *Fleet) update(q *session.Element, whole bool) {
	if q == nil {
		return
	}
	listed := map[session.JID]bool{}
	for _, item := range q.Kids {
		jid := session.JID(item.Attr("jid"))
		if !sees(item) || jid.Local() == "" {
			delete(f.hosts, jid)
			continue
		}
		listed[jid] = true
		if f.hosts[jid] == nil {
			f.hosts[jid] = &host{HostStatus: spec.HostStatus{Host: spec.Host(jid.Local()), Account: string(jid), Link: spec.LinkOff, Why: "not seen yet"}}
		}
	}
	if whole {
		for jid := range f.hosts {
			if !listed[jid] {
				delete(f.hosts, jid)
			}
		}
	}
}

// Presence takes what an agent says of itself, and who asks to be in the fleet.
func (f *Fleet) Presence(s *session.Session, e *session.Element) {
	from := e.From()
	bare := from.Bare()
	switch e.Type() {
	case "subscribe":
		f.request(s, bare)
	case "unavailable", "error":
		f.change(func() {
			h := f.hosts[bare]
			if h == nil || h.full != from && from != bare && h.full != "" {
				return
			}
			h.offline("offline")
			h.known = true
		})
	case "":
		if a, ok := readAnnouncement(e); ok {
			f.change(func() {
				if f.arrive(from, a) {
					s.Departed(from)
				}
			})
		}
	}
}

// request approves an account that asks to be in the fleet, or notes that it asks.
func (f *Fleet) request(s *session.Session, who session.JID) {
	if f.approve == nil || !f.approve(who) {
		f.change(func() {
			if len(f.requests) < mostRequests {
				f.requests[who] = true
			}
		})
		return
	}
	for _, e := range approval(who) {
		s.Post(e)
	}
	f.change(func() {
		if len(f.approved) < mostRequests {
			f.approved[who] = true
		}
	})
}

// arrive notes an agent that is online, and reports whether it was so before in another
// session; the lock is held.
func (f *Fleet) arrive(from session.JID, a announcement) (other bool) {
	h := f.hosts[from.Bare()]
	if h == nil || from.Resource() != Resource {
		return false // somebody who was not approved, or another program of the same account
	}
	delete(f.approved, from.Bare())
	return h.online(from, a)
}
