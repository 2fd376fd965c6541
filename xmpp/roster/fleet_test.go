//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package roster_test

import (
	"fmt"
	"slices"
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

// Two masters see the same fleet; who is on it, and who is not, is seen by each.
func TestFleet(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		masters := []session.Account{xmpptest.Account(server, "master1"), xmpptest.Account(server, "master2")}
		listed := access.Masters{masters[0].JID: access.Deploy, masters[1].JID: access.Observe}
		var agents []session.Account
		var mine []session.JID
		for _, name := range []string{"web1", "web2"} {
			a := xmpptest.Account(server, name)
			a.Resource = roster.Resource
			agents, mine = append(agents, a), append(mine, a.JID)
		}
		service := xmpptest.Serve(t)
		defer service.Close()
		start := func(a session.Account) *xmpp.Responder {
			return xmpp.NewResponder(xmpp.ResponderConfig{Open: a.Open, Agent: service, Masters: listed})
		}
		var clients []*xmpp.Client
		defer func() {
			for _, c := range clients {
				c.Close()
			}
		}()
		for i, m := range masters {
			c := xmpp.ClientConfig{Open: m.Open}
			if i == 0 {
				c.Approve = func(jid session.JID) bool { return slices.Contains(mine, jid) }
				c.Vouched = c.Approve
			}
			clients = append(clients, xmpp.NewClient(c))
			if err := clients[i].Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(clients[i].Hosts()); n != 0 {
				t.Errorf("there are %d hosts to begin with", n)
			}
		}
		web1, web2 := start(agents[0]), start(agents[1])
		defer web1.Close()
		isOn := func(hosts []spec.HostStatus) bool { return xmpptest.Links(hosts) == "web1 on, web2 on" }
		hosts := xmpptest.WaitFor(t, clients[0], isOn)
		if h := hosts[0]; h.OS.String() != "debian 12" || h.Version != "0.4" || h.Busy != "" || h.Account != string(agents[0].JID) || h.Since.IsZero() {
			t.Errorf("web1 is %+v", h)
		}
		// the second master approves by hand
		for _, a := range mine {
			for !slices.Contains(clients[1].Requests(), a) {
				_, changed := clients[1].Watch()
				if !slices.Contains(clients[1].Requests(), a) {
					<-changed
				}
			}
			if err := clients[1].Approve(a); err != nil {
				t.Fatal(err)
			}
		}
		xmpptest.WaitFor(t, clients[1], isOn)
		if len(clients[1].Requests()) != 0 {
			t.Errorf("still there ask %v", clients[1].Requests())
		}
		// somebody whom nobody approved says that he is an agent
		eve := xmpptest.Account(server, "eve")
		eve.Resource = roster.Resource
		stranger := start(eve)
		defer stranger.Close()
		if _, err := stranger.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if _, err := clients[0].Find(spec.Host(eve.JID.Local())); spec.KindOf(err) != spec.NotFound {
			t.Errorf("eve is in the fleet: %v", err)
		}
		// what an agent does is seen
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "wait"}}}}
		if err := clients[0].AgentOf(mine[0]).Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		xmpptest.WaitFor(t, clients[1], func(hosts []spec.HostStatus) bool { return len(hosts) == 2 && hosts[0].Busy == "r1" })
		if err := clients[1].AgentOf(mine[0]).Stop(t.Context(), "r1"); spec.KindOf(err) != spec.Denied {
			t.Errorf("an observer stops a run: %v", err)
		}
		if err := clients[0].AgentOf(mine[0]).Stop(t.Context(), "r1"); err != nil {
			t.Error(err)
		}
		xmpptest.WaitFor(t, clients[1], func(hosts []spec.HostStatus) bool { return hosts[0].Busy == "" && hosts[1].Busy == "" })
		// one leaves
		web2.Close()
		hosts = xmpptest.WaitFor(t, clients[1], func(hosts []spec.HostStatus) bool { return xmpptest.Links(hosts) == "web1 on, web2 off" })
		if hosts[1].Since.IsZero() || hosts[1].Why == "" {
			t.Errorf("web2 is %+v", hosts[1])
		}
		xmpptest.WaitFor(t, clients[0], func(hosts []spec.HostStatus) bool { return xmpptest.Links(hosts) == "web1 on, web2 off" })
		// a client that comes later sees the same at once, and that web2, which was at work
		// when it was seen last, has been stopped since
		c := xmpp.NewClient(xmpp.ClientConfig{Open: masters[0].Open, Grace: -1,
			Seen: func(session.JID) (time.Time, spec.RunID) { return time.Now(), "r1" }})
		defer c.Close()
		began := time.Now()
		if err := c.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Logf("a new client is ready after %s", time.Since(began).Round(time.Millisecond))
		if got := xmpptest.Links(c.Hosts()); got != "web1 on, web2 off" {
			t.Errorf("it sees %s", got)
		}
		_, err := c.AgentOf(mine[1]).Info(t.Context())
		if spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), "offline") {
			t.Errorf("an agent that is off: %v", err)
		}
		_, err = c.AgentOf(session.JID("nobody@" + xmpptest.Domain)).Info(t.Context())
		if spec.KindOf(err) != spec.Unavailable {
			t.Errorf("an agent that is not there: %v", err)
		}
		// and back
		web2 = start(agents[1])
		defer web2.Close()
		xmpptest.WaitFor(t, c, isOn)
		// out of the fleet
		if err := c.Remove(mine[1]); err != nil {
			t.Fatal(err)
		}
		xmpptest.WaitFor(t, c, func(hosts []spec.HostStatus) bool { return xmpptest.Links(hosts) == "web1 on" })
	})
}

