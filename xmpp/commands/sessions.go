package commands

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

// What commands may cost an agent: so many are begun at once, by one master and by
// all; one that is not touched for a while is forgotten.
const (
	mostSessions = 256
	mostOfOne    = 20
	sessionTime  = 15 * time.Minute
	mostNotes    = 20
)

// commandSession is a command that a master has begun, and its form.
type commandSession struct {
	id        string
	peer      session.JID // full
	node      string
	name      string
	route     spec.Route
	questions *form.Questions
	used      time.Time // guarded by the lock of sessions

	mu      sync.Mutex
	values  form.Values    // given so far
	run     spec.RunID     // "" before it was started
	secrets value.Redactor // that the run was given, or has returned
}

// sessions are all commands that were begun.
type sessions struct {
	mu  sync.Mutex
	all map[string]*commandSession
}

func newSessions() *sessions { return &sessions{all: map[string]*commandSession{}} }

// add names a command and keeps it; the oldest of the same master makes room for it.
func (ss *sessions) add(c *commandSession) error {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.sweep()
	var oldest *commandSession
	n := 0
	for _, g := range ss.all {
		if g.peer.Bare() != c.peer.Bare() {
			continue
		}
		if n++; oldest == nil || g.used.Before(oldest.used) {
			oldest = g
		}
	}
	switch {
	case n >= mostOfOne:
		delete(ss.all, oldest.id)
	case len(ss.all) >= mostSessions:
		return spec.Errorf(spec.Unavailable, "too many commands have been begun").WithHint("try again later")
	}
	c.id, c.used = rand.Text(), time.Now()
	ss.all[c.id] = c
	return nil
}

// find gives the command that a client goes on with, nil if there is none.
func (ss *sessions) find(peer session.JID, node, id string) *commandSession {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.sweep()
	c := ss.all[id]
	if c == nil || c.peer != peer || c.node != node {
		return nil
	}
	c.used = time.Now()
	return c
}

func (ss *sessions) drop(c *commandSession) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.all, c.id)
}

func (ss *sessions) sweep() {
	for id, c := range ss.all {
		if time.Since(c.used) > sessionTime {
			delete(ss.all, id)
		}
	}
}

func (c *commandSession) element(status string) *session.Element {
	return session.New(Namespace, "command", "node", c.node, "sessionid", c.id, "status", status)
}

// form asks, or asks again and says what was wrong.
func (c *commandSession) form(iq *session.Element, given form.Values, wrong []form.Wrong) *session.Element {
	way := ""
	for i, step := range c.route.Steps {
		if i > 0 {
			way += ", "
		}
		way += step.Name()
	}
	x := form.Form{Type: form.Ask, Title: c.name, Fields: c.questions.Fields(given)}
	if c.route.Provide.Help != "" {
		x.Instructions = append(x.Instructions, c.route.Provide.Help)
	}
	x.Instructions = append(x.Instructions, "It will: "+way+".")
	answer := c.element("executing").Add(session.New(Namespace, "actions", "execute", "complete").Add(session.New(Namespace, "complete")), x.Element())
	for i, w := range wrong {
		if i == mostNotes {
			break
		}
		line := w.Msg
		if w.Field != "" {
			line = w.Field + ": " + line
		}
		answer.Add(note("error", line))
	}
	return session.Answer(iq, answer)
}
