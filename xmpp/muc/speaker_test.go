//nolint:thelper // the functions given to operate and xmpptest.Each are tests themselves
package muc_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// operator is a client with agents, on a server in memory.
type operator struct {
	t        *testing.T
	server   *xmpptest.Router
	services []*agentd.Service
	client   *xmpp.Client
	dead     atomic.Bool // it cannot connect any more
	closed   bool
}

// operate runs a test with so many agents, in a bubble.
func operate(t *testing.T, agents int, pace time.Duration, test func(t *testing.T, o *operator)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &operator{t: t, server: xmpptest.NewRouter()}
		var responders []*xmpp.Responder
		for i := range agents {
			s := xmpptest.PacedTalker(t, fmt.Sprint("web", i), pace)
			o.services = append(o.services, s)
			responders = append(responders, xmpp.NewResponder(xmpp.ResponderConfig{Agent: s, Open: o.server.Open(o.jid(i)), Rooms: "logs.test",
				Masters: access.Masters{"master@test": access.Deploy}}))
		}
		open := o.server.Open("master@test/x")
		o.client = xmpp.NewClient(xmpp.ClientConfig{Rooms: "logs.test", Open: func(ctx context.Context) (*session.Session, error) {
			if o.dead.Load() {
				return nil, errors.New("it is dead")
			}
			return open(ctx)
		}})
		defer func() {
			o.dead.Store(false)
			o.close()
			for i, r := range responders {
				r.Close()
				o.services[i].Close()
			}
		}()
		if err := o.client.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, o)
	})
}

func (o *operator) jid(i int) session.JID { return session.JID(fmt.Sprintf("web%d@test/agent", i)) }

func (o *operator) close() {
	if !o.closed {
		o.closed = true
		o.client.Close()
	}
}

// kill ends the connection of the client for good: to the others it has vanished.
func (o *operator) kill() {
	o.dead.Store(true)
	o.server.Cut("master@test/x")
}

func (o *operator) start(i, times int) spec.RunID {
	o.t.Helper()
	run := xmpptest.Say(spec.RunID(fmt.Sprint("r", i)), "d1", "hello", times)
	if err := o.client.AgentOf(o.jid(i)).Start(o.t.Context(), run); err != nil {
		o.t.Fatal(err)
	}
	return run.ID
}

func (o *operator) follow(ctx context.Context, i int) error {
	return o.client.AgentOf(o.jid(i)).Follow(ctx, spec.RunID(fmt.Sprint("r", i)), 0, func(spec.Event) error { return nil })
}

// ended waits until a run has ended.
func (o *operator) ended(i int) {
	o.t.Helper()
	if err := o.services[i].Follow(o.t.Context(), spec.RunID(fmt.Sprint("r", i)), 0, func(spec.Event) error { return nil }); err != nil {
		o.t.Error(err)
	}
}

func (o *operator) places() int {
	_, n := o.server.Said("d1@logs.test")
	return n
}

// said fails unless all is said of a run, in order, but that up to so many lines are said
// twice where another goes on.
func (o *operator) said(i, times, twice int) {
	o.t.Helper()
	lines, _ := o.server.Said("d1@logs.test")
	want := []string{fmt.Sprintf("run r%d begins, for master@test", i), "call Off.say"}
	for n := range times {
		want = append(want, fmt.Sprint("| hello ", n))
	}
	want = append(want, "| warn: the password is •••", "call Off.say: done", fmt.Sprintf("run r%d is done", i))
	at, again := 0, 0
	for _, l := range lines {
		text, of := strings.CutPrefix(l, fmt.Sprintf("web%d Talk: ", i))
		switch {
		case !of:
		case at < len(want) && text == want[at]:
			at++
		case strings.Contains(strings.Join(want[:at], "\n")+"\n", text+"\n"):
			again++
		default:
			o.t.Fatalf("after %d lines of r%d is said %q\n%s", at, i, text, strings.Join(lines, "\n"))
		}
	}
	if at < len(want) || again > twice {
		o.t.Errorf("of r%d %d lines of %d are said, and %d again:\n%s", i, at, len(want), again, strings.Join(lines, "\n"))
	}
}

