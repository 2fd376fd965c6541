package roster

import (
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Changed is closed when anything of the fleet has changed.
func (f *Fleet) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

// Versions are those of the protocol that an agent speaks; ok is false if it is not
// online.
func (f *Fleet) Versions(agent session.JID) (v wire.Versions, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h := f.hosts[agent.Bare()]; h != nil && h.Link == spec.LinkOn {
		return h.versions, true
	}
	return wire.Versions{}, false
}

// MayWork refuses an agent that nobody has approved.
func (f *Fleet) MayWork(agent session.JID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h := f.hosts[agent.Bare()]; h != nil && h.Unapproved {
		return spec.Errorf(spec.Denied, "%s joined by itself, where anybody may make an account, and nobody has approved it", h.Host).
			WithHint("if it is yours: armonic approve %s; else: armonic forget %s", h.Account, h.Account)
	}
	return nil
}

// Sessions are that with the server and that of the agent: if either is
// another one, messages may have been lost.
type Sessions struct {
	session *session.Session
	agent   string
}

// Sessions gives those on the way to an agent now.
func (f *Fleet) Sessions(agent session.JID) Sessions {
	out := Sessions{session: f.connector.Status().Session}
	f.mu.Lock()
	defer f.mu.Unlock()
	if h := f.hosts[agent.Bare()]; h != nil && h.Link == spec.LinkOn {
		out.agent = h.session
	}
	return out
}

// LostSince says since when an agent, or the server on the way to it, is not there; it
// is long ago for an agent that was not there before us. ok is false if nothing says
// that it is not there.
func (f *Fleet) LostSince(agent session.JID) (since time.Time, ok bool) {
	st := f.connector.Status()
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.hosts[agent.Bare()]
	switch {
	case st.Session == nil:
		return st.Since, true
	case h == nil:
		return time.Time{}, false
	case f.sessions == 1 && f.loaded && !h.met:
		return time.Time{}, true
	case h.Link == spec.LinkOn:
		return time.Time{}, false
	case h.Since.After(st.Since):
		return h.Since, true
	}
	return st.Since, true
}

// AwaySince is since when an agent is offline, zero if it is not, or that is not known.
func (f *Fleet) AwaySince(agent session.JID) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h := f.hosts[agent.Bare()]; h != nil && h.Link != spec.LinkOn {
		return h.Since
	}
	return time.Time{}
}

// ComesBack reports whether an agent was there before, and the way to it mends without
// anybody doing something: then there is a point in waiting for it.
func (f *Fleet) ComesBack(agent session.JID) bool {
	st := f.connector.Status()
	if st.Session == nil {
		return spec.KindOf(st.Err) == spec.Unavailable
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	h := f.hosts[agent.Bare()]
	return h != nil && h.met
}
