//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package calls_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Masters make mistakes as well.
func TestWrongCallsOfAMaster(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		service := xmpptest.Serve(t)
		defer service.Close()
		agent, master, viewer := xmpptest.Account(server, "host1"), xmpptest.Account(server, "master"), xmpptest.Account(server, "viewer")
		agent.Resource = roster.Resource
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: service,
			Masters: access.Masters{master.JID: access.Deploy, viewer.JID: access.Observe}})
		defer r.Close()
		first, err := r.Connector().Wait(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		to := agent.JID.With(roster.Resource)
		boss, eyes := xmpptest.ConnectRaw(t, master), xmpptest.ConnectRaw(t, viewer)
		element := func(local string, attrs ...string) *session.Element {
			return session.New(wire.Namespace, local, append([]string{"v", "1"}, attrs...)...)
		}
		for name, tt := range map[string]struct {
			from xmpptest.Raw
			what *session.Element
			want string
		}{
			"no payload":           {boss, xmpptest.Call("start", ""), "bad-request"},
			"not JSON":             {boss, xmpptest.Call("start", "<run/>"), "bad-request"},
			"another type":         {boss, xmpptest.Call("start", "[]"), "bad-request"},
			"no such operation":    {boss, xmpptest.Call("format", "{}"), "bad-request"},
			"no such element":      {boss, element("destroy"), "bad-request"},
			"no version":           {boss, session.New(wire.Namespace, "call", "op", "info"), "bad-request"},
			"an older version":     {boss, session.New(wire.Namespace, "call", "op", "info", "v", "0"), "bad-request"},
			"a newer version":      {boss, session.New(wire.Namespace, "call", "op", "info", "v", "2"), "bad-request"},
			"a run without id":     {boss, xmpptest.Call("start", `{"lifecycle":"Bench"}`), "bad-request"},
			"no such run":          {boss, xmpptest.Call("stop", `{"run":"x"}`), "item-not-found"},
			"a follower, no name":  {boss, xmpptest.Call("follow", `{"run":"x"}`), "bad-request"},
			"pieces: none":         {boss, element("call", "op", "start", "id", "x", "pieces", "0"), "bad-request"},
			"pieces: too many":     {boss, element("call", "op", "start", "id", "x", "pieces", "1000000000"), "bad-request"},
			"pieces: not sent":     {boss, element("call", "op", "start", "id", "x", "pieces", "2"), "recipient-unavailable"},
			"piece: beyond":        {boss, element("put", "id", "x", "n", "2", "pieces", "2").WithText("x"), "bad-request"},
			"piece: too large":     {boss, element("put", "id", "x", "n", "0", "pieces", "2").WithText(strings.Repeat("x", wire.Piece+1)), "bad-request"},
			"piece: of nothing":    {boss, element("get", "id", "x", "n", "0"), "recipient-unavailable"},
			"an observer starts":   {eyes, xmpptest.Call("start", xmpptest.StartText), "forbidden"},
			"an observer stops":    {eyes, xmpptest.Call("stop", `{"run":"x"}`), "forbidden"},
			"an observer puts":     {eyes, xmpptest.Call("put-deployment", `{"id":"d","revision":1}`), "forbidden"},
			"an observer reads":    {eyes, xmpptest.Call("deployment", `{"deployment":"d"}`), "forbidden"},
			"a record, no id":      {boss, xmpptest.Call("put-deployment", `{"revision":1}`), "bad-request"},
			"no such record":       {boss, xmpptest.Call("deployment", `{"deployment":"x"}`), "item-not-found"},
			"another namespace":    {boss, session.New("urn:armonic:agent:2", "call", "op", "info"), "service-unavailable"},
			"nothing that we know": {boss, session.New("urn:test", "x"), "service-unavailable"},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := tt.from.Call(t.Context(), "set", to, tt.what); xmpptest.Condition(err) != tt.want {
					t.Errorf("it is told %v, want %s", err, tt.want)
				}
			})
		}
		for _, o := range []string{"info", "stacks"} {
			for who, s := range map[string]xmpptest.Raw{"an observer": eyes, "a master": boss} {
				answer, err := s.Call(t.Context(), "set", to, xmpptest.Call(o, "{}"))
				if err != nil {
					t.Errorf("%s asks for %s: %v", who, o, err)
				} else if told := strings.Contains(answer.Kids[0].Text, `"observer":true`); told != (o == "info" && who == "an observer") {
					t.Errorf("%s asks for %s, and is told %s", who, o, answer.Kids[0].Text)
				}
			}
		}
		t.Run("an observer is not told what steps return", func(t *testing.T) {
			run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "echo"}}}}
			if err := service.Start(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			if err := service.Follow(t.Context(), "r1", 0, func(spec.Event) error { return nil }); err != nil {
				t.Fatal(err)
			}
			for who, times := range map[*xmpptest.Raw]int{&boss: 1, &eyes: 0} {
				answer, err := who.Call(t.Context(), "set", to, xmpptest.Call("follow", `{"run":"r1","follow":"f1"}`))
				if err != nil || strings.Count(answer.String(), `"returns"`) != times {
					t.Errorf("%s is told %s, error %v", who.JID(), answer, err)
				}
				answer, err = who.Call(t.Context(), "set", to, xmpptest.Call("stacks", "{}"))
				if err != nil || !strings.Contains(answer.String(), `"provide":"echo"`) || strings.Count(answer.String(), `"returns"`) != times {
					t.Errorf("%s is told of stacks %s, error %v", who.JID(), answer, err)
				}
			}
		})
		t.Run("everything at once", func(t *testing.T) {
			var wg sync.WaitGroup
			var mu sync.Mutex
			told := map[string]int{}
			for range 500 {
				wg.Go(func() {
					_, err := boss.Call(t.Context(), "set", to, xmpptest.Call("stacks", "{}"))
					mu.Lock()
					defer mu.Unlock()
					told[xmpptest.Condition(err)]++
				})
			}
			wg.Wait()
			t.Log(told)
			if told["<nil>"] == 0 || told["<nil>"]+told["recipient-unavailable"] != 500 {
				t.Errorf("they are told %v", told)
			}
		})
		if now := r.Connector().Status().Session; now != first {
			t.Errorf("the agent lost its connection: %v", r.Connector().Status().Err)
		}
	})
}