// What is delivered in a room grows with the number of agents, not with its square: the
// client is there alone.
func TestTheClientSpeaksForAllAgents(t *testing.T) {
	delivered := map[int]int{}
	for _, n := range []int{4, 32} {
		operate(t, n, 500*time.Millisecond, func(t *testing.T, o *operator) {
			var all sync.WaitGroup
			for i := range n {
				o.start(i, 20)
				all.Go(func() {
					if err := o.follow(t.Context(), i); err != nil {
						t.Error(err)
					}
				})
			}
			xmpptest.Sleep(t.Context(), 8*time.Second)
			if got := o.places(); got != 1 {
				t.Errorf("%d are in the room", got)
			}
			all.Wait()
			o.close()
			xmpptest.Sleep(t.Context(), time.Minute)
			for i := range n {
				o.said(i, 20, 0)
			}
			if got := o.places(); got != 0 {
				t.Errorf("%d are in the room at last", got)
			}
			delivered[n] = o.server.Delivered()
			for _, m := range o.server.History()["d1@logs.test"] {
				for host := range strings.SplitSeq(strings.Join(hostsOf(m), " "), " ") {
					if strings.Count(m, "host='"+host+"'") > 1 {
						t.Fatalf("events of %s are in two places of %s", host, m)
					}
				}
			}
		})
	}
	if delivered[32] > 10*delivered[4] {
		t.Errorf("%d messages are delivered for 4 agents, %d for 32", delivered[4], delivered[32])
	}
}

// Over real servers, a reader finds in the room what it always found there.
func TestTheClientSpeaksOverAServer(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		master, agent := xmpptest.Account(server, "master"), xmpptest.Account(server, "web1")
		agent.Resource = roster.Resource
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: xmpptest.PacedTalker(t, agent.JID.Local(), 5*time.Millisecond), Rooms: xmpptest.Rooms,
			Masters: access.Masters{master.JID: access.Deploy}})
		defer r.Close()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		all := func(session.JID) bool { return true }
		client := xmpp.NewClient(xmpp.ClientConfig{Open: master.Open, Rooms: xmpptest.Rooms, Approve: all, Vouched: all})
		defer client.Close()
		if err := client.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		xmpptest.WaitFor(t, client, func(hosts []spec.HostStatus) bool { return len(hosts) == 1 && hosts[0].Link == spec.LinkOn })
		a := client.AgentOf(agent.JID)
		do := func(id spec.RunID, times int) {
			t.Helper()
			if err := a.Start(t.Context(), xmpptest.Say(id, "d1", "hello", times)); err != nil {
				t.Fatal(err)
			}
			if err := a.Follow(t.Context(), id, 0, func(spec.Event) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		do("r0", 1) // makes the room
		room := muc.Address("d1", xmpptest.Rooms)
		eve := listen(t, xmpptest.Account(server, "eve"), room)
		eve.joined(t)
		do("r1", 100)
		eve.heardHellos(t, agent.JID.Local(), 100)
		for line := range strings.SplitSeq(eve.everything(), "\n") {
			if strings.Contains(line, string(room.With(agent.JID.Local()))) {
				t.Errorf("the agent is in the room: %s", line)
			}
		}
	})
}

