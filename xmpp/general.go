package xmpp

import (
	"context"
	"fmt"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/commands"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// What general clients may cost.
const (
	mostGeneral = 16          // commands and questions at once, so that calls never wait for them
	mostAnswer  = 192 << 10   // bytes: servers end the session of whoever sends too large a stanza
	generalTime = time.Minute // for one
)

// serveGeneral answers an iq of a general client in a goroutine of its own, if there is
// one to be had.
func (r *Responder) serveGeneral(ctx context.Context, s *session.Session, iq, what *session.Element, role access.Role) {
	select {
	case r.general <- struct{}{}:
	default:
		s.Post(wire.Explained(iq, spec.Errorf(spec.Unavailable, "the agent has too much to do").WithHint("try again")))
		return
	}
	r.work.Go(func() {
		defer func() { <-r.general }()
		answer := r.answerGeneral(ctx, s, iq, what, role)
		if len(answer.String()) > mostAnswer {
			answer = wire.Explained(iq, spec.Errorf(spec.Failed, "the answer is too large for a stanza").WithHint("use armonic"))
		}
		_ = s.Send(answer) // an error has ended the session
	})
}

// answerGeneral does what a general client asks.
func (r *Responder) answerGeneral(ctx context.Context, s *session.Session, iq, what *session.Element, role access.Role) (answer *session.Element) {
	defer func() {
		if p := recover(); p != nil { // a fault of ours, or of a module, must not end the agent
			r.log.Error("a command panicked", "node", wire.Brief(what.Attr("node")), "from", iq.From(), "panic", fmt.Sprint(p))
			answer = wire.Explained(iq, spec.Errorf(spec.Internal, "the agent could not do it: %v", p))
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, generalTime)
	defer cancel()
	if what.Space == commands.Namespace && what.Local == "command" && iq.Type() == "set" {
		return r.commands.Do(ctx, access.Peer{JID: iq.From(), Role: role}, iq, what)
	}
	if answer, ok := r.disco.Answer(ctx, s, iq, what, role); ok {
		return answer
	}
	return session.Refuse(iq, "modify", "bad-request", "", nil)
}
