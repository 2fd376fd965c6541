//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package muc_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Somebody who has made the room before, and does in it what he likes, costs the run
// nothing, and cannot have the agent do anything.
func TestRoomOfAnIntruder(t *testing.T) {
	const nsOwner, nsAdmin = "http://jabber.org/protocol/muc#owner", "http://jabber.org/protocol/muc#admin"
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		master, agent := xmpptest.Account(server, "master"), xmpptest.Account(server, "web1")
		agent.Resource = roster.Resource
		service := xmpptest.PacedTalker(t, "web1", 5*time.Millisecond)
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: service, Rooms: xmpptest.Rooms, RoomPatience: 10 * time.Millisecond,
			Masters: access.Masters{master.JID: access.Deploy}})
		defer r.Close()
		first, err := r.Connector().Wait(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		boss := xmpptest.ConnectRaw(t, master)
		room := muc.Address("d1", xmpptest.Rooms)
		eve := listen(t, xmpptest.Account(server, "eve"), room)
		eve.joined(t)
		if _, err := eve.Call(t.Context(), "set", room, session.New(nsOwner, "query").Add(session.New("jabber:x:data", "x", "type", "submit"))); err != nil {
			t.Fatal(err)
		}
		const lines = 200
		if _, err := boss.Call(t.Context(), "set", agent.JID.With(roster.Resource), xmpptest.Call("start", xmpptest.Encoded(t, xmpptest.Say("r1", "d1", "hello", lines)))); err != nil {
			t.Fatal(err)
		}
		eve.heard(t, "| hello 0")
		place := room.With("web1")
		for _, what := range []*session.Element{xmpptest.Call("start", xmpptest.StartText), xmpptest.Call("stop", `{"run":"r1"}`), xmpptest.Command(xmpptest.SayCommand, "", ""), session.New("urn:xmpp:ping", "ping")} {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			_, err := eve.Call(ctx, "set", place, what)
			cancel()
			if _, refused := errors.AsType[*session.StanzaError](err); !refused {
				t.Errorf("%s through the room: %v", what, err)
			}
		}
		for range 2 { // put out of the room, the agent comes back
			_, err := eve.Call(t.Context(), "set", room, session.New(nsAdmin, "query").Add(session.New(nsAdmin, "item", "nick", "web1", "role", "none")))
			if err != nil {
				t.Logf("it cannot be put out: %v", err)
			}
			xmpptest.Sleep(t.Context(), 300*time.Millisecond)
		}
		body := func(text string) *session.Element { return session.New("jabber:client", "body").WithText(text) }
		for i := range 1000 {
			m := session.Stanza("message", "type", "groupchat", "id", fmt.Sprint(i), "to", string(room)).Add(body("web1 Talk: run r1 is over"),
				session.New(wire.Namespace, "events").WithText("]"))
			switch i % 4 {
			case 1:
				m = session.Stanza("message", "type", "chat", "to", string(place)).Add(body("psst"), session.New(wire.Namespace, "events").WithText("{}"))
			case 2:
				m = session.Stanza("message", "type", "error", "id", fmt.Sprint(i), "to", string(place))
			case 3:
				m = session.Stanza("message", "type", "groupchat", "to", string(room)).Add(session.New("jabber:client", "subject").WithText(fmt.Sprint(i)))
			}
			if err := eve.Send(m); err != nil {
				t.Logf("after %d messages: %v", i, err)
				break
			}
		}
		eve.heardHellos(t, "web1", lines)
		if now := r.Connector().Status().Session; now != first {
			t.Errorf("the agent lost its connection: %v", r.Connector().Status().Err)
		}
		// the room is shut
		if _, err := eve.Call(t.Context(), "set", room, session.New(nsAdmin, "query").Add(session.New(nsAdmin, "item", "jid", string(agent.JID), "affiliation", "outcast"))); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := boss.Call(t.Context(), "set", agent.JID.With(roster.Resource), xmpptest.Call("start", xmpptest.Encoded(t, xmpptest.Say("r2", "d1", "more", 1)))); err != nil {
			t.Fatal(err)
		}
		if err := service.Follow(t.Context(), "r2", 0, func(spec.Event) error { return nil }); err != nil || time.Since(began) > 5*time.Second {
			t.Errorf("the run took %s, error %v", time.Since(began), err)
		}
		stacks, err := service.Stacks(t.Context())
		if err != nil || len(stacks[0].Calls) != 2 {
			t.Errorf("was called: %+v, error %v", stacks[0].Calls, err)
		}
	})
}
