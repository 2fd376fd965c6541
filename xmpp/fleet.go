package xmpp

import (
	"cmp"
	"fmt"
	"slices"
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
	heard    bool // something is known of it in this session
	due      bool // it is probably online, and about to say so
	seen     bool // it was online while this client was there
	met      bool // it was online while this client was
}

func (h *host) gone(why string) {
	h.heard = false
	if h.Link == On {
		h.Link, h.Since = Off, time.Now()
		if h.Busy != "" {
			h.Link = Lost
		}
	}
	h.full, h.Why = "", why
}

// Hosts lists the fleet by name.
func (m *Client) Hosts() []Host {
	hosts, _ := m.WatchHosts()
	return hosts
}

// WatchHosts is Hosts, and a channel that is closed when any of it has changed.
func (m *Client) WatchHosts() ([]Host, <-chan struct{}) {
	st := m.keeper.Status()
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Host, 0, len(m.hosts))
	for _, h := range m.hosts {
		view := h.Host
		if st.Session == nil {
			view.Why = "this client is not connected to the server"
		}
		out = append(out, view)
	}
	slices.SortFunc(out, func(a, b Host) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.JID, b.JID)) })
	return out, m.changed
}

// Find gives the host of a name; the error is spec.NotFound, or spec.Ambiguous.
func (m *Client) Find(name spec.Host) (Host, error) {
	var found []Host
	names := []spec.Host{}
	for _, h := range m.Hosts() {
		if names = append(names, h.Name); h.Name == name {
			found = append(found, h)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Host{}, spec.Errorf(spec.Ambiguous, "there are %d agents %q", len(found), string(name)).
			WithHint("they are %s and %s: give one an account of another name, or take it out of the fleet with armonic forget", found[0].JID, found[1].JID)
	case len(names) == 0:
		return Host{}, spec.Errorf(spec.NotFound, "there is no agent %q", string(name)).WithHint("no agent is in the fleet")
	}
	return Host{}, spec.Errorf(spec.NotFound, "there is no agent %q", string(name)).WithHint("there are %v", names)
}

// Requests lists the accounts that ask to be in the fleet and were not approved.
func (m *Client) Requests() []session.JID {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]session.JID, 0, len(m.requests))
	for jid := range m.requests {
		out = append(out, jid)
	}
	slices.Sort(out)
	return out
}

// Approve takes an account into the fleet, whether or not it has asked yet. The error
// is spec.Unavailable if the client is not connected.
func (m *Client) Approve(jid session.JID) error {
	s := m.keeper.Status().Session
	if s == nil {
		return m.disconnected()
	}
	m.change(func() { delete(m.requests, jid.Bare()) })
	for _, e := range approval(jid.Bare()) {
		if err := s.Send(e); err != nil {
			return err
		}
	}
	return nil
}

// approval is what takes an account into the fleet: it may see us, and we ask to see it.
func approval(jid session.JID) []*session.Element {
	return []*session.Element{session.Stanza("presence", "type", "subscribed", "to", string(jid)),
		session.Stanza("presence", "type", "subscribe", "to", string(jid))}
}

// Remove takes an account out of the fleet.
func (m *Client) Remove(jid session.JID) error {
	s := m.keeper.Status().Session
	if s == nil {
		return m.disconnected()
	}
	return s.Send(session.Stanza("iq", "type", "set", "id", "remove").Add(session.New(nsRoster, "query").
		Add(session.New(nsRoster, "item", "jid", string(jid.Bare()), "subscription", "remove"))))
}

// disconnected says that the client is, and what it does about it.
func (m *Client) disconnected() *spec.Error {
	st := m.keeper.Status()
	e := spec.Errorf(spec.Unavailable, "this client is not connected to the server")
	if st.Err != nil {
		e.Msg += ": " + st.Err.Error()
		e.Hint = spec.HintOf(st.Err)
	}
	if left := time.Until(st.Next).Round(time.Second); e.Hint == "" && left > 0 {
		e.Hint = fmt.Sprintf("it tries again in %s", left)
	}
	return e
}

// enlist takes a roster, or changes of it; the lock is held. In the fleet are those
// whom we may see.
func (m *Client) enlist(q *session.Element, whole bool) {
	if q == nil {
		return
	}
	listed := map[session.JID]bool{}
	for _, item := range q.Kids {
		jid, sub := session.JID(item.Attr("jid")), item.Attr("subscription")
		if sub != "to" && sub != "both" || jid.Local() == "" {
			delete(m.hosts, jid)
			continue
		}
		listed[jid] = true
		if m.hosts[jid] == nil {
			m.hosts[jid] = &host{Host: Host{Name: spec.Host(jid.Local()), JID: jid, Link: Off, Why: "not seen yet"}}
		}
	}
	if whole {
		for jid := range m.hosts {
			if !listed[jid] {
				delete(m.hosts, jid)
			}
		}
	}
}

// due reports whether something is about to be heard of a host; the lock is held.
func (m *Client) due() bool {
	if len(m.welcomed) > 0 {
		return true
	}
	for _, h := range m.hosts {
		if h.due && !h.heard {
			return true
		}
	}
	return false
}

// allKnown reports whether every host was heard of; the lock is held.
func (m *Client) allKnown() bool {
	for _, h := range m.hosts {
		if !h.heard {
			return false
		}
	}
	return true
}

// presence takes what an agent says of itself.
func (m *Client) presence(s *session.Session, e *session.Element) {
	from := e.From()
	bare := from.Bare()
	switch e.Type() {
	case "subscribe":
		if m.config.Approve != nil && m.config.Approve(bare) {
			for _, e := range approval(bare) {
				s.Post(e)
			}
			m.change(func() {
				if len(m.welcomed) < 1000 {
					m.welcomed[bare] = true
				}
			})
			return
		}
		m.change(func() {
			if len(m.requests) < 1000 {
				m.requests[bare] = true
			}
		})
	case "unavailable", "error":
		m.change(func() {
			h := m.hosts[bare]
			if h == nil || h.full != from && from != bare && h.full != "" {
				return
			}
			h.gone("offline")
			h.heard = true
		})
	case "":
		if st, ok := readStatement(e); ok {
			m.change(func() {
				if m.arrive(from, st) {
					s.Departed(from)
				}
			})
		}
	}
}

// arrive notes an agent that is online, and reports whether it was so before in another
// session; the lock is held.
func (m *Client) arrive(from session.JID, st statement) (other bool) {
	h := m.hosts[from.Bare()]
	if h == nil || from.Resource() != Resource {
		return false // somebody who was not approved, or another program of the same account
	}
	other = h.Link == On && h.session != st.session
	if h.Link != On || h.session != st.session {
		h.Since = time.Now()
		if !st.since.IsZero() && st.since.Before(h.Since) {
			h.Since = st.since
		}
	}
	h.met, h.due = true, false
	delete(m.welcomed, from.Bare())
	h.Link, h.Why, h.full, h.session, h.heard, h.seen = On, "", from, st.session, true, true
	h.Version, h.OS, h.Busy, h.versions = st.version, st.os, st.busy, st.versions
	return other
}
