package roster

import (
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// host is what is known of a host, with what only this package needs.
type host struct {
	spec.HostStatus
	full     session.JID // that is online, "" if none is
	session  string
	versions wire.Versions
	joined   bool // by itself
	known    bool // something was heard of it in this session
	expected bool // it is probably online, and about to say so
	met      bool // it was online while this client was
	stopped  bool // it said so when it left, before this client was
}

// offline notes that it is not online, as the server said.
func (h *host) offline() {
	h.unheard("offline")
	h.known, h.Offline = true, true
}

// answers notes whether it answers, while the server says that it is online.
func (h *host) answers(there bool) {
	h.Link, h.Since, h.Why, h.Offline = spec.LinkOn, time.Now(), "", false
	if there {
		return
	}
	h.Link, h.Why, h.Offline = spec.LinkOff, "it does not answer", true
	if h.Busy != "" {
		h.Link = spec.LinkLost
	}
}

// unheard notes that nobody would tell us, from now on, whether it is online.
func (h *host) unheard(why string) {
	h.known = false
	if h.Link == spec.LinkOn {
		h.Link, h.Since = spec.LinkOff, time.Now()
		if h.Busy != "" {
			h.Link = spec.LinkLost
		}
	}
	h.full, h.Why, h.Offline = "", why, false
}

// online notes what its presence says, and reports whether it was online before in
// another session.
func (h *host) online(from session.JID, a announcement) (other bool) {
	other = h.Link == spec.LinkOn && h.session != a.session
	if h.Link != spec.LinkOn || h.session != a.session {
		h.Since = time.Now()
		if !a.since.IsZero() && a.since.Before(h.Since) {
			h.Since = a.since
		}
	}
	h.Link, h.Why, h.Offline, h.full, h.session = spec.LinkOn, "", false, from, a.session
	h.Version, h.OS, h.Busy, h.Modules, h.versions = a.version, a.os, a.busy, a.modules, a.versions
	h.Twice = a.twice
	h.known, h.expected, h.met = true, false, true
	return other
}
