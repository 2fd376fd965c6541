//nolint:thelper // the functions given to inOutage are tests themselves
package calls_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

// outage is a server in memory that can be down, for one account or for all.
type outage struct {
	*xmpptest.Router
	mu   sync.Mutex
	down map[session.JID]bool
}

func (o *outage) open(jid session.JID) session.Opener {
	open := o.Router.Open(jid)
	return func(ctx context.Context) (*session.Session, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.down[jid] {
			return nil, spec.Errorf(spec.Unavailable, "connection refused")
		}
		return open(ctx)
	}
}

func (o *outage) begin(who ...session.JID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.down = map[session.JID]bool{}
	for _, jid := range who {
		o.down[jid] = true
		o.Cut(jid)
	}
}

// inOutage runs a test with a pair over such a server, in a bubble.
func inOutage(t *testing.T, test func(t *testing.T, o *outage, p *xmpptest.Pair)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &outage{Router: xmpptest.NewRouter()}
		openAgent, openMaster := o.open(xmpptest.AgentJID), o.open(xmpptest.MasterJID)
		p := xmpptest.ConnectPair(t, xmpptest.AgentJID, xmpptest.MasterJID, openAgent, openMaster)
		xmpptest.WaitFor(t, p.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 on" })
		test(t, o, p)
		p.Close()
		o.Wait()
	})
}

