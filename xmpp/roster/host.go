package roster

import (
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Link is the state of the connection to an agent.
type Link string

// The states of a link.
const (
	On   Link = "on"
	Off  Link = "off"
	Lost Link = "lost" // it vanished while a run was executed; the outcome is not known
)

// Host is what is known of an agent without asking it.
type Host struct {
	Name    spec.Host
	JID     session.JID // bare
	Link    Link
	Why     string    // if it is not on
	Since   time.Time // of the link's state; zero if unknown
	Version string    // of Armonic, as it said last
	OS      spec.OS
	Busy    spec.RunID // the run it executes, or executed when it was lost
}

// host is a Host with what only this package needs.
type host struct {
	Host
	full     session.JID // that is online, "" if none is
	session  string
	versions wire.Versions
	known    bool // something was heard of it in this session
	expected bool // it is probably online, and about to say so
	met      bool // it was online while this client was
}

// offline notes that it is not online any more, or that nobody would tell us.
func (h *host) offline(why string) {
	h.known = false
	if h.Link == On {
		h.Link, h.Since = Off, time.Now()
		if h.Busy != "" {
			h.Link = Lost
		}
	}
	h.full, h.Why = "", why
}

// online notes what its presence says, and reports whether it was online before in
// another session.
func (h *host) online(from session.JID, a announcement) (other bool) {
	other = h.Link == On && h.session != a.session
	if h.Link != On || h.session != a.session {
		h.Since = time.Now()
		if !a.since.IsZero() && a.since.Before(h.Since) {
			h.Since = a.since
		}
	}
	h.Link, h.Why, h.full, h.session = On, "", from, a.session
	h.Version, h.OS, h.Busy, h.versions = a.version, a.os, a.busy, a.versions
	h.known, h.expected, h.met = true, false, true
	return other
}
