package session

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"

	"github.com/armonic/armonic/spec"
)

// calls are the questions that wait for an answer.
type calls struct {
	*sync.Mutex
	prefix  string // so that ids cannot be guessed
	last    int
	waiting map[string]*call // nil when the session has ended
}

type call struct {
	to   JID
	pos  int64       // how much was written before
	done chan answer // of size 1, and answered once
}

type answer struct {
	result *Element
	err    error
}

func newCalls() calls {
	return calls{Mutex: &sync.Mutex{}, prefix: rand.Text()[:10], waiting: map[string]*call{}}
}

// Call sends an iq of a type and waits for its answer. The error is a StanzaError if
// it was refused, a spec.Error of kind Unavailable if the session ends or the other
// party goes offline first, or that of ctx.
func (s *Session) Call(ctx context.Context, typ string, to JID, payload ...*Element) (*Element, error) {
	id, c, err := s.calls.begin(to, s)
	if err != nil {
		return nil, err
	}
	defer s.calls.forget(id)
	if err := s.send(ctx, Stanza("iq", "type", typ, "id", id, "to", string(to)).Add(payload...)); err != nil {
		return nil, err
	}
	select {
	case a := <-c.done:
		return a.result, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// settle takes what answers a call, and notices who goes away. It reports whether
// the stanza needs nothing else.
func (s *Session) settle(e *Element) bool {
	typ := e.Type()
	if e.Local == "presence" && (typ == "unavailable" || typ == "error") {
		s.calls.left(e.From())
	}
	if e.Local != "iq" || typ != "result" && typ != "error" {
		return false
	}
	c := s.calls.take(e.ID(), func(to JID) bool { return s.answers(e.From(), to) })
	if c != nil {
		s.pace.reached(c.pos)
	}
	switch {
	case c == nil:
		s.log.Debug("an answer that nobody waits for was dropped", "from", e.From())
	case typ == "error":
		c.done <- answer{err: stanzaError(e)}
	default:
		c.done <- answer{result: e}
	}
	return true
}

// answers reports whether from may answer what was sent to an address. Only the
// server can leave the sender out, or speak for our own account.
func (s *Session) answers(from, to JID) bool {
	switch to {
	case "", s.jid.Bare():
		return from == "" || from == s.jid.Bare() || from == s.jid
	case JID(s.jid.Domain()):
		return from == to || from == ""
	}
	return from == to
}

func (cs *calls) begin(to JID, s *Session) (string, *call, error) {
	cs.Lock()
	defer cs.Unlock()
	if cs.waiting == nil {
		<-s.ended
		return "", nil, s.failure
	}
	cs.last++
	id := cs.prefix + strconv.Itoa(cs.last)
	c := &call{to: to, pos: s.pace.written.Load(), done: make(chan answer, 1)}
	cs.waiting[id] = c
	return id, c, nil
}

func (cs *calls) forget(id string) {
	cs.Lock()
	defer cs.Unlock()
	delete(cs.waiting, id)
}

func (cs *calls) take(id string, from func(to JID) bool) *call {
	cs.Lock()
	defer cs.Unlock()
	c := cs.waiting[id]
	if c == nil || !from(c.to) {
		return nil
	}
	delete(cs.waiting, id)
	return c
}

// Departed fails the calls to somebody of whom we learned that he is not who was asked:
// he has gone, and perhaps come back.
func (s *Session) Departed(who JID) { s.calls.left(who) }

// left fails what was asked of somebody who went offline.
func (cs *calls) left(who JID) {
	cs.Lock()
	defer cs.Unlock()
	for id, c := range cs.waiting {
		if c.to == who || who.Resource() == "" && who != "" && c.to.Bare() == who {
			delete(cs.waiting, id)
			c.done <- answer{err: spec.Errorf(spec.Unavailable, "%s went offline", who.Bare())}
		}
	}
}

func (cs *calls) failAll(why error) {
	cs.Lock()
	defer cs.Unlock()
	for _, c := range cs.waiting {
		c.done <- answer{err: why}
	}
	cs.waiting = nil
}