// A deployment does not fail because the server, the agent or the link of the client
// is down for a while: what it starts and follows waits. Questions do not.
func TestOutagesOfTenMinutes(t *testing.T) {
	for name, who := range map[string][]session.JID{
		"server": {xmpptest.AgentJID, xmpptest.MasterJID}, "agent": {xmpptest.AgentJID}, "client": {xmpptest.MasterJID},
	} {
		t.Run(name, func(t *testing.T) {
			inOutage(t, func(t *testing.T, o *outage, p *xmpptest.Pair) {
				if err := p.Agent.Start(t.Context(), xmpptest.Count("r1", lineCount)); err != nil {
					t.Fatal(err)
				}
				o.begin(who...)
				synctest.Wait()
				ends := make(chan error, 3)
				go func() { ends <- xmpptest.Told(t.Context(), p.Agent, "r1", eventCount) }()
				go func() {
					err := p.Agent.Start(t.Context(), xmpptest.Count("r2", lineCount))
					if err == nil {
						err = xmpptest.Told(t.Context(), p.Agent, "r2", eventCount)
					}
					ends <- err
				}()
				began := time.Now()
				if _, err := p.Agent.Info(t.Context()); spec.KindOf(err) != spec.Unavailable || time.Since(began) > 30*time.Second {
					t.Errorf("after %s a question gives %v", time.Since(began), err)
				}
				time.Sleep(10 * time.Minute)
				o.begin()
				for range 2 {
					if err := <-ends; err != nil {
						t.Errorf("%v (%s)", err, spec.HintOf(err))
					}
				}
				if took := time.Since(began); took > 12*time.Minute {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// A run that is started while the program of the agent is replaced waits, and is executed.
func TestARunWaitsForAnUpgrade(t *testing.T) {
	inOutage(t, func(t *testing.T, _ *outage, p *xmpptest.Pair) {
		resume, err := p.Service.Finish(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			err := p.Agent.Start(t.Context(), xmpptest.Count("r1", lineCount))
			if err == nil {
				err = xmpptest.Told(t.Context(), p.Agent, "r1", eventCount)
			}
			ended <- err
		}()
		time.Sleep(5 * time.Minute)
		select {
		case err := <-ended:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		resume()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// What waits for an outage to end ends with its context, and with the client.
func TestWhatWaitsEnds(t *testing.T) {
	for name, who := range map[string][]session.JID{"server": {xmpptest.AgentJID, xmpptest.MasterJID}, "agent": {xmpptest.AgentJID}, "none": {}} {
		t.Run(name, func(t *testing.T) {
			inOutage(t, func(t *testing.T, o *outage, p *xmpptest.Pair) {
				wait := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "wait"}}}}
				if err := p.Agent.Start(t.Context(), wait); err != nil {
					t.Fatal(err)
				}
				o.begin(who...)
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				if err := xmpptest.Told(ctx, p.Agent, "r1", 0); ctx.Err() == nil || time.Since(began) != time.Minute {
					t.Errorf("with a context that ends, after %s: %v", time.Since(began), err)
				}
				ends := make(chan error, 2)
				go func() { ends <- xmpptest.Told(t.Context(), p.Agent, "r1", 0) }()
				if len(who) > 0 {
					go func() { ends <- p.Agent.Start(t.Context(), xmpptest.Count("r2", 1)) }()
				} else {
					ends <- spec.Errorf(spec.Unavailable, "not started")
				}
				time.Sleep(time.Minute)
				p.Client.Close()
				began = time.Now()
				for range 2 {
					if err := <-ends; spec.KindOf(err) != spec.Unavailable || time.Since(began) > 0 {
						t.Errorf("after the end of the client, %s later: %v", time.Since(began), err)
					}
				}
			})
		})
	}
}

// Nobody waits for an agent that was never there, or for a server that wants another
// password.
func TestWhatIsNotWaitedFor(t *testing.T) {
	inOutage(t, func(t *testing.T, _ *outage, p *xmpptest.Pair) {
		began := time.Now()
		err := p.Client.AgentOf("nobody@test").Start(t.Context(), xmpptest.Count("r1", 1))
		if spec.KindOf(err) != spec.Unavailable || time.Since(began) > time.Minute {
			t.Errorf("an agent that was never there, after %s: %v", time.Since(began), err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := xmpp.NewClient(xmpp.ClientConfig{Open: func(context.Context) (*session.Session, error) {
			return nil, spec.Errorf(spec.Denied, "the server refuses the password").WithHint("check it")
		}})
		defer c.Close()
		err := c.AgentOf("host1@test").Start(t.Context(), xmpptest.Count("r1", 1))
		if spec.KindOf(err) != spec.Unavailable || spec.HintOf(err) != "check it" {
			t.Errorf("with a wrong password: %v (%s)", err, spec.HintOf(err))
		}
	})
}

// Another program that takes the client's place is a reason to come back, and not the
// end of what it follows.
func TestAConflictOfTheClientIsNoneOfTheRun(t *testing.T) {
	inOutage(t, func(t *testing.T, o *outage, p *xmpptest.Pair) {
		end := make(chan error, 1)
		wait := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "wait"}}}}
		if err := p.Agent.Start(t.Context(), wait); err != nil {
			t.Fatal(err)
		}
		go func() { end <- xmpptest.Told(t.Context(), p.Agent, "r1", 6) }()
		o.Deliver(xmpptest.MasterJID, "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")
		_, err := p.Agent.Info(t.Context())
		if err != nil && spec.KindOf(err) != spec.Unavailable {
			t.Errorf("a question gives %v of kind %q", err, spec.KindOf(err))
		}
		time.Sleep(2 * time.Minute)
		if err := p.Agent.Stop(t.Context(), "r1"); err != nil {
			t.Error(err)
		}
		if err := <-end; err != nil {
			t.Error(err)
		}
	})
}

// hesitant is an agent that says who it is when it is let, those who ask one by one.
type hesitant struct {
	spec.Agent
	ask chan chan struct{} // nil: at once
}

func (h *hesitant) Info(ctx context.Context) (spec.Info, error) {
	if h.ask != nil {
		let := make(chan struct{})
		h.ask <- let
		<-let
	}
	return h.Agent.Info(ctx)
}

// What an agent is about to say in a session that has ended does not keep the next one
// from saying that it is there.
func TestAnAgentThatComesBackSaysSo(t *testing.T) {
	inOutage(t, func(t *testing.T, o *outage, p *xmpptest.Pair) {
		p.Responder.Close()
		agent := &hesitant{p.Service, make(chan chan struct{})}
		p.Responder = xmpp.NewResponder(xmpp.ResponderConfig{Open: o.open(xmpptest.AgentJID), Agent: agent, Masters: access.Masters{xmpptest.MasterJID.Bare(): access.Deploy}})
		first := <-agent.ask
		o.begin(xmpptest.AgentJID)
		synctest.Wait()
		o.begin()
		second := <-agent.ask // of the session that it has now
		close(first)
		synctest.Wait()
		close(second)
		xmpptest.WaitFor(t, p.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 on" })
		closed := make(chan struct{})
		go func() { p.Responder.Close(); close(closed) }()
		for {
			select {
			case let := <-agent.ask:
				close(let)
			case <-closed:
				return
			}
		}
	})
}
