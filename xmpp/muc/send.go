package muc

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// message is one of the agent to the room.
type message struct {
	id      string
	lines   []line
	refused int // times
}

// next makes a message of what waits, unless one was sent and is not confirmed, and
// reports whether there is one.
func (rm *room) next() bool {
	if rm.unsaid != nil {
		return true
	}
	rm.mu.Lock()
	defer rm.mu.Unlock()
	lines, dropped := rm.backlog.take()
	if len(lines) == 0 {
		return false
	}
	if dropped > 0 {
		lines = slices.Insert(lines, 0, line{text: fmt.Sprintf("%s: %s dropped", rm.host, spec.Count(dropped, "line was", "lines were"))})
	}
	rm.unsaid = &message{id: rand.Text(), lines: lines}
	rm.unsaidID = rm.unsaid.id
	return true
}

// confirmed notes that the room has said the message, or never will.
func (rm *room) confirmed() {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	for _, l := range rm.unsaid.lines {
		l.over()
	}
	rm.unsaid = nil
	rm.unsaidID = ""
}

// send sends the message, and returns when the room has said it.
func (rm *room) send(ctx context.Context, s *session.Session) error {
	m := rm.unsaid
	if err := s.Send(rm.stanzaOf(m)); err != nil {
		return err
	}
	t := time.NewTimer(answerTime)
	defer t.Stop()
	for {
		ev, err := rm.hear(ctx, s, t)
		switch {
		case err != nil:
			return err
		case ev.kind == silent:
			return failed("it does not answer")
		case ev.kind == lost:
			return failed(ev.why)
		case ev.kind == said && ev.id == m.id:
			rm.confirmed()
			return nil
		case ev.kind == notSaid && ev.id == m.id:
			if m.refused++; m.refused >= mostRefusals {
				rm.confirmed()
				rm.mu.Lock()
				rm.backlog.dropped += len(m.lines)
				rm.mu.Unlock()
			}
			return failed(ev.why)
		}
	}
}

// stanzaOf is what goes to the room: for people, and for programs, to which the events of
// each host are told apart.
func (rm *room) stanzaOf(m *message) *session.Element {
	texts := make([]string, len(m.lines))
	var hosts []string
	events := map[string][]spec.Event{}
	for i, l := range m.lines {
		texts[i] = l.text
		if l.event.Run == "" {
			continue
		}
		if events[l.host] == nil {
			hosts = append(hosts, l.host)
		}
		events[l.host] = append(events[l.host], l.event)
	}
	e := session.Stanza("message", "type", "groupchat", "id", m.id, "to", string(rm.at)).
		Add(session.New("jabber:client", "body").WithText(strings.Join(texts, "\n")))
	for _, host := range hosts {
		in := struct {
			Events []spec.Event `json:"events,omitempty"`
		}{events[host]}
		if body, err := value.Encode(in, value.Hide()); err == nil {
			e.Add(session.New(wire.Namespace, "events", "host", host, "deployment", string(rm.deployment)).WithText(string(body)))
		}
	}
	return e
}
