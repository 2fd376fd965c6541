//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// seed is where the schedules of this test come from: ARMONIC_SEED, or another each
// time.
func seed(t *testing.T) uint64 {
	t.Helper()
	s, err := strconv.ParseUint(os.Getenv("ARMONIC_SEED"), 10, 64)
	if err != nil {
		s = rand.Uint64()
	}
	t.Logf("ARMONIC_SEED=%d", s)
	return s
}

// schedules is how many are run: ARMONIC_SCHEDULES, or a few.
func schedules() int {
	n, err := strconv.Atoi(os.Getenv("ARMONIC_SCHEDULES"))
	if err != nil {
		n = 6
	}
	return n
}

// broken is a pair of which each end has its own network to break.
type broken struct {
	*pair
	agentNet, masterNet *xmpptest.Proxy
}

func overBroken(t *testing.T, s *xmpptest.Server, pace time.Duration) *broken {
	t.Helper()
	b := &broken{agentNet: xmpptest.NewProxy(t, s.TLS), masterNet: xmpptest.NewProxy(t, s.TLS)}
	agent, master := account(s, "host1"), account(s, "master")
	agent.Resource = xmpp.Resource
	agent.Server, master.Server = b.agentNet.Address, b.masterNet.Address
	b.pair = connect(t, agent.JID, master.JID, agent.Open, master.Open)
	t.Cleanup(b.close)
	if pace > 0 { // the same, slower: with events that last
		b.responder.Close()
		b.service.Close()
		slow, err := agentd.New(agentd.Config{Info: spec.Info{Host: agenttest.Host}, Lifecycles: agenttest.Lifecycles(), Store: lifecycle.NewMemory(), Pace: pace})
		if err != nil {
			t.Fatal(err)
		}
		b.service = slow
		b.responder = xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: slow, Masters: map[session.JID]xmpp.Role{master.JID: xmpp.Deploy}})
		if _, err := b.responder.Connection().Wait(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func count(id spec.RunID, n int) spec.Run {
	return spec.Run{ID: id, Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
		{Action: spec.Call, State: "Off", Provide: "count", Inputs: spec.Inputs{"to": {{"n": n}}}}}}}
}

// told follows a run to its end and checks that every event came once, in order.
func told(ctx context.Context, a spec.Agent, id spec.RunID, want int) error {
	last := 0
	err := a.Follow(ctx, id, 0, func(ev spec.Event) error {
		if last++; ev.Seq != last || ev.Run != id {
			return fmt.Errorf("event %d of %s came as number %d", ev.Seq, ev.Run, last)
		}
		return nil
	})
	if err == nil && last != want {
		return fmt.Errorf("%d events came, want %d", last, want)
	}
	return err
}

// calls is how many provides the agent has called.
func (b *broken) calls(t *testing.T) int {
	t.Helper()
	stacks, err := b.service.Stacks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return len(stacks[0].Calls)
}

// lineCount lines make so many events: queued, started, the step's start and end,
// the run's end, and the lines.
const (
	lineCount  = 60
	eventCount = lineCount + 5
)

// breaks does a few things to the networks of a pair, and mends them.
func (b *broken) breaks(ctx context.Context, r *rand.Rand) (did []string) {
	for range 1 + r.IntN(3) {
		name, p := "agent", b.agentNet
		if r.IntN(2) == 0 {
			name, p = "master", b.masterNet
		}
		wait := time.Duration(r.IntN(250)) * time.Millisecond
		sleep(ctx, time.Duration(r.IntN(150))*time.Millisecond)
		switch r.IntN(6) {
		case 0:
			did = append(did, "cut "+name)
			p.Cut()
		case 1:
			did = append(did, "stall "+name)
			p.Stall()
			sleep(ctx, wait)
			p.Resume()
		case 2:
			did = append(did, "stall and cut "+name)
			p.Stall()
			sleep(ctx, wait)
			p.Cut()
			p.Resume()
		case 3:
			did = append(did, "half-close "+name)
			p.HalfClose()
		case 4:
			did = append(did, "delay "+name)
			p.Delay(20 * time.Millisecond)
			sleep(ctx, wait)
			p.Delay(0)
		case 5:
			did = append(did, "down "+name)
			p.Down()
			sleep(ctx, wait)
			p.Up()
		}
	}
	return did
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// However the networks break, each event comes once and in order to each follower,
// and each run is executed once.
func TestNetworksThatBreak(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		s := seed(t)
		t.Run("schedules", func(t *testing.T) {
			for i := range schedules() {
				t.Run(strconv.Itoa(i), func(t *testing.T) {
					t.Parallel()
					r := rand.New(rand.NewPCG(s, uint64(i)))
					schedule(t, overBroken(t, server, 3*time.Millisecond), r, nil)
				})
			}
		})
	})
}

