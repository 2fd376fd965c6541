package session

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/armonic/armonic/spec"
)

// heard remembers when something arrived last.
type heard struct{ at atomic.Int64 }

func (h *heard) now() { h.at.Store(time.Now().UnixNano()) }

func (h *heard) since(t time.Time) bool { return h.at.Load() >= t.UnixNano() }

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
		asked := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), pingTime)
		_, _ = s.Call(ctx, "get", JID(s.jid.Domain()), New(nsPing, "ping")) // a refusal is an answer
		expired := ctx.Err() != nil
		cancel()
		if expired && !s.heard.since(asked) {
			s.fail(spec.Errorf(spec.Unavailable, "the server does not answer any more"))
		}
	}
}
