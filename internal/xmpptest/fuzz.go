package xmpptest

import (
	"testing"

	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

// Fuzzed is a master of an agent, both in memory.
func Fuzzed(f *testing.F) *session.Session {
	f.Helper()
	service := Serve(f)
	f.Cleanup(service.Close)
	server := NewRouter()
	r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Open: server.Open("host1@test/agent"),
		Masters: access.Masters{"master@test": access.Deploy}})
	f.Cleanup(r.Close)
	if _, err := r.Connector().Wait(f.Context(), false); err != nil {
		f.Fatal(err)
	}
	master, err := server.Open("master@test/x")(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = master.Serve(func(*session.Element) {})
	}()
	f.Cleanup(func() { master.Close(); <-done })
	return master
}