// schedule starts two runs, each twice, and follows them while the networks break.
func schedule(t *testing.T, b *broken, r *rand.Rand, more func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	ends := make(chan error, 5)
	for _, id := range []spec.RunID{"r1", "r2"} {
		go func() {
			err := b.agent.Start(ctx, count(id, lineCount))
			if err == nil {
				go func() { ends <- b.agent.Start(ctx, count(id, lineCount)) }()
				err = told(ctx, b.agent, id, eventCount)
			} else {
				ends <- nil
			}
			ends <- err
		}()
	}
	did := b.breaks(ctx, r)
	if more != nil {
		more()
	}
	for range 4 {
		if err := <-ends; err != nil {
			t.Errorf("%v: %v (%s)", did, err, spec.HintOf(err))
		}
	}
	if n := b.calls(t); n != 2 {
		t.Errorf("%v: %d calls were made, want 2", did, n)
	}
	if !t.Failed() {
		t.Logf("%v", did)
	}
}

// The same with a server that is killed, and started again.
func TestServersThatAreKilled(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		s := seed(t)
		for i := range max(1, schedules()/6) {
			r := rand.New(rand.NewPCG(s, 1000+uint64(i)))
			b := overBroken(t, server, 15*time.Millisecond)
			schedule(t, b, r, func() {
				server.Kill()
				server.Run(t)
			})
			b.close()
		}
	})
}

// A call that is under way when the peer's link is cut ends soon: it is done again
// when the link is back.
func TestCallsSurviveACut(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		b := overBroken(t, xmpptest.Start(t, k), 0)
		for name, p := range map[string]*xmpptest.Proxy{"agent": b.agentNet, "master": b.masterNet} {
			p.Stall()
			end := make(chan error)
			go func() {
				_, err := b.agent.Info(t.Context())
				end <- err
			}()
			time.AfterFunc(100*time.Millisecond, func() { p.Cut(); p.Resume() })
			began := time.Now()
			if err := <-end; err != nil {
				t.Errorf("with the link of the %s cut: %v", name, err)
			}
			t.Logf("with the link of the %s cut: %s", name, time.Since(began).Round(time.Millisecond))
		}
	})
}

// Large calls and answers go in pieces.
func TestLargeCallsAndAnswers(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		b := overBroken(t, xmpptest.Start(t, k), 0)
		big := make([]byte, 1<<20)
		for i := range big {
			big[i] = "abcdefgh \n<>&"[i%13]
		}
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
			{Action: spec.Call, State: "Off", Provide: "echo", Inputs: spec.Inputs{"say": {{"text": string(big) + "\x1b[0m ☃"}}}}}}}
		began := time.Now()
		if err := b.agent.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		t.Logf("a call of 1 MiB: %s", time.Since(began).Round(time.Millisecond))
		began = time.Now()
		var log, returned string
		if err := b.agent.Follow(t.Context(), "r1", 0, func(ev spec.Event) error {
			if ev.Kind == spec.EventLog {
				log = ev.Text
			}
			if table, ok := ev.Returns.(map[string]any); ok {
				returned, _ = table["text"].(string)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		t.Logf("events of 2 MiB: %s", time.Since(began).Round(time.Millisecond))
		if want := string(big) + "\x1b[0m ☃"; returned != want {
			t.Errorf("%d bytes came back, want %d", len(returned), len(want))
		}
		if cut, _, _ := strings.Cut(log, "…"); len(cut) < 10_000 || !strings.HasPrefix(string(big), cut) {
			t.Errorf("a line of %d bytes is logged as one of %d", len(big), len(log))
		}
		stacks, err := b.agent.Stacks(t.Context())
		if err != nil || len(stacks[0].Calls) != 1 {
			t.Errorf("stacks: %d, error %v", len(stacks), err)
		}
	})
}

// A call that reached nobody is noticed and made again, long before it times out.
func TestALostCallIsMadeAgain(t *testing.T) {
	server := xmpptest.Start(t, xmpptest.Prosody)
	agent, master := account(server, "host1"), account(server, "master")
	agent.Resource = xmpp.Resource
	deaf := connectRaw(t, agent)
	service := serve(t)
	defer service.Close()
	go func() { // it loses the first call, and answers the next
		calls := 0
		for e := range deaf.heard {
			if len(e.Kids) == 0 {
				continue
			}
			what := e.Kids[0]
			switch what.Local {
			case "pending":
				_ = deaf.Send(session.Refuse(e, "cancel", "item-not-found", "", session.New(wire.Namespace, "error", "versions", "1").WithText(`{"kind":"not found"}`)))
			case "call":
				if calls++; calls > 1 {
					_ = deaf.Send(session.Answer(e, session.New(wire.Namespace, "result").WithText(`{"host":"host1"}`)))
				}
			}
		}
	}()
	c := xmpp.NewClient(xmpp.ClientConfig{Open: master.Open})
	defer c.Close()
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	info, err := c.Agent(agent.JID).Info(t.Context())
	if err != nil || info.Host != "host1" || time.Since(began) > 20*time.Second {
		t.Errorf("after %s: %+v, error %v", time.Since(began), info, err)
	}
}
