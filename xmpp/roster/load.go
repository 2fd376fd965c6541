package roster

import (
	"context"
	"strconv"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// How the fleet is read when a session begins.
const (
	loadAgain = 5 * time.Second // after the roster could not be read
	lastTime  = 2 * time.Second // for all to be told since when they are offline
)

// Load learns who is in the fleet, who is online, and since when the others are not.
func (f *Fleet) Load(ctx context.Context, s *session.Session) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	answer, err := s.Call(ctx, "get", "", session.New(nsRoster, "query"))
	for err != nil {
		if ctx.Err() != nil || s.HasEnded() {
			return
		}
		f.log.Warn("cannot read the roster", "error", err)
		session.Sleep(ctx, loadAgain)
		answer, err = s.Call(ctx, "get", "", session.New(nsRoster, "query"))
	}
	var incomplete []*session.Element
	f.change(func() { incomplete = f.update(answer.Kid(nsRoster, "query"), true) })
	f.complete(s, incomplete)
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
	defer f.change(func() {
		f.loaded = !s.HasEnded() // else Down has been called, or will be
		for jid, h := range f.hosts {
			if f.loaded && h.Link != spec.LinkOn && !h.known {
				h.Why, h.Offline = "offline", true // it has not come back, so far
			}
			if h.Link != spec.LinkOn {
				h.Since = f.later(jid, h.Since)
				f.recall(jid, h)
			}
		}
	})
	var away []session.JID
	f.mu.Lock()
	for jid, h := range f.hosts {
		if h.Link != spec.LinkOn && h.Since.IsZero() {
			away = append(away, jid)
		}
	}
	f.mu.Unlock()
	ctx, cancelLast := context.WithTimeout(ctx, lastTime)
	defer cancelLast()
	_ = session.InParallel(ctx, len(away), func(ctx context.Context, i int) error {
		f.askLast(ctx, s, away[i])
		return nil
	})
}

// complete asks to see those who see us already: a client ended after it had let them, and
// before it asked.
func (f *Fleet) complete(s *session.Session, incomplete []*session.Element) {
	for _, item := range incomplete {
		who := session.JID(item.Attr("jid"))
		s.Post(subscription("subscribe", who))
		if item.Attr("ask") == "" { // else it was asked before, and may have gone for good
			f.change(func() { f.approved[who] = true })
		}
	}
}

// later is the later of two times at which a host was known: the server that was killed has
// forgotten what it had not written.
func (f *Fleet) later(jid session.JID, since time.Time) time.Time {
	if f.config.Seen == nil {
		return since
	}
	if seen, _ := f.config.Seen(jid); seen.After(since) {
		return seen
	}
	return since
}

// recall notes that a host was lost: it executed a run when it was known last, is gone since
// then or soon after, and did not say that it was stopped; the lock is held. If it was there
// for longer, the run has probably ended, and nobody was there to see it.
func (f *Fleet) recall(jid session.JID, h *host) {
	if f.config.Seen == nil || h.met || h.Link != spec.LinkOff {
		return
	}
	if seen, run := f.config.Seen(jid); run != "" && !h.stopped && h.Since.Sub(seen) < longRun {
		h.Link, h.Busy = spec.LinkLost, run
	}
}

// longRun is longer than runs usually take.
const longRun = time.Hour

// mostAway is more seconds than any agent has been away.
const mostAway = 100 * 365 * 24 * 3600

// askLast asks the server since when an account is offline (XEP-0012). Servers that
// do not tell leave it unknown.
func (f *Fleet) askLast(ctx context.Context, s *session.Session, jid session.JID) {
	answer, err := s.Call(ctx, "get", jid, session.New(nsLast, "query"))
	if err != nil {
		return
	}
	was := answer.Kid(nsLast, "query")
	seconds, err := strconv.Atoi(was.Attr("seconds"))
	if err != nil || seconds < 0 || seconds > mostAway {
		return
	}
	f.change(func() {
		if h := f.hosts[jid]; h != nil && h.Link != spec.LinkOn && h.full == "" {
			h.Why, h.Offline = "offline", true
			h.stopped = was.Text == stoppedStatus
			// 0 seconds have two meanings: the account is online, and its presence is on the way;
			// or the server does not know, as Prosody does not since its last start.
			h.known, h.expected = seconds > 0, seconds == 0
			if h.Since.IsZero() && seconds > 0 {
				h.Since = f.later(jid, time.Now().Add(-time.Duration(seconds)*time.Second))
			}
		}
	})
}