// An agent that vanishes while it executes a run is lost, not off.
func TestLostAgent(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		b := xmpptest.OverBroken(t, xmpptest.Start(t, k), 0)
		xmpptest.WaitFor(t, b.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 on" })
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "wait"}}}}
		if err := b.Agent.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		xmpptest.WaitFor(t, b.Client, func(h []spec.HostStatus) bool { return h[0].Busy == "r1" })
		b.AgentNet.Down()
		hosts := xmpptest.WaitFor(t, b.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 lost" })
		if hosts[0].Busy != "r1" {
			t.Errorf("it is %+v", hosts[0])
		}
		b.AgentNet.Up()
		b.Responder.Connector().Retry()
		xmpptest.WaitFor(t, b.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 on" })
		if err := b.Agent.Stop(t.Context(), "r1"); err != nil {
			t.Error(err)
		}
	})
}

// A link that is silent, and not broken, is noticed on both sides within 30 s.
func TestSilentLink(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		t.Parallel()
		b := xmpptest.OverBroken(t, xmpptest.Start(t, k), 0)
		xmpptest.WaitFor(t, b.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 on" })
		b.AgentNet.Stall()
		began := time.Now()
		xmpptest.WaitFor(t, b.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 off" })
		took := time.Since(began)
		t.Logf("the fleet shows it after %s", took.Round(time.Millisecond))
		if took > 30*time.Second {
			t.Errorf("it took %s", took)
		}
		if st := b.Responder.Connector().Status(); st.Session != nil && time.Since(began) > 25*time.Second {
			t.Error("the agent has not noticed")
		}
		b.AgentNet.Resume()
	})
}

// The client says what it waits for when it is not connected.
func TestDisconnectedClient(t *testing.T) {
	server := xmpptest.Start(t, xmpptest.Prosody)
	b := xmpptest.OverBroken(t, server, 0)
	xmpptest.WaitFor(t, b.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 on" })
	c := xmpp.NewClient(xmpp.ClientConfig{Grace: -1, Open: (session.Account{JID: "x@" + xmpptest.Domain, Password: "wrong", Server: server.TLS, CAFile: server.CAFile}).Open})
	defer c.Close()
	if err := c.Ready(t.Context()); spec.KindOf(err) != spec.Denied {
		t.Errorf("with a wrong password: %v", err)
	}
	if _, err := c.AgentOf(b.JID).Info(t.Context()); spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), "password") {
		t.Errorf("a call: %v (%s)", err, spec.HintOf(err))
	}
	b.MasterNet.Down()
	hosts := xmpptest.WaitFor(t, b.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 off" })
	if !strings.Contains(fmt.Sprint(hosts[0].Why), "not connected") {
		t.Errorf("it is %+v", hosts[0])
	}
}

// Where anybody may make an account, an agent that joined by itself gets no work before a person
// approved it; one that is forgotten asks again, and is not let in by itself.
func TestOnlyAPersonTrustsAnAgent(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		master, agent := xmpptest.Account(server, "master"), xmpptest.Account(server, "web1")
		agent.Resource = roster.Resource
		service := xmpptest.Serve(t)
		defer service.Close()
		client := func() *xmpp.Client {
			c := xmpp.NewClient(xmpp.ClientConfig{Open: master.Open, Approve: func(session.JID) bool { return true }})
			if err := c.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			return c
		}
		c := client()
		r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: service, Masters: access.Masters{master.JID: access.Deploy}})
		defer r.Close()
		is := func(want string, unapproved bool) func([]spec.HostStatus) bool {
			return func(hosts []spec.HostStatus) bool {
				return xmpptest.Links(hosts) == want && (len(hosts) == 0 || hosts[0].Unapproved == unapproved)
			}
		}
		xmpptest.WaitFor(t, c, is("web1 on", true))
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Enter, State: "Ready"}}}}
		if err := c.AgentOf(agent.JID).Start(t.Context(), run); spec.KindOf(err) != spec.Denied || !strings.Contains(spec.HintOf(err), "armonic approve") {
			t.Errorf("it is given work: %v", err)
		}
		if _, err := c.AgentOf(agent.JID).Check(t.Context(), run.Work); spec.KindOf(err) != spec.Denied {
			t.Errorf("it is given inputs: %v", err)
		}
		if err := c.Remove(agent.JID); err != nil {
			t.Fatal(err)
		}
		xmpptest.WaitFor(t, c, is("", false))
		c.Close()
		c = client() // the server has kept it
		defer c.Close()
		xmpptest.WaitFor(t, c, func([]spec.HostStatus) bool { return slices.Contains(c.Requests(), agent.JID) })
		if n := len(c.Hosts()); n != 0 {
			t.Errorf("there are %d hosts", n)
		}
		if err := c.Approve(agent.JID); err != nil {
			t.Fatal(err)
		}
		xmpptest.WaitFor(t, c, is("web1 on", false))
		if err := c.AgentOf(agent.JID).Start(t.Context(), run); err != nil {
			t.Error(err)
		}
	})
}
