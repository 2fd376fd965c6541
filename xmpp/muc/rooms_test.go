//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package muc_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// listener is somebody in a room.
type listener struct {
	*session.Session
	mu     sync.Mutex
	bodies []string
	events []string
	all    []string
	more   chan struct{}
}

// listen joins a room as a general client would, until the test ends.
func listen(t *testing.T, a session.Account, room session.JID) *listener {
	t.Helper()
	s, err := a.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{Session: s, more: make(chan struct{}, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l.hear)
	}()
	t.Cleanup(func() { s.Close(); <-done })
	_ = s.Send(session.Stanza("presence"))
	_ = s.Send(session.Stanza("presence", "to", string(room.With("me"))).Add(session.New("http://jabber.org/protocol/muc", "x")))
	return l
}

func (l *listener) hear(e *session.Element) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, e.String())
	if body := e.Kid("jabber:client", "body"); body != nil && e.Type() == "groupchat" {
		l.bodies = append(l.bodies, strings.Split(body.Text, "\n")...)
		l.events = append(l.events, e.Kid(wire.Namespace, "events").Attr("host")+" "+e.Kid(wire.Namespace, "events").Text)
	}
	select {
	case l.more <- struct{}{}:
	default:
	}
}

// heard waits until a line that ends so was said, and gives all lines.
func (l *listener) heard(t *testing.T, end string) []string {
	t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		l.mu.Lock()
		bodies := append([]string{}, l.bodies...)
		all := strings.Join(l.all, "\n")
		l.mu.Unlock()
		for _, b := range bodies {
			if strings.HasSuffix(b, end) {
				return bodies
			}
		}
		select {
		case <-l.more:
		case <-late.C:
			t.Fatalf("nobody says %q; what was said:\n%s", end, all)
		}
	}
}

// heardHellos waits until run r1 is done, and checks that it said hello n times, once
// each and in order.
func (l *listener) heardHellos(t *testing.T, host string, n int) {
	t.Helper()
	var got []string
	for _, line := range l.heard(t, host+" Talk: run r1 is done") {
		if strings.Contains(line, "run r1 begins") {
			got = nil // what was before is of others
		}
		if strings.Contains(line, "| hello") {
			got = append(got, line)
		}
	}
	for i, line := range got {
		if want := fmt.Sprintf("%s Talk: | hello %d", host, i); line != want {
			t.Fatalf("line %d of %d is %q", i, len(got), line)
		}
	}
	if len(got) != n {
		t.Errorf("%d lines were said, want %d", len(got), n)
	}
}

func (l *listener) everything() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}

