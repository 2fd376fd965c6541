//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package calls_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// lineCount lines make so many events: queued, started, the step's start and end,
// the run's end, and the lines.
const (
	lineCount  = 60
	eventCount = lineCount + 5
)

// A call that is under way when the peer's link is cut ends soon: it is done again
// when the link is back.
func TestCallsSurviveACut(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		callsSurviveACut(t, xmpptest.OverBroken(t, xmpptest.Start(t, k), 0))
		callsSurviveACut(t, xmpptest.OverBroken(t, xmpptest.Start(t, k, xmpptest.WebSocket), 0))
	})
}

func callsSurviveACut(t *testing.T, b *xmpptest.Broken) {
	t.Helper()
	for name, p := range map[string]*xmpptest.Proxy{"agent": b.AgentNet, "master": b.MasterNet} {
		p.Stall()
		end := make(chan error)
		go func() {
			_, err := b.Agent.Info(t.Context())
			end <- err
		}()
		time.AfterFunc(100*time.Millisecond, func() { p.Cut(); p.Resume() })
		began := time.Now()
		if err := <-end; err != nil {
			t.Errorf("with the link of the %s cut: %v", name, err)
		}
		t.Logf("with the link of the %s cut: %s", name, time.Since(began).Round(time.Millisecond))
	}
}

// Large calls and answers go in pieces.
func TestLargeCallsAndAnswers(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		largeCallsAndAnswers(t, xmpptest.OverBroken(t, xmpptest.Start(t, k), 0))
		largeCallsAndAnswers(t, xmpptest.OverBroken(t, xmpptest.Start(t, k, xmpptest.WebSocket), 0))
	})
}

func largeCallsAndAnswers(t *testing.T, b *xmpptest.Broken) {
	t.Helper()
	big := make([]byte, 1<<20)
	for i := range big {
		big[i] = "abcdefgh \n<>&"[i%13]
	}
	run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
		{Action: spec.Call, State: "Off", Provide: "echo", Inputs: spec.Inputs{"say": {{"text": string(big) + "\x1b[0m ☃"}}}}}}}
	began := time.Now()
	if err := b.Agent.Start(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	t.Logf("a call of 1 MiB: %s", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	var log, returned string
	if err := b.Agent.Follow(t.Context(), "r1", 0, func(ev spec.Event) error {
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
	stacks, err := b.Agent.Stacks(t.Context())
	if err != nil || len(stacks[0].Calls) != 1 {
		t.Errorf("stacks: %d, error %v", len(stacks), err)
	}
}

// A call that reached nobody is noticed and made again, long before it times out.
func TestALostCallIsMadeAgain(t *testing.T) {
	server := xmpptest.Start(t, xmpptest.Prosody)
	agent, master := xmpptest.Account(server, "host1"), xmpptest.Account(server, "master")
	agent.Resource = roster.Resource
	deaf := xmpptest.ConnectRaw(t, agent)
	service := xmpptest.Serve(t)
	defer service.Close()
	go func() { // it loses the first call, and answers the next
		calls := 0
		for e := range deaf.Heard {
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
	info, err := c.AgentOf(agent.JID).Info(t.Context())
	if err != nil || info.Host != "host1" || time.Since(began) > 20*time.Second {
		t.Errorf("after %s: %+v, error %v", time.Since(began), info, err)
	}
}

// Events that got lost, come twice or in another order, are each told once, in order.
func TestEventsThatGetLost(t *testing.T) {
	server := xmpptest.Start(t, xmpptest.Prosody)
	agent, master := xmpptest.Account(server, "host1"), xmpptest.Account(server, "master")
	agent.Resource = roster.Resource
	odd := xmpptest.ConnectRaw(t, agent)
	text := func(after int, seqs ...int) string {
		b := fmt.Sprintf(`{"after":%d,"events":[`, after)
		for i, seq := range seqs {
			if i > 0 {
				b += ","
			}
			b += fmt.Sprintf(`{"run":"r1","seq":%d,"kind":"log"}`, seq)
		}
		return b + "]"
	}
	asked := make(chan string, 10)
	go func() {
		for e := range odd.Heard {
			if len(e.Kids) == 0 || e.Kids[0].Attr("op") != "follow" {
				continue
			}
			var q struct {
				Follow string `json:"follow"`
				After  int    `json:"after"`
			}
			_ = wire.Decode([]byte(e.Kids[0].Text), &q)
			asked <- fmt.Sprint("after ", q.After)
			say := func(text string) {
				_ = odd.Send(session.Stanza("message", "type", "headline", "to", string(e.From())).
					Add(session.New(wire.Namespace, "events", "follow", q.Follow).WithText(text)))
			}
			_ = odd.Send(session.Answer(e, session.New(wire.Namespace, "result").WithText(text(q.After, q.After+1)+"}")))
			switch q.After {
			case 0:
				say(text(0, 1) + "}")    // again
				say(text(1, 2, 3) + "}") // the next
				say(text(1, 2, 3) + "}") // again
				say(text(4, 5) + "}")    // without 4
				say(text(3, 4) + "}")    // and there it is, too late
			case 3:
				say(text(4, 5) + "}")
				say(text(2, 3) + "}")
				say("not a batch")
			case 5:
				say(text(6, 7) + `,"ended":true}`)
			}
		}
	}()
	c := xmpp.NewClient(xmpp.ClientConfig{Open: master.Open})
	defer c.Close()
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := xmpptest.Told(t.Context(), c.AgentOf(agent.JID), "r1", 7); err != nil {
		t.Error(err)
	}
	close(asked)
	var all []string
	for a := range asked {
		all = append(all, a)
	}
	if got := strings.Join(all, ", "); got != "after 0, after 3, after 5" {
		t.Errorf("it asked for what comes %s", got)
	}
}
