package roster

import (
	"context"
	"strconv"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// mostAway is more seconds than any agent has been away.
const mostAway = 100 * 365 * 24 * 3600

// askLast asks the server since when an account is offline (XEP-0012). Servers that
// do not tell leave it unknown.
func (f *Fleet) askLast(ctx context.Context, s *session.Session, jid session.JID) {
	answer, err := s.Call(ctx, "get", jid, session.New(nsLast, "query"))
	if err != nil {
		return
	}
	seconds, err := strconv.Atoi(answer.Kid(nsLast, "query").Attr("seconds"))
	if err != nil || seconds < 0 || seconds > mostAway {
		return
	}
	f.change(func() {
		if h := f.hosts[jid]; h != nil && h.Link != spec.LinkOn && h.full == "" {
			h.Why = "offline"
			h.known, h.expected = seconds > 0, seconds == 0 // zero is probably one that is online, of which we are about to hear
			if h.Since.IsZero() {
				h.Since = time.Now().Add(-time.Duration(seconds) * time.Second)
			}
		}
	})
}
