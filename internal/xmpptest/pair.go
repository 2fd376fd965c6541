package xmpptest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// AgentJID and MasterJID are the ends of a pair in memory.
const (
	AgentJID  = session.JID("host1@test/agent")
	MasterJID = session.JID("master@test/x")
)

// Serve starts the agent of the contract suite.
func Serve(t testing.TB) *agentd.Service {
	t.Helper()
	s, err := agentd.New(agentd.Config{
		Info:       spec.Info{Host: agenttest.Host, Address: "localhost", OS: spec.OS{Name: "debian", Release: "12"}, Version: "0.4"},
		Lifecycles: agenttest.Lifecycles(),
		Store:      lifecycle.NewMemory(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Pair is an agent at one end and a client at the other.
type Pair struct {
	Service   *agentd.Service
	Responder *xmpp.Responder
	Client    *xmpp.Client
	Agent     spec.Agent
	JID       session.JID
	Close     func()
}

// ConnectPair makes a pair. Both ends are connected when it returns.
func ConnectPair(t testing.TB, agent, master session.JID, openAgent, openMaster session.Opener) *Pair {
	t.Helper()
	p := &Pair{Service: Serve(t), JID: agent}
	is := func(jid session.JID) bool { return jid == agent.Bare() }
	p.Client = xmpp.NewClient(xmpp.ClientConfig{Open: openMaster, Grace: 20 * time.Second, Approve: is, Vouched: is})
	_, _ = p.Client.Connector().Wait(t.Context(), false) // so that its account exists
	p.Responder = xmpp.NewResponder(xmpp.ResponderConfig{Open: openAgent, Agent: p.Service,
		Masters: access.Masters{master.Bare(): access.Deploy}})
	p.Agent = p.Client.AgentOf(agent.Bare())
	p.Close = sync.OnceFunc(func() {
		p.Client.Close()
		p.Responder.Close()
		p.Service.Close()
	})
	for _, k := range []*session.Connector{p.Responder.Connector(), p.Client.Connector()} {
		if _, err := k.Wait(t.Context(), false); err != nil {
			p.Close()
			t.Fatalf("%v (%s)", err, spec.HintOf(err))
		}
	}
	return p
}

// InMemory makes a pair over a Router.
func InMemory(t testing.TB) *Pair {
	t.Helper()
	r := NewRouter()
	p := ConnectPair(t, AgentJID, MasterJID, r.Open(AgentJID), r.Open(MasterJID))
	closePair := p.Close
	p.Close = func() {
		closePair()
		r.Wait()
	}
	return p
}

// Account is one on a server that is made when it connects first.
func Account(s *Server, name string) session.Account {
	return session.Account{JID: session.JID(User(name) + "@" + Domain), Password: "correct horse",
		Server: s.At(s.Address()), CAFile: s.CAFile, Register: true}
}

// OverServer makes a pair over a real server.
func OverServer(t testing.TB, s *Server) *Pair {
	t.Helper()
	agent, master := Account(s, "host1"), Account(s, "master")
	agent.Resource = roster.Resource
	return ConnectPair(t, agent.JID, master.JID, agent.Open, master.Open)
}

// Broken is a pair of which each end has its own network to break.
type Broken struct {
	*Pair
	AgentNet, MasterNet *Proxy
}

// OverBroken makes such a pair. Its agent pauses so long at each line that it logs.
func OverBroken(t *testing.T, s *Server, pace time.Duration) *Broken {
	t.Helper()
	b := &Broken{AgentNet: NewProxy(t, s.Address()), MasterNet: NewProxy(t, s.Address())}
	agent, master := Account(s, "host1"), Account(s, "master")
	agent.Resource = roster.Resource
	agent.Server, master.Server = s.At(b.AgentNet.Address), s.At(b.MasterNet.Address)
	b.Pair = ConnectPair(t, agent.JID, master.JID, agent.Open, master.Open)
	t.Cleanup(b.Close)
	if pace > 0 { // the same, slower: with events that last
		b.Responder.Close()
		b.Service.Close()
		slow, err := agentd.New(agentd.Config{Info: spec.Info{Host: agenttest.Host}, Lifecycles: agenttest.Lifecycles(), Store: lifecycle.NewMemory(), Pace: pace})
		if err != nil {
			t.Fatal(err)
		}
		b.Service = slow
		b.Responder = xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: slow, Masters: access.Masters{master.JID: access.Deploy}})
		if _, err := b.Responder.Connector().Wait(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// Count is a run that logs n lines.
func Count(id spec.RunID, n int) spec.Run {
	return spec.Run{ID: id, Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
		{Action: spec.Call, State: "Off", Provide: "count", Inputs: spec.Inputs{"to": {{"n": n}}}}}}}
}

// Told follows a run to its end and checks that every event came once, in order.
func Told(ctx context.Context, a spec.Agent, id spec.RunID, want int) error {
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
