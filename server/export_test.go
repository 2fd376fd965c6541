package server

import (
	"context"

	"github.com/armonic/armonic/xmpp/session"
)

// Services are the services of rooms that a session finds.
func Services(ctx context.Context, s *session.Session, domain session.JID) []string {
	v := &probe{Session: s, domain: domain}
	return v.services(ctx)
}