func hostsOf(message string) (out []string) {
	for _, m := range regexp.MustCompile(`<events [^>]*host='(\w+)'`).FindAllStringSubmatch(message, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestAnAgentSpeaksWhileNobodyFollows(t *testing.T) {
	operate(t, 1, time.Second, func(t *testing.T, o *operator) {
		o.start(0, 60)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			xmpptest.Sleep(t.Context(), 20*time.Second)
			cancel()
		}()
		_ = o.follow(ctx, 0)
		xmpptest.Sleep(t.Context(), 10*time.Second)
		if lines, _ := o.server.Said("d1@logs.test"); !strings.HasPrefix(lines[len(lines)-1], "web0 Talk: | hello 2") {
			t.Errorf("the agent does not go on: %q", lines)
		}
		go func() { _ = o.follow(t.Context(), 0) }() // the client goes on
		xmpptest.Sleep(t.Context(), 10*time.Second)
		o.ended(0)
		xmpptest.Sleep(t.Context(), 2*time.Minute)
		o.said(0, 60, 0)
		if got := o.places(); got != 0 {
			t.Errorf("%d are in the room at last", got)
		}
	})
}

func TestAnAgentGoesOnForAClientThatVanished(t *testing.T) {
	operate(t, 1, time.Second, func(t *testing.T, o *operator) {
		o.start(0, 60)
		go func() { _ = o.follow(t.Context(), 0) }()
		xmpptest.Sleep(t.Context(), 20*time.Second)
		o.kill()
		xmpptest.Sleep(t.Context(), 20*time.Second)
		o.dead.Store(false) // and it is back
		o.client.RetryNow()
		o.ended(0)
		xmpptest.Sleep(t.Context(), time.Minute)
		o.said(0, 60, 6) // what the client had said in its last 5 s, the agent does not know
	})
}

// A client that dies before it has told what it was told last is replaced, too.
func TestTheEndOfARunIsSaidThoughTheClientDies(t *testing.T) {
	operate(t, 1, 0, func(t *testing.T, o *operator) {
		o.server.SetQuiet(true)
		o.start(0, 3)
		if err := o.follow(t.Context(), 0); err != nil {
			t.Error(err)
		}
		o.kill()
		xmpptest.Sleep(t.Context(), time.Second)
		o.server.SetQuiet(false)
		xmpptest.Sleep(t.Context(), time.Minute)
		o.said(0, 3, 0)
	})
}

// A client without rooms has nothing said of its runs, as long as it is there.
func TestAClientWithoutRoomsHasNothingSaid(t *testing.T) {
	operate(t, 1, time.Second, func(t *testing.T, o *operator) {
		other := xmpp.NewClient(xmpp.ClientConfig{Open: o.server.Open("master@test/y")})
		defer other.Close()
		a := other.AgentOf(o.jid(0))
		if err := a.Start(t.Context(), xmpptest.Say("r0", "d1", "hello", 30)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_ = a.Follow(ctx, "r0", 0, func(spec.Event) error { return nil })
		if lines, _ := o.server.Said("d1@logs.test"); len(lines) > 0 {
			t.Errorf("it says %q", lines)
		}
		o.ended(0)
		xmpptest.Sleep(t.Context(), time.Minute)
		o.said(0, 30, 0)
	})
}

// A client that is slow to follow what it has started is waited for.
func TestASlowClientIsWaitedFor(t *testing.T) {
	operate(t, 1, time.Second, func(t *testing.T, o *operator) {
		o.start(0, 30)
		xmpptest.Sleep(t.Context(), 20*time.Second)
		if lines, _ := o.server.Said("d1@logs.test"); len(lines) > 0 {
			t.Errorf("the agent says %q", lines)
		}
		if err := o.follow(t.Context(), 0); err != nil {
			t.Error(err)
		}
		o.close()
		xmpptest.Sleep(t.Context(), 2*time.Minute)
		o.said(0, 30, 0)
	})
}

func TestAClientThatLeavesBeforeItFollowsIsNotWaitedFor(t *testing.T) {
	operate(t, 1, time.Second, func(t *testing.T, o *operator) {
		o.start(0, 30)
		o.close()
		xmpptest.Sleep(t.Context(), 10*time.Second)
		if lines, _ := o.server.Said("d1@logs.test"); len(lines) < 5 {
			t.Errorf("the agent says %q", lines)
		}
		o.ended(0)
		xmpptest.Sleep(t.Context(), time.Second)
		o.said(0, 30, 0)
	})
}

// Of two clients that follow a run, one speaks.
func TestTwoClientsDoNotSpeakTwice(t *testing.T) {
	operate(t, 1, time.Second, func(t *testing.T, o *operator) {
		other := xmpp.NewClient(xmpp.ClientConfig{Rooms: "logs.test", Open: o.server.Open("master@test/y")})
		defer other.Close()
		o.start(0, 30)
		go func() { _ = o.follow(t.Context(), 0) }()
		xmpptest.Sleep(t.Context(), 5*time.Second)
		a := other.AgentOf(o.jid(0))
		if err := a.Start(t.Context(), xmpptest.Say("r0", "d1", "hello", 30)); err != nil {
			t.Fatal(err)
		}
		if err := a.Follow(t.Context(), "r0", 0, func(spec.Event) error { return nil }); err != nil {
			t.Fatal(err)
		}
		xmpptest.Sleep(t.Context(), time.Minute)
		o.said(0, 30, 0)
	})
}
