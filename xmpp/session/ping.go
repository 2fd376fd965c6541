package session

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/armonic/armonic/spec"
)

// activity remembers when something arrived last.
type activity struct {
	began time.Time
	at    atomic.Int64 // nanoseconds after that, whatever becomes of the clock
}

func newActivity() *activity { return &activity{began: time.Now()} }

func (a *activity) now() { a.at.Store(int64(time.Since(a.began))) }

func (a *activity) since(t time.Time) bool { return a.at.Load() >= int64(t.Sub(a.began)) }

// pace is how much was written, and how much of it the server has certainly dealt
// with.
type pace struct{ written, dealt atomic.Int64 }

// reached notes that an answer came to what was written after so many bytes.
func (p *pace) reached(n int64) {
	for {
		old := p.dealt.Load()
		if n <= old || p.dealt.CompareAndSwap(old, n) {
			return
		}
	}
}

// patience is how long an answer may take to what is written after n bytes: a server
// that limits the rate of what it reads (as Debian's Prosody does, 10 kB/s) first reads
// what was written before.
func (p *pace) patience(n int64) time.Duration {
	ahead := float64(max(n-p.dealt.Load()-chunk, 0))
	return pingTime + min(time.Duration(ahead/slowest*float64(time.Second)), mostPatience)
}

// enableAcks has the server notice sooner that we are gone, if it is Prosody. Others
// (ejabberd) end a session of which too many stanzas were not acknowledged in time:
// anybody could bring that about by sending many.
func (s *Session) enableAcks() {
	if !s.acks {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), pingEvery)
	defer cancel()
	info, err := s.Call(ctx, "get", JID(s.jid.Domain()), New(nsDisco, "query"))
	if err != nil {
		return // the next ping shows what is wrong, if anything is
	}
	if who := info.Kid(nsDisco, "query").Kid(nsDisco, "identity"); who.Attr("name") == "Prosody" {
		_ = s.Send(New(nsAcks, "enable")) // an error ends the session
	}
}

// ping asks the server now and then whether it is there, until the session ends. It
// is gone if neither an answer nor anything else arrives.
func (s *Session) ping() {
	s.enableAcks()
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.ended:
			return
		}
		if !s.answersPing() {
			s.fail(spec.Errorf(spec.Unavailable, "the server does not answer any more"))
		}
	}
}

// answersPing waits from the moment at which the ping was written: while the
// connection takes what is written, however slowly, that is a sign of life too.
func (s *Session) answersPing() bool {
	domain := JID(s.jid.Domain())
	id, c, err := s.calls.begin(domain, s)
	if err != nil {
		return true // it has ended already
	}
	defer s.calls.forget(id)
	if s.Send(Stanza("iq", "type", "get", "id", id, "to", string(domain)).Add(New(Ping, "ping"))) != nil {
		return true
	}
	asked := time.Now()
	t := time.NewTimer(s.pace.patience(c.pos))
	defer t.Stop()
	select {
	case <-c.done: // a refusal is an answer
		return true
	case <-s.ended:
		return true
	case <-t.C:
		return s.conn.activity.since(asked)
	}
}

// IsServer reports whether an address is that of our own server, which may leave it out
// or speak for our account.
func (s *Session) IsServer(from JID) bool {
	return from == "" || from == s.jid.Bare() || from == JID(s.jid.Domain())
}

// ToServer is the answer to an iq of our own server: to pings and news of the roster.
func ToServer(iq *Element) *Element {
	if iq.Kid(Ping, "ping") != nil || iq.Type() == "set" && iq.Kid("jabber:iq:roster", "query") != nil {
		return Answer(iq)
	}
	return Refuse(iq, "cancel", "service-unavailable", "", nil)
}
