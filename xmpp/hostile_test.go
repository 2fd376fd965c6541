//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpp_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
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

// raw is a connected account that says what it likes, and hears all.
type raw struct {
	*session.Session
	heard chan *session.Element
}

func connectRaw(t *testing.T, a session.Account) raw {
	t.Helper()
	s, err := a.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := raw{s, make(chan *session.Element, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(func(e *session.Element) {
			select {
			case r.heard <- e:
			default:
			}
		})
	}()
	t.Cleanup(func() { s.Close(); <-done })
	return r
}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const startText = `{"id":"evil","lifecycle":"Bench","from":["Off"],"steps":[{"action":"enter","state":"Ready"}]}`

func callOf(o, text string) *session.Element {
	return session.New(wire.Namespace, "call", "v", "1", "op", o).WithText(text)
}

func condition(err error) string {
	if e, ok := session.AsStanzaError(err); ok {
		return e.Condition
	}
	return fmt.Sprint(err)
}

// Whoever is on no list is refused whatever it says, the agent stays connected, and
// does nothing for it.
func TestStrangers(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		service := serve(t)
		defer service.Close()
		log := &lines{}
		agent, master := account(server, "host1"), account(server, "master")
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
		eve := account(server, "eve")
		eve.Resource = string(master.JID)
		stranger := connectRaw(t, eve)

		t.Run("is refused", func(t *testing.T) {
			for _, o := range []string{"info", "stacks", "start", "stop", "follow", "nonsense"} {
				_, err := stranger.Call(t.Context(), "set", to, callOf(o, startText))
				if condition(err) != "forbidden" {
					t.Errorf("%s: %v", o, err)
				}
			}
			for _, what := range []*session.Element{session.New("jabber:iq:version", "query"), session.New("urn:xmpp:ping", "ping"),
				session.New("jabber:iq:roster", "query")} {
				if _, err := stranger.Call(t.Context(), "get", to, what); condition(err) != "forbidden" {
					t.Errorf("%s: %v", what, err)
				}
			}
			if text := log.String(); !strings.Contains(text, "refused") || !strings.Contains(text, string(stranger.JID())) || strings.Contains(text, "evil") {
				t.Errorf("the log is\n%s", text)
			}
		})
		t.Run("cannot speak for others", func(t *testing.T) {
			e := session.Stanza("iq", "type", "set", "id", "x", "to", string(to), "from", string(master.JID.With("x"))).Add(callOf("start", startText))
			_ = stranger.Send(e) // servers refuse it, or write the true sender into it
			_ = stranger.Send(session.Stanza("presence", "type", "subscribe", "to", string(to.Bare())))
			// an iq as the server would send it, to change the roster
			_, err := stranger.Call(t.Context(), "set", to, session.New("jabber:iq:roster", "query").Add(
				session.New("jabber:iq:roster", "item", "jid", string(stranger.JID().Bare()), "subscription", "both")))
			t.Log(condition(err))
		})
		t.Run("cannot break anything", func(t *testing.T) {
			odd := connectRaw(t, account(server, "odd"))
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
					odd = connectRaw(t, account(server, "odd")) // the server has had enough of it
				}
			}
		})
		// the master is served as if nothing had happened
		boss := connectRaw(t, master)
		began := time.Now()
		if _, err := boss.Call(t.Context(), "set", to, callOf("info", "{}")); err != nil {
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

// Masters make mistakes as well.
func TestWrongCallsOfAMaster(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		service := serve(t)
		defer service.Close()
		agent, master, viewer := account(server, "host1"), account(server, "master"), account(server, "viewer")
		agent.Resource = roster.Resource
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: service,
			Masters: access.Masters{master.JID: access.Deploy, viewer.JID: access.Observe}})
		defer r.Close()
		first, err := r.Connector().Wait(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		to := agent.JID.With(roster.Resource)
		boss, eyes := connectRaw(t, master), connectRaw(t, viewer)
		element := func(local string, attrs ...string) *session.Element {
			return session.New(wire.Namespace, local, append([]string{"v", "1"}, attrs...)...)
		}
		for name, tt := range map[string]struct {
			from raw
			what *session.Element
			want string
		}{
			"no payload":           {boss, callOf("start", ""), "bad-request"},
			"not JSON":             {boss, callOf("start", "<run/>"), "bad-request"},
			"another type":         {boss, callOf("start", "[]"), "bad-request"},
			"no such operation":    {boss, callOf("format", "{}"), "bad-request"},
			"no such element":      {boss, element("destroy"), "bad-request"},
			"no version":           {boss, session.New(wire.Namespace, "call", "op", "info"), "bad-request"},
			"an older version":     {boss, session.New(wire.Namespace, "call", "op", "info", "v", "0"), "bad-request"},
			"a newer version":      {boss, session.New(wire.Namespace, "call", "op", "info", "v", "2"), "bad-request"},
			"a run without id":     {boss, callOf("start", `{"lifecycle":"Bench"}`), "bad-request"},
			"no such run":          {boss, callOf("stop", `{"run":"x"}`), "item-not-found"},
			"a follower, no name":  {boss, callOf("follow", `{"run":"x"}`), "bad-request"},
			"pieces: none":         {boss, element("call", "op", "start", "id", "x", "pieces", "0"), "bad-request"},
			"pieces: too many":     {boss, element("call", "op", "start", "id", "x", "pieces", "1000000000"), "bad-request"},
			"pieces: not sent":     {boss, element("call", "op", "start", "id", "x", "pieces", "2"), "recipient-unavailable"},
			"piece: beyond":        {boss, element("put", "id", "x", "n", "2", "pieces", "2").WithText("x"), "bad-request"},
			"piece: too large":     {boss, element("put", "id", "x", "n", "0", "pieces", "2").WithText(strings.Repeat("x", wire.Piece+1)), "bad-request"},
			"piece: of nothing":    {boss, element("get", "id", "x", "n", "0"), "recipient-unavailable"},
			"an observer starts":   {eyes, callOf("start", startText), "forbidden"},
			"an observer stops":    {eyes, callOf("stop", `{"run":"x"}`), "forbidden"},
			"another namespace":    {boss, session.New("urn:armonic:agent:2", "call", "op", "info"), "service-unavailable"},
			"nothing that we know": {boss, session.New("urn:test", "x"), "service-unavailable"},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := tt.from.Call(t.Context(), "set", to, tt.what); condition(err) != tt.want {
					t.Errorf("it is told %v, want %s", err, tt.want)
				}
			})
		}
		for _, o := range []string{"info", "stacks"} {
			if _, err := eyes.Call(t.Context(), "set", to, callOf(o, "{}")); err != nil {
				t.Errorf("an observer asks for %s: %v", o, err)
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
			for who, times := range map[*raw]int{&boss: 1, &eyes: 0} {
				answer, err := who.Call(t.Context(), "set", to, callOf("follow", `{"run":"r1","follow":"f1"}`))
				if err != nil || strings.Count(answer.String(), `"returns"`) != times {
					t.Errorf("%s is told %s, error %v", who.JID(), answer, err)
				}
				answer, err = who.Call(t.Context(), "set", to, callOf("stacks", "{}"))
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
					_, err := boss.Call(t.Context(), "set", to, callOf("stacks", "{}"))
					mu.Lock()
					defer mu.Unlock()
					told[condition(err)]++
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
		agent, master := account(server, "web1"), account(server, "master")
		agent.Resource = roster.Resource
		other := connectRaw(t, agent)
		_ = other.Send(session.Stanza("presence"))
		go func() {
			for e := range other.heard {
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
		waitFor(t, client, func(hosts []spec.HostStatus) bool { return len(hosts) == 1 && hosts[0].Link == spec.LinkOn })
		_, err = client.AgentOf(agent.JID).Info(t.Context())
		if spec.KindOf(err) != spec.Invalid || !strings.Contains(spec.HintOf(err), says) {
			t.Errorf("with its presence: %v (%s)", err, spec.HintOf(err))
		}
		client.Close()
	}
}

// waitFor waits until the fleet is as it should be.
func waitFor(t *testing.T, c *xmpp.Client, ok func([]spec.HostStatus) bool) []spec.HostStatus {
	t.Helper()
	late := time.NewTimer(40 * time.Second)
	defer late.Stop()
	for {
		hosts, changed := c.Watch()
		if ok(hosts) {
			return hosts
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("the fleet is still %+v", hosts)
		}
	}
}
