package xmpp

import (
	"context"
	"strconv"
	"time"

	"github.com/armonic/armonic/xmpp/session"
)

// gather learns who is in the fleet, who is online, and since when the others are not.
func (m *Client) gather(ctx context.Context, s *session.Session) {
	answer, err := s.Call(ctx, "get", "", session.New(nsRoster, "query"))
	for err != nil {
		if ctx.Err() != nil || over(s) {
			return
		}
		m.log.Warn("cannot read the roster", "error", err)
		pause(ctx, slowest)
		answer, err = s.Call(ctx, "get", "", session.New(nsRoster, "query"))
	}
	m.change(func() { m.enlist(answer.Kid(nsRoster, "query"), true) })
	// ejabberd tells of those who ask to be in the fleet only whom messages to the bare
	// address can reach. A server deals with one stanza after another: when it answers
	// the ping, it has done so. Then nothing that is sent to the bare address is for us.
	if s.Send(session.Stanza("presence")) != nil {
		return // the session has ended
	}
	_, _ = s.Call(ctx, "get", session.JID(s.JID().Domain()), session.New(nsPing, "ping"))
	if s.Send(session.Stanza("presence").Add(session.New("jabber:client", "priority").WithText("-1"))) != nil {
		return
	}
	defer m.change(func() {
		m.ready = !over(s) // else down has been called, or will be
		for _, h := range m.hosts {
			if m.ready && h.Link != On && !h.heard {
				h.Why = "offline" // it has not come back, so far
			}
		}
	})
	var away []session.JID
	m.mu.Lock()
	for jid, h := range m.hosts {
		if h.Link != On && h.Since.IsZero() {
			away = append(away, jid)
		}
	}
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, lastTime)
	defer cancel()
	_ = inParallel(len(away), func(i int) error {
		m.askLast(ctx, s, away[i])
		return ctx.Err()
	})
}

// askLast asks the server since when an account is offline (XEP-0012). Servers that
// do not tell leave it unknown.
func (m *Client) askLast(ctx context.Context, s *session.Session, jid session.JID) {
	answer, err := s.Call(ctx, "get", jid, session.New(nsLast, "query"))
	if err != nil {
		return
	}
	seconds, err := strconv.Atoi(answer.Kid(nsLast, "query").Attr("seconds"))
	if err != nil || seconds < 0 || seconds > maxAway {
		return
	}
	m.change(func() {
		if h := m.hosts[jid]; h != nil && h.Link != On && h.full == "" {
			h.Why = "offline"
			h.heard, h.due = seconds > 0, seconds == 0 // zero is probably one that is online, of which we are about to hear
			if h.Since.IsZero() {
				h.Since = time.Now().Add(-time.Duration(seconds) * time.Second)
			}
		}
	})
}

// lastTime bounds how long the fleet is kept waiting for that.
const lastTime = 2 * time.Second

// maxAway is more seconds than any agent has been away.
const maxAway = 100 * 365 * 24 * 3600

// over reports whether a session has ended.
func over(s *session.Session) bool {
	select {
	case <-s.Ended():
		return true
	default:
		return false
	}
}
