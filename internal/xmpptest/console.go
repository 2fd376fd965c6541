package xmpptest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

// ConsoleJID is the agent of a Console, SayCommand the command that calls its provide.
const (
	ConsoleJID = session.JID("web1@test/agent")
	SayCommand = "call /Talk/Off/say"
)

// Console is an agent in memory, and general clients of a master, an observer and a
// stranger.
type Console struct {
	Service                *agentd.Service
	Boss, Eyes, Eve, Other Raw
}

// InConsole runs a test in a bubble with a console.
func InConsole(t *testing.T, test func(t *testing.T, c *Console)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := NewRouter()
		c := &Console{Service: PacedTalker(t, "web1", time.Second)}
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: c.Service, Open: server.Open(ConsoleJID), Rooms: "logs.test",
			Masters: access.Masters{"boss@test": access.Deploy, "eyes@test": access.Observe}})
		defer func() {
			r.Close()
			c.Service.Close()
		}()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		for jid, to := range map[session.JID]*Raw{"boss@test/x": &c.Boss, "boss@test/y": &c.Other, "eyes@test/x": &c.Eyes, "eve@test/x": &c.Eve} {
			s, err := server.Open(jid)(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			*to = Raw{Session: s}
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = s.Serve(func(*session.Element) {})
			}()
			t.Cleanup(func() { s.Close(); <-done })
		}
		test(t, c)
	})
}