// Two agents say in the room of a deployment what happens, for everybody to read.
func TestRoom(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		master := xmpptest.Account(server, "master")
		boss := xmpptest.ConnectRaw(t, master)
		var to []session.JID
		for _, name := range []string{"web1", "db1"} {
			a := xmpptest.Account(server, name)
			a.Resource = roster.Resource
			r := xmpp.NewResponder(xmpp.ResponderConfig{Open: a.Open, Agent: xmpptest.Talker(t, name), Rooms: xmpptest.Rooms, RoomPatience: 10 * time.Millisecond, RoomLinger: 3 * time.Second,
				Masters: access.Masters{master.JID: access.Deploy}})
			t.Cleanup(r.Close)
			if _, err := r.Connector().Wait(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			to = append(to, a.JID.With(roster.Resource))
		}
		begin := func(to session.JID, run spec.Run) {
			t.Helper()
			for range 2 { // the second time nothing begins
				if _, err := boss.Call(t.Context(), "set", to, xmpptest.Call("start", xmpptest.Encoded(t, run))); err != nil {
					t.Fatal(err)
				}
			}
		}
		const d = spec.DeploymentID("20260102-150405-ABCD")
		room := muc.Address(d, xmpptest.Rooms)
		began := time.Now()
		begin(to[0], xmpptest.Say("r1", d, "hello", 2))
		begin(to[1], xmpptest.Say("r2", d, "fail", 1))
		eve := listen(t, xmpptest.Account(server, "eve"), room)
		eve.heard(t, "web1 Talk: run r1 is done")
		t.Logf("the room has it after %s", time.Since(began).Round(time.Millisecond))
		got := eve.heard(t, "db1 Talk: run r2 has failed")
		for host, want := range map[string][]string{
			"web1": {"run r1 begins, for " + string(master.JID), "call Off.say", "| hello 0", "| hello 1", "| warn: the password is •••", "call Off.say: done", "run r1 is done"},
			"db1": {"run r2 begins, for " + string(master.JID), "call Off.say", "| fail 0", "| warn: the password is •••",
				"call Off.say: failed: it does not work with •••", "run r2 has failed"},
		} {
			var lines []string
			for _, l := range got {
				if rest, ok := strings.CutPrefix(l, host+" Talk: "); ok {
					lines = append(lines, rest)
				}
			}
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Errorf("%s says (-want +got):\n%s", host, diff)
			}
		}
		all := eve.everything()
		for _, secret := range []string{xmpptest.Sesame, xmpptest.Bounty, "returns", "\x1b"} {
			if strings.Contains(all, secret) {
				t.Errorf("%q was said in\n%s", secret, all)
			}
		}
		if !strings.Contains(strings.Join(eve.events, ""), `"text":"hello 1"`) {
			t.Errorf("programs read %s", eve.events)
		}
		items, err := boss.Call(t.Context(), "get", xmpptest.Rooms, session.New("http://jabber.org/protocol/disco#items", "query"))
		if err != nil || strings.Contains(items.String(), string(room)) {
			t.Errorf("rooms are listed: %s, error %v", items, err)
		}
		// the room is left, and entered again for what follows
		for !left(eve.everything(), room.With("web1")) {
			<-eve.more
		}
		begin(to[0], xmpptest.Say("r3", d, "again", 1))
		eve.heard(t, "web1 Talk: run r3 is done")
	})
}

// left reports whether somebody has left a room.
func left(all string, place session.JID) bool {
	for line := range strings.SplitSeq(all, "\n") {
		if strings.HasPrefix(line, "<presence") && strings.Contains(line, "'unavailable'") && strings.Contains(line, "'"+string(place)+"'") {
			return true
		}
	}
	return false
}

// Whatever happens to the link of the agent, each line is said once, in order.
func TestRoomOverALinkThatBreaks(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		net := xmpptest.NewProxy(t, server.TLS)
		master, agent := xmpptest.Account(server, "master"), xmpptest.Account(server, "web1")
		agent.Resource, agent.Server = roster.Resource, net.Address
		boss := xmpptest.ConnectRaw(t, master)
		service := xmpptest.PacedTalker(t, "web1", 5*time.Millisecond)
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: service, Rooms: xmpptest.Rooms, RoomPatience: 10 * time.Millisecond,
			Masters: access.Masters{master.JID: access.Deploy}})
		defer r.Close()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		const lines = 300
		eve := listen(t, xmpptest.Account(server, "eve"), muc.Address("d1", xmpptest.Rooms)) // before anybody else, and the room is hers
		eve.joined(t)
		if _, err := eve.Call(t.Context(), "set", muc.Address("d1", xmpptest.Rooms), session.New("http://jabber.org/protocol/muc#owner", "query").
			Add(session.New("jabber:x:data", "x", "type", "submit"))); err != nil {
			t.Fatal(err)
		}
		if _, err := boss.Call(t.Context(), "set", agent.JID.With(roster.Resource), xmpptest.Call("start", xmpptest.Encoded(t, xmpptest.Say("r1", "d1", "hello", lines)))); err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(xmpptest.Seed(t), 0))
		for range 4 {
			eve.heard(t, "")
			xmpptest.Sleep(t.Context(), time.Duration(random.IntN(150))*time.Millisecond)
			net.Cut()
			_, _ = r.Connector().Wait(t.Context(), true)
			r.Connector().Retry()
		}
		eve.heardHellos(t, "web1", lines)
	})
}

// joined waits until the listener is in the room.
func (l *listener) joined(t *testing.T) {
	t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for !strings.Contains(l.everything(), "<status code='110'/>") {
		select {
		case <-l.more:
		case <-late.C:
			t.Fatalf("it is not let in:\n%s", l.everything())
		}
	}
}

