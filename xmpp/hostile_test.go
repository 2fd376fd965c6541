//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpp_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// untouchable is an agent that fails the test when anything is asked of it but who
// it is.
type untouchable struct {
	spec.Agent
	t testing.TB
}

func (u untouchable) Info(ctx context.Context) (spec.Info, error) { return u.Agent.Info(ctx) }

func (u untouchable) Start(context.Context, spec.Run) error {
	u.t.Error("a run was started")
	return nil
}

func (u untouchable) Stop(context.Context, spec.RunID) error {
	u.t.Error("a run was stopped")
	return nil
}

func (u untouchable) Confirm(context.Context, spec.RunID) error {
	u.t.Error("a run was confirmed")
	return nil
}

// Whoever is on no list is refused whatever it says, the agent stays connected, and
// does nothing for it.
func TestStrangers(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		service := xmpptest.Serve(t)
		defer service.Close()
		log := &xmpptest.Log{}
		agent, master := xmpptest.Account(server, "host1"), xmpptest.Account(server, "master")
		agent.Resource = roster.Resource
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: untouchable{service, t},
			Masters: access.Masters{master.JID: access.Deploy}, Logger: slog.New(slog.NewTextHandler(log, nil))})
		defer r.Close()
		first, err := r.Connector().Wait(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		to := agent.JID.With(roster.Resource)
		// its name begins like that of the master, and its resource is that name
		eve := xmpptest.Account(server, "eve")
		eve.Resource = string(master.JID)
		stranger := xmpptest.ConnectRaw(t, eve)

		t.Run("is refused", func(t *testing.T) {
			for _, o := range []string{"info", "stacks", "start", "stop", "follow", "nonsense"} {
				_, err := stranger.Call(t.Context(), "set", to, xmpptest.Call(o, xmpptest.StartText))
				if xmpptest.Condition(err) != "forbidden" {
					t.Errorf("%s: %v", o, err)
				}
			}
			for _, what := range []*session.Element{session.New("jabber:iq:version", "query"), session.New("urn:xmpp:ping", "ping"),
				session.New("jabber:iq:roster", "query")} {
				if _, err := stranger.Call(t.Context(), "get", to, what); xmpptest.Condition(err) != "forbidden" {
					t.Errorf("%s: %v", what, err)
				}
			}
			if text := log.String(); !strings.Contains(text, "refused") || !strings.Contains(text, string(stranger.JID())) || strings.Contains(text, "evil") {
				t.Errorf("the log is\n%s", text)
			}
		})
		t.Run("cannot speak for others", func(t *testing.T) {
			e := session.Stanza("iq", "type", "set", "id", "x", "to", string(to), "from", string(master.JID.With("x"))).Add(xmpptest.Call("start", xmpptest.StartText))
			_ = stranger.Send(e) // servers refuse it, or write the true sender into it
			_ = stranger.Send(session.Stanza("presence", "type", "subscribe", "to", string(to.Bare())))
			// an iq as the server would send it, to change the roster
			_, err := stranger.Call(t.Context(), "set", to, session.New("jabber:iq:roster", "query").Add(
				session.New("jabber:iq:roster", "item", "jid", string(stranger.JID().Bare()), "subscription", "both")))
			t.Log(xmpptest.Condition(err))
		})
		t.Run("cannot break anything", func(t *testing.T) {
			odd := xmpptest.ConnectRaw(t, xmpptest.Account(server, "odd"))
			for _, text := range []string{
				"<iq type='set' id='a' to='TO'><x:y:z xmlns='urn:armonic:agent:1'/></iq>",
				"<iq type='set' id='b' to='TO'><p:x/></iq>",
				"<iq type='set' id='c' to='TO'/>",
				"<iq type='strange' id='d' to='TO'><x xmlns='y'/></iq>",
				"<iq type='result' id='e' to='TO'/>",
				"<iq type='error' id='f' to='TO'/>",
				"<message to='TO'><body>" + strings.Repeat("x", 200_000) + "</body></message>",
				"<message type='headline' to='TO'><events xmlns='urn:armonic:agent:1'>]</events></message>",
				"<presence to='TO'><agent xmlns='urn:armonic:agent:1' versions='x'/></presence>",
				"<presence type='unavailable' to='TO'/>",
				"<iq type='set' id='g' to='TO'>" + strings.Repeat("<a>", 500) + strings.Repeat("</a>", 500) + "</iq>",
			} {
				e := strings.ReplaceAll(text, "TO", string(to))
				if err := odd.Raw(e); err != nil {
					odd = xmpptest.ConnectRaw(t, xmpptest.Account(server, "odd")) // the server has had enough of it
				}
			}
		})
		// the master is served as if nothing had happened
		boss := xmpptest.ConnectRaw(t, master)
		began := time.Now()
		if _, err := boss.Call(t.Context(), "set", to, xmpptest.Call("info", "{}")); err != nil {
			t.Errorf("afterwards the master is told %v", err)
		}
		t.Logf("the master waited %s", time.Since(began).Round(time.Millisecond))
		if now := r.Connector().Status().Session; now != first {
			t.Errorf("the agent lost its connection: %v", r.Connector().Status().Err)
		}
		if n := strings.Count(log.String(), "refused"); n > 500 {
			t.Errorf("the log has %d lines of it", n)
		}
	})
}
