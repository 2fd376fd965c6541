package roster

import (
	"slices"
	"strings"
	"unicode"

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
			h.unheard("not known: this client was not connected")
		}
	})
}

// Push takes a change of the roster that the server tells of.
func (f *Fleet) Push(iq *session.Element) {
	f.change(func() { f.update(iq.Kid(nsRoster, "query"), false) })
}

// update takes a roster (whole), or changes of it; the lock is held. The fleet are the
// contacts whose presence we may see. It gives those who see ours while we do not see theirs.
func (f *Fleet) update(q *session.Element, whole bool) (incomplete []*session.Element) {
	if q == nil {
		return nil
	}
	if whole {
		clear(f.decisions)
		clear(f.unusable)
	}
	listed := map[session.JID]bool{}
	for _, item := range q.Kids {
		jid := session.JID(item.Attr("jid"))
		if who := decided(jid); who != "" {
			delete(f.decisions, who)
			if decision := decisionOf(item); decision != "" {
				f.decisions[who] = decision
			}
			continue
		}
		delete(f.unusable, jid)
		if jid.Local() == "" || !sees(item) {
			delete(f.hosts, jid)
			if jid.Local() != "" && item.Attr("subscription") == "from" {
				incomplete = append(incomplete, item)
			}
			continue
		}
		if err := spec.Host(jid.Local()).Check(); err != nil {
			f.refuse(jid, err)
			continue
		}
		listed[jid] = true
		if f.hosts[jid] == nil {
			f.hosts[jid] = &host{HostStatus: spec.HostStatus{Host: spec.Host(jid.Local()), Account: string(jid), Link: spec.LinkOff, Why: "not seen yet"}}
		}
		f.hosts[jid].joined = decisionOf(item) == unapproved
	}
	if whole {
		for jid := range f.hosts {
			if !listed[jid] {
				delete(f.hosts, jid)
			}
		}
	}
	for jid, h := range f.hosts {
		h.Unapproved = h.joined && f.decisions[jid] != approved
	}
	f.compare()
	return slices.DeleteFunc(incomplete, func(item *session.Element) bool { return f.decisions[session.JID(item.Attr("jid"))] == forgotten })
}

// compare marks each host whose name looks like another's; the lock is held. If one of the two
// names is plain ASCII, the other one is marked.
func (f *Fleet) compare() {
	for jid, h := range f.hosts {
		was := h.Like
		if h.Like = f.like(h.Host); h.Like != "" && isASCII(h.Host) && !isASCII(h.Like) {
			h.Like = ""
		}
		if h.Like != "" && h.Like != was {
			f.log.Warn("a host can be taken for another", "account", jid, "host", h.Host, "other", h.Like)
		}
	}
}

// like is a host that can be taken for one of this name, the first by name; the lock is held.
func (f *Fleet) like(name spec.Host) (found spec.Host) {
	for _, h := range f.hosts {
		if h.Host.Like(name) && (found == "" || h.Host < found) {
			found = h.Host
		}
	}
	return found
}

func isASCII(h spec.Host) bool {
	return !strings.ContainsFunc(string(h), func(c rune) bool { return c > unicode.MaxASCII })
}

// refuse notes an account whose name no host can have; the lock is held.
func (f *Fleet) refuse(jid session.JID, why error) {
	delete(f.hosts, jid)
	if len(f.unusable) < mostRequests && !f.unusable[jid] {
		f.unusable[jid] = true
		f.log.Warn("an account is not taken into the fleet", "account", jid, "error", why)
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
			h.offline()
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

// request approves an account that asks to be in the fleet, or notes that it asks. Whom
// we have forgotten, and who can be taken for another, a person has to approve.
func (f *Fleet) request(s *session.Session, who session.JID) {
	f.change(func() {
		name := spec.Host(who.Local())
		if err := name.Check(); err != nil {
			f.refuse(who, err)
			return
		}
		decision := f.decisions[who]
		if decision != approved && (decision == forgotten || f.like(name) != "" || f.config.Approve == nil || !f.config.Approve(who)) {
			if len(f.requests) < mostRequests {
				f.requests[who] = true
			}
			return
		}
		if decision != approved && (f.config.Vouched == nil || !f.config.Vouched(s, who)) {
			s.Post(putIn(who, unapproved)) // first: if the connection breaks here, it is not in the fleet
		}
		for _, e := range approval(who) {
			s.Post(e)
		}
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