// Rooms cost a run nothing, whatever becomes of them.
func TestRoomsInMemory(t *testing.T) {
	const agentJID, masterJID = session.JID("web1@test/agent"), session.JID("master@test/x")
	for name, tt := range map[string]struct {
		service session.JID
		times   int
		pace    time.Duration
		do      func(t *testing.T, r *xmpptest.Router, a spec.Agent)
		after   time.Duration
		want    []string // that are said, in this order
		never   string
	}{
		"no conference service": {service: "nowhere.test", times: 3, after: 10 * time.Minute},
		"one who says nothing, then does": {service: "logs.test", times: 8000,
			do: func(t *testing.T, r *xmpptest.Router, _ spec.Agent) {
				r.SetQuiet(true)
				xmpptest.Sleep(t.Context(), 40*time.Second)
				r.SetQuiet(false)
			},
			after: time.Minute,
			want:  []string{" lines were dropped", "| hello 7999", "run r1 is done"},
			never: "| hello 0\n",
		},
		"the name is taken": {service: "logs.test", times: 1, after: 10 * time.Second,
			do: func(t *testing.T, r *xmpptest.Router, _ spec.Agent) {
				other, err := r.Open("thief@test/x")(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				go func() { _ = other.Serve(func(*session.Element) {}) }()
				_ = other.Send(session.Stanza("presence", "to", "d1@logs.test/web1").Add(session.New("http://jabber.org/protocol/muc", "x")))
				_, _ = other.Call(t.Context(), "set", "d1@logs.test", session.New("http://jabber.org/protocol/muc#owner", "query"))
				_ = other.Send(session.Stanza("presence", "to", "d1@logs.test/web1-2").Add(session.New("http://jabber.org/protocol/muc", "x")))
				t.Cleanup(other.Close)
			},
			want: []string{"web1 Talk: run r1 begins", "run r1 is done"},
		},
		"an agent that loses its link": {service: "logs.test", times: 500, pace: 50 * time.Millisecond, after: time.Minute,
			do: func(t *testing.T, r *xmpptest.Router, _ spec.Agent) {
				go func() {
					for range 5 {
						xmpptest.Sleep(context.Background(), 3*time.Second)
						r.Cut(agentJID)
					}
				}()
			},
			want: []string{"run r1 begins", "| hello 0", "| hello 250", "| hello 499", "run r1 is done"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := xmpptest.NewRouter()
				service := xmpptest.PacedTalker(t, "web1", tt.pace)
				r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Open: server.Open(agentJID), Rooms: tt.service, RoomPatience: 10 * time.Millisecond,
					Masters: access.Masters{masterJID.Bare(): access.Deploy}})
				client := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(masterJID)})
				defer func() {
					client.Close()
					r.Close()
					service.Close()
				}()
				agent := client.AgentOf(agentJID)
				if _, err := agent.Info(t.Context()); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				work := func() {
					startOnly(t, server, masterJID, agentJID, xmpptest.Say("r1", "d1", "hello", tt.times))
					if err := service.Follow(t.Context(), "r1", 0, func(spec.Event) error { return nil }); err != nil {
						t.Error(err)
					}
					if took := time.Since(began); took > time.Second && tt.pace == 0 {
						t.Errorf("the run took %s", took)
					}
				}
				if tt.never == "" && tt.do != nil {
					tt.do(t, server, agent)
					work()
				} else {
					if tt.do != nil {
						server.SetQuiet(true)
					}
					work()
					if tt.do != nil {
						tt.do(t, server, agent)
					}
				}
				xmpptest.Sleep(t.Context(), tt.after)
				lines, _ := server.Said("d1@logs.test")
				all := strings.Join(lines, "\n")
				rest := all
				for _, want := range tt.want {
					_, after, ok := strings.Cut(rest, want)
					if !ok {
						t.Fatalf("nobody says %q in\n%.5000s", want, all)
					}
					rest = after
				}
				if tt.never != "" && strings.Contains(all+"\n", tt.never) {
					t.Errorf("somebody says %q", tt.never)
				}
				seen := map[string]bool{}
				for _, l := range lines {
					if strings.Contains(l, "| hello") && seen[l] {
						t.Errorf("%q is said twice", l)
					}
					seen[l] = true
				}
				xmpptest.Sleep(t.Context(), 5*time.Minute)
				if _, places := server.Said("d1@logs.test"); name != "the name is taken" && places != 0 {
					t.Errorf("%d are in the room still", places)
				}
			})
		})
	}
}

