package roster

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// lookEvery is how often an agent looks whether its presence still tells the truth, and how
// long it has executed a run before that is told: most runs are short, and each change is
// delivered to all masters;
// againFirst and againMost are how soon it asks masters again who have not let it see
// them, at first and then: servers forget who asks for an account that does not exist
// yet.
const (
	lookEvery  = time.Second
	againFirst = 2 * time.Second
	againMost  = time.Minute
	twiceTime  = time.Hour   // for which it is told that the account is in use twice
	stepTime   = time.Minute // for the agent to say what it does, or the server to give the roster
)

// Announcer is an agent's end of presence.
type Announcer struct {
	agent   spec.Agent
	masters access.Masters
	refused *access.Refusals
	log     *slog.Logger
	work    sync.WaitGroup
	look    chan struct{} // of size 1: a token means that the presence may have changed
	ask     chan struct{} // of size 1: a token means that a master is there who is not seen

	mu     sync.Mutex
	taken  time.Time            // when another program took our connection, zero if none did
	busy   spec.RunID           // what the presence says is executed
	run    spec.RunID           // what was executed when it was looked at last, …
	since  time.Time            // … and since when
	unseen map[session.JID]bool // the masters of whom the agent is not told when they leave
}

// NewAnnouncer announces an agent to its masters.
func NewAnnouncer(agent spec.Agent, masters access.Masters, refused *access.Refusals, log *slog.Logger) *Announcer {
	return &Announcer{agent: agent, masters: masters, refused: refused, log: log, unseen: map[session.JID]bool{},
		look: make(chan struct{}, 1), ask: make(chan struct{}, 1)}
}

// Start begins a session, which ends with ctx: the agent says that it is there, and
// asks to be seen by its masters. The next session begins anew, whatever the last is
// still doing.
func (a *Announcer) Start(ctx context.Context, s *session.Session) {
	a.log.Info("connected", "as", s.JID())
	now := announcement{versions: wire.Ours(), session: rand.Text()[:12], since: time.Now().UTC()}
	a.work.Go(func() {
		said := a.announce(ctx, s, now, "")
		a.subscribe(ctx, s)
		t := time.NewTicker(lookEvery)
		defer t.Stop()
		pause := againFirst
		again := time.NewTimer(pause)
		defer again.Stop()
		for {
			select {
			case <-t.C:
			case <-a.look:
			case <-a.ask:
				a.subscribe(ctx, s)
			case <-again.C:
				if a.misses() {
					a.subscribe(ctx, s)
				}
				pause = min(2*pause, againMost)
				again.Reset(pause)
			case <-ctx.Done():
				return
			}
			said = a.announce(ctx, s, now, said)
		}
	})
}

// Wait returns when nothing is announced any more. The contexts of all sessions must
// have ended.
func (a *Announcer) Wait() { a.work.Wait() }

// Taken notes that another program has connected as us, which the presence tells when we
// are back.
func (a *Announcer) Taken() {
	a.log.Error("the account of this agent is in use twice: another program took its connection, as after cloning a machine; give each its own account")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken = time.Now()
}

// Look has the presence looked at now.
func (a *Announcer) Look() { session.Wake(a.look) }

// Executes is the run that the presence says is executed.
func (a *Announcer) Executes() spec.RunID {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.busy
}

// Leave has the session say, when it is closed, that the agent stopped with no run
// executed. The server keeps that for those who ask later (XEP-0012): who vanishes says
// nothing.
func (a *Announcer) Leave(s *session.Session) {
	if a.Executes() == "" {
		s.CloseWith(stoppedStatus)
	}
}

// announce sends the presence if it is not what was said last, and gives what is said
// now.
func (a *Announcer) announce(ctx context.Context, s *session.Session, now announcement, said string) string {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	info, err := a.agent.Info(ctx)
	if err != nil && ctx.Err() != nil {
		return said
	}
	now.version, now.os, now.modules = info.Version, info.OS, spec.BundlesDigest(info.Bundles)
	a.mu.Lock()
	if a.run != info.Busy {
		a.run, a.since = info.Busy, time.Now()
	}
	if a.busy == info.Busy || time.Since(a.since) >= lookEvery {
		now.busy = info.Busy
	}
	now.twice = !a.taken.IsZero() && time.Since(a.taken) < twiceTime
	a.mu.Unlock()
	e := now.presence()
	if text := e.String(); text != said {
		said = text
		_ = s.Send(e) // an error has ended the session
	}
	a.mu.Lock()
	a.busy = now.busy
	a.mu.Unlock()
	return said
}

// subscribe makes the roster what the list of masters says: each is asked to let the
// agent see it, for the agent must know who leaves; who is not on the list any more is
// not told anything.
func (a *Announcer) subscribe(ctx context.Context, s *session.Session) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	unseen := map[session.JID]bool{}
	for who := range a.masters {
		unseen[who] = true
	}
	answer, err := s.Call(ctx, "get", "", session.New(nsRoster, "query"))
	if err != nil {
		if !s.HasEnded() {
			a.log.Warn("cannot read the roster", "error", err)
		}
		a.setUnseen(unseen) // it is asked for again in a while
		return
	}
	if q := answer.Kid(nsRoster, "query"); q != nil {
		for _, item := range q.Kids {
			who := session.JID(item.Attr("jid"))
			if _, listed := a.masters[who]; !listed {
				_ = s.Send(removal(who))
			} else if sees(item) {
				delete(unseen, who)
			}
		}
	}
	for who := range unseen {
		_ = s.Send(subscription("subscribe", who))
	}
	a.setUnseen(unseen)
}

// setUnseen notes of which masters the agent is not told when they leave.
func (a *Announcer) setUnseen(who map[session.JID]bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unseen = who
}

// Met asks a master who calls, and whom the agent does not see, once more.
func (a *Announcer) Met(who session.JID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.unseen[who] {
		delete(a.unseen, who)
		session.Wake(a.ask)
	}
}

// misses reports whether there are masters whom the agent does not see.
func (a *Announcer) misses() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.unseen) > 0
}

// Presence takes what others say of themselves, and who wants to see the agent. It
// reports whether the sender went offline.
func (a *Announcer) Presence(s *session.Session, e *session.Element) (left bool) {
	from := e.From()
	switch e.Type() {
	case "unavailable", "error":
		return true
	case "unsubscribed": // it has forgotten the agent, which asks again in a while
		if _, listed := a.masters[from.Bare()]; listed {
			a.mu.Lock()
			a.unseen[from.Bare()] = true
			a.mu.Unlock()
		}
	case "subscribe":
		if _, listed := a.masters[from.Bare()]; listed {
			s.Post(subscription("subscribed", from))
		} else if a.refused.Answer(from, "subscribe") {
			s.Post(subscription("unsubscribed", from))
		}
	}
	return false
}
