//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpp_test

import (
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// serve starts the agent of the contract suite.
func serve(t testing.TB) *agentd.Service {
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

// pair is an agent at one end and a client at the other.
type pair struct {
	service   *agentd.Service
	responder *xmpp.Responder
	client    *xmpp.Client
	agent     spec.Agent
	jid       session.JID
	close     func()
}

// connect makes a pair. Both ends are connected when it returns.
func connect(t testing.TB, agent, master session.JID, openAgent, openMaster session.Opener) *pair {
	t.Helper()
	p := &pair{service: serve(t), jid: agent}
	p.client = xmpp.NewClient(xmpp.ClientConfig{Open: openMaster, Grace: 20 * time.Second,
		Approve: func(jid session.JID) bool { return jid == agent.Bare() }})
	_, _ = p.client.Connector().Wait(t.Context(), false) // so that its account exists
	p.responder = xmpp.NewResponder(xmpp.ResponderConfig{Open: openAgent, Agent: p.service,
		Masters: access.Masters{master.Bare(): access.Deploy}})
	p.agent = p.client.AgentOf(agent.Bare())
	p.close = sync.OnceFunc(func() {
		p.client.Close()
		p.responder.Close()
		p.service.Close()
	})
	for _, k := range []*session.Connector{p.responder.Connector(), p.client.Connector()} {
		if _, err := k.Wait(t.Context(), false); err != nil {
			p.close()
			t.Fatalf("%v (%s)", err, spec.HintOf(err))
		}
	}
	return p
}

func inMemory(t testing.TB) *pair {
	t.Helper()
	r := newRouter()
	p := connect(t, agentJID, masterJID, r.open(agentJID), r.open(masterJID))
	closePair := p.close
	p.close = func() {
		closePair()
		r.wait()
	}
	return p
}

func TestAgentOverAPipeKeepsTheContract(t *testing.T) {
	agenttest.RunInBubble(t, func(t testing.TB) (spec.Agent, func()) {
		t.Helper()
		p := inMemory(t)
		return p.agent, p.close
	})
}

// account is one on a server that is made when it connects first.
func account(s *xmpptest.Server, name string) session.Account {
	return session.Account{JID: session.JID(xmpptest.User(name) + "@" + xmpptest.Domain), Password: "correct horse",
		Server: s.TLS, CAFile: s.CAFile, Register: true}
}

func overServer(t testing.TB, s *xmpptest.Server) *pair {
	t.Helper()
	agent, master := account(s, "host1"), account(s, "master")
	agent.Resource = roster.Resource
	return connect(t, agent.JID, master.JID, agent.Open, master.Open)
}

func TestAgentOverAServerKeepsTheContract(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		agenttest.Run(t, func(t testing.TB) (spec.Agent, func()) {
			t.Helper()
			p := overServer(t, server)
			return p.agent, p.close
		})
	})
}