// startOnly starts a run for a master that does not follow it.
func startOnly(t *testing.T, server *xmpptest.Router, master, to session.JID, run spec.Run) {
	t.Helper()
	s, err := server.Open(master.With("raw"))(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(func(*session.Element) {})
	}()
	_, err = s.Call(t.Context(), "set", to, xmpptest.Call("start", xmpptest.Encoded(t, run)))
	s.Close()
	<-done
	if err != nil {
		t.Fatal(err)
	}
}

// An agent that leaves says first how its runs ended.
func TestTheLastLinesAreSaidBeforeAnAgentLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := xmpptest.NewRouter()
		service := xmpptest.PacedTalker(t, "web1", time.Second)
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Open: server.Open(xmpptest.ConsoleJID), Rooms: "logs.test",
			Masters: access.Masters{"boss@test": access.Deploy}})
		client := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open("boss@test/x")})
		defer client.Close()
		if _, err := client.AgentOf(xmpptest.ConsoleJID).Info(t.Context()); err != nil {
			t.Fatal(err)
		}
		startOnly(t, server, "boss@test/x", xmpptest.ConsoleJID, xmpptest.Say("r1", "d1", "hello", 100))
		xmpptest.Sleep(t.Context(), 10*time.Second)
		if err := service.Stop(t.Context(), "r1"); err != nil {
			t.Fatal(err)
		}
		patience, done := context.WithTimeout(t.Context(), 2*time.Second)
		defer done()
		r.Drain(patience)
		if patience.Err() != nil {
			t.Error("it waited for nothing")
		}
		r.Close()
		lines, _ := server.Said("d1@logs.test")
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "web1 Talk: run r1 has failed") {
			t.Errorf("the last words are %q", last)
		}
	})
}

// Who names the domain of the accounts as that of the rooms has no rooms, but masters.
func TestRoomsWhereAccountsAre(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	first := make(chan *session.Session, 1)
	first <- session.Over(ours, xmpptest.ConsoleJID, nil)
	r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: xmpptest.Talker(t, "web1"), Rooms: "test", Masters: access.Masters{"boss@test": access.Deploy},
		Open: func(ctx context.Context) (*session.Session, error) {
			select {
			case s := <-first:
				return s, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}})
	defer r.Close()
	go func() { _, _ = io.WriteString(theirs, "<presence type='subscribe' from='boss@test' to='web1@test'/>") }()
	_ = theirs.SetReadDeadline(time.Now().Add(10 * time.Second))
	said := ""
	for b := make([]byte, 4096); !strings.Contains(said, "type='subscribed' to='boss@test'"); {
		n, err := theirs.Read(b)
		if err != nil {
			t.Fatalf("the master is not let see the agent, which says %s: %v", said, err)
		}
		said += string(b[:n])
	}
}

func TestRoomNames(t *testing.T) {
	seen := map[session.JID]spec.DeploymentID{}
	for d, want := range map[spec.DeploymentID]session.JID{
		"20260102-150405-ab": "20260102-150405-ab@logs.example.com",
		"A":                  "=41@logs.example.com",
		"a":                  "a@logs.example.com",
		"=41":                "=3d41@logs.example.com",
		"a@b/c d":            "a=40b=2fc=20d@logs.example.com",
		"é":                  "=c3=a9@logs.example.com",
	} {
		got := muc.Address(d, "logs.example.com")
		if got != want {
			t.Errorf("the room of %q is %s", d, got)
		}
		if other, twice := seen[got]; twice {
			t.Errorf("%q and %q share a room", d, other)
		}
		seen[got] = d
	}
}
