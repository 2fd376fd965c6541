package calls_test

import (
	"context"
	"sync"
	"testing"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// lyingAgent is an agent that answers every call with the same, and says more than it is
// asked.
type lyingAgent struct {
	*session.Session
	mu      sync.Mutex
	answer  func(iq *session.Element) *session.Element
	events  string
	follows int
	enough  context.CancelFunc
}

func (l *lyingAgent) stanza(e *session.Element) {
	if e.Local != "iq" || len(e.Kids) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch what := e.Kids[0]; {
	case what.Local == "pending":
		l.Post(session.Answer(e))
	case l.answer == nil:
	case what.Attr("op") == "follow":
		if l.follows++; l.follows > 2 {
			l.enough()
		}
		l.Post(l.answer(e))
		l.tell(e, l.events)
		l.tell(e, `{"paused":true}`) // so that it asks again
	default:
		l.Post(l.answer(e))
	}
}

func (l *lyingAgent) tell(iq *session.Element, text string) {
	var q struct {
		Follow string `json:"follow"`
	}
	_ = wire.Decode([]byte(iq.Kids[0].Text), &q) // it is what a client writes
	l.Post(session.Stanza("message", "type", "headline", "to", string(iq.From())).
		Add(session.New(wire.Namespace, "events", "follow", q.Follow).WithText(text)))
}

// lie connects a client and an agent that lies.
func lie(f *testing.F) (*xmpp.Client, *lyingAgent) {
	f.Helper()
	server := xmpptest.NewRouter()
	openAgent, openMaster := server.Open(xmpptest.AgentJID), server.Open(xmpptest.MasterJID)
	s, err := openAgent(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	l := &lyingAgent{Session: s}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l.stanza)
	}()
	f.Cleanup(func() { s.Close(); <-done })
	c := xmpp.NewClient(xmpp.ClientConfig{Open: openMaster, Grace: -1})
	f.Cleanup(c.Close)
	if err := c.Ready(f.Context()); err != nil {
		f.Fatal(err)
	}
	return c, l
}

// Whatever an agent says of itself, answers and tells, a client takes it for an answer
// or an error, and goes on.
func FuzzAgent(f *testing.F) {
	f.Add("1", "s", "debian", "result", `{"host":"host1"}`, "", "", `{"after":0,"events":[{"run":"r1","seq":1}]}`)
	f.Add("1-3", "", "", "result", `[{"path":"/host1/Bench"}]`, "x", "2", `{"after":0,"ended":true}`)
	f.Add("2-3", "s", "", "error", `{"kind":"denied","msg":"no"}`, "", "", `{"after":-1,"paused":true}`)
	f.Add("x", "s", "", "error", `{"kind":"invalid"}`, "1-3", "", `{"after":9}`)
	f.Add("", "", "", "result", `{"after":0,"events":[{"seq":9223372036854775807}],"ended":true,"error":{"kind":"canceled","msg":""}}`, "x", "512", "]")
	f.Add("1", "", "", "piece", "null", "", "0", `{"events":[{"seq":-1},{"seq":1},{"seq":1}],"error":{"msg":"x"}}`)
	c, l := lie(f)
	f.Fuzz(func(t *testing.T, versions, name, os, local, text, id, pieces, events string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_ = l.Send(session.Stanza("presence").Add(session.New(wire.Namespace, "agent", "versions", versions, "session", name, "os", os, "busy", id)))
		l.mu.Lock()
		l.follows, l.enough, l.events = 0, cancel, events
		l.answer = func(iq *session.Element) *session.Element {
			switch local {
			case "error":
				return session.Refuse(iq, "cancel", "item-not-found", text, session.New(wire.Namespace, "error", "versions", id).WithText(text))
			case "piece":
				return session.Answer(iq, session.New(wire.Namespace, "piece").WithText(text))
			}
			return session.Answer(iq, session.New(wire.Namespace, "result", "id", id, "pieces", pieces).WithText(text))
		}
		l.mu.Unlock()
		agent := c.AgentOf(xmpptest.AgentJID)
		if _, err := agent.Stacks(ctx); err != nil && err.Error() == "" {
			t.Error("an error says nothing")
		}
		last := 0
		_ = agent.Follow(ctx, "r1", 0, func(ev spec.Event) error {
			if ev.Seq <= last {
				t.Errorf("event %d comes after %d", ev.Seq, last)
			}
			last = ev.Seq
			if ev.Seq > 1<<40 {
				cancel() // more than there can be
			}
			return nil
		})
		if c.Connector().Status().Session == nil {
			t.Error("the client lost its connection")
		}
	})
}
