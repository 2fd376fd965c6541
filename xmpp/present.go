package xmpp

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// lookEvery is how often an agent looks whether its presence still tells the truth;
// greetFirst and greetMost are how soon it asks masters again who have not let it see
// them, at first and then: servers forget who asks for an account that does not exist
// yet.
const (
	lookEvery  = time.Second
	greetFirst = 2 * time.Second
	greetMost  = time.Minute
)

// up begins a session: the agent says that it is there, and asks to be seen by its
// masters.
func (r *Responder) up(ctx context.Context, s *session.Session) {
	r.log.Info("connected", "as", s.JID())
	a := &announcer{session: s, name: rand.Text()[:12], since: time.Now().UTC().Format(time.RFC3339)}
	r.work.Go(func() {
		r.announce(ctx, a)
		r.befriend(ctx, s)
		t := time.NewTicker(lookEvery)
		defer t.Stop()
		pause := greetFirst
		again := time.NewTimer(pause)
		defer again.Stop()
		for {
			select {
			case <-t.C:
			case <-r.notice:
			case <-r.greet:
				r.befriend(ctx, s)
			case <-again.C:
				if r.blind() {
					r.befriend(ctx, s)
				}
				pause = min(2*pause, greetMost)
				again.Reset(pause)
			case <-ctx.Done():
				return
			}
			r.announce(ctx, a)
		}
	})
}

// announcer is what one session has said of the agent. The next one begins anew,
// whatever the last is still doing.
type announcer struct {
	session *session.Session
	name    string // tells this session of the agent from the next
	since   string // it began, in UTC
	said    string // the presence that was sent last
}

// look has the presence looked at now.
func (r *Responder) look() { token(r.notice) }

// announce sends the presence if it is not what was sent last.
func (r *Responder) announce(ctx context.Context, a *announcer) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	info, err := r.agent.Info(ctx)
	if err != nil && ctx.Err() != nil {
		return
	}
	e := session.Stanza("presence").Add(session.New(wire.Namespace, "agent", "versions", wire.Ours().String(),
		"version", info.Version, "os", info.OS.Name, "release", info.OS.Release, "busy", string(info.Busy), "session", a.name, "since", a.since))
	if text := e.String(); text != a.said {
		a.said = text
		_ = a.session.Send(e) // an error has ended the session
	}
	r.mu.Lock()
	r.busy = info.Busy
	r.mu.Unlock()
}

// befriend makes the roster what the list of masters says: each is asked to let the
// agent see it, for the agent must know who leaves; who is not on the list any more is
// not told anything.
func (r *Responder) befriend(ctx context.Context, s *session.Session) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	answer, err := s.Call(ctx, "get", "", session.New(nsRoster, "query"))
	if err != nil {
		if !over(s) {
			r.log.Warn("cannot read the roster", "error", err)
		}
		r.unsee(r.masters) // it is asked for again in a while
		return
	}
	sees := map[session.JID]bool{}
	if q := answer.Kid(nsRoster, "query"); q != nil {
		for _, item := range q.Kids {
			who := session.JID(item.Attr("jid"))
			if _, listed := r.masters[who]; !listed {
				_ = s.Send(session.Stanza("iq", "type", "set", "id", "remove").Add(session.New(nsRoster, "query").
					Add(session.New(nsRoster, "item", "jid", string(who), "subscription", "remove"))))
				continue
			}
			sub := item.Attr("subscription")
			sees[who] = sub == "to" || sub == "both"
		}
	}
	unseen := map[session.JID]Role{}
	for who, role := range r.masters {
		if !sees[who] {
			unseen[who] = role
			_ = s.Send(session.Stanza("presence", "type", "subscribe", "to", string(who)))
		}
	}
	r.unsee(unseen)
}

// unsee notes of which masters the agent is not told when they leave.
func (r *Responder) unsee(who map[session.JID]Role) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unseen = map[session.JID]bool{}
	for jid := range who {
		r.unseen[jid] = true
	}
}

// met asks a master who calls, and whom the agent does not see, once more.
func (r *Responder) met(who session.JID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unseen[who] {
		delete(r.unseen, who)
		token(r.greet)
	}
}

// blind reports whether there are masters whom the agent does not see.
func (r *Responder) blind() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.unseen) > 0
}

// presence takes what others say of themselves, and who wants to see the agent.
func (r *Responder) presence(s *session.Session, e *session.Element) {
	from := e.From()
	_, listed := r.masters[from.Bare()]
	switch e.Type() {
	case "unavailable", "error":
		r.left(from)
	case "subscribe":
		typ := "unsubscribed"
		if listed {
			typ = "subscribed"
		} else if !r.audit.refused(from, "subscribe") {
			return
		}
		s.Post(session.Stanza("presence", "type", typ, "to", string(from.Bare())))
	}
}

// statement is what an agent's presence says.
type statement struct {
	versions wire.Versions
	version  string
	os       spec.OS
	busy     spec.RunID
	session  string
	since    time.Time // zero if it did not say
}

// readStatement reads the presence of an agent; ok is false for any other.
func readStatement(e *session.Element) (st statement, ok bool) {
	a := e.Kid(wire.Namespace, "agent")
	if a == nil {
		return statement{}, false
	}
	st = statement{version: cut(a.Attr("version")), os: spec.OS{Name: cut(a.Attr("os")), Release: cut(a.Attr("release"))},
		busy: spec.RunID(cut(a.Attr("busy"))), session: cut(a.Attr("session"))}
	st.since, _ = time.Parse(time.RFC3339, a.Attr("since"))
	st.versions, ok = wire.ParseVersions(a.Attr("versions"))
	if !ok {
		st.versions = wire.Versions{} // nothing in common with anybody
	}
	return st, true
}