// A newer agent, or an older one, is not called: what to upgrade is said.
func TestVersionsThatDoNotMeet(t *testing.T) {
	server := xmpptest.Start(t, xmpptest.Prosody)
	for versions, says := range map[string]string{"2-3": "upgrade this program", "x": "upgrade"} {
		agent, master := xmpptest.Account(server, "web1"), xmpptest.Account(server, "master")
		agent.Resource = roster.Resource
		other := xmpptest.ConnectRaw(t, agent)
		_ = other.Send(session.Stanza("presence"))
		go func() {
			for e := range other.Heard {
				switch {
				case e.Local == "presence" && e.Type() == "subscribe":
					_ = other.Send(session.Stanza("presence", "type", "subscribed", "to", string(e.From().Bare())))
					_ = other.Send(session.Stanza("presence").Add(session.New(wire.Namespace, "agent", "versions", versions)))
				case e.Local == "iq":
					_ = other.Send(session.Refuse(e, "modify", "bad-request", "", session.New(wire.Namespace, "error", "versions", versions)))
				}
			}
		}()
		client := xmpp.NewClient(xmpp.ClientConfig{Open: master.Open, Grace: -1})
		if _, err := client.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		_, err := client.AgentOf(agent.JID).Info(t.Context())
		if versions != "x" && (spec.KindOf(err) != spec.Invalid || !strings.Contains(err.Error()+spec.HintOf(err), says)) {
			t.Errorf("before its presence: %v (%s)", err, spec.HintOf(err))
		}
		if err := client.Approve(agent.JID); err != nil {
			t.Fatal(err)
		}
		xmpptest.WaitFor(t, client, func(hosts []spec.HostStatus) bool { return len(hosts) == 1 && hosts[0].Link == spec.LinkOn })
		_, err = client.AgentOf(agent.JID).Info(t.Context())
		if spec.KindOf(err) != spec.Invalid || !strings.Contains(spec.HintOf(err), says) {
			t.Errorf("with its presence: %v (%s)", err, spec.HintOf(err))
		}
		client.Close()
	}
}
