package xmpp_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

// Who needs an approval cannot give it to himself, whatever name he writes under it, and nobody gets
// anything done that was not approved.
func TestNobodyApprovesWhatHeAsksForHimself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := xmpptest.NewRouter()
		service := xmpptest.Serve(t)
		defer service.Close()
		r := xmpp.NewResponder(xmpp.ResponderConfig{Agent: service, Open: server.Open(xmpptest.AgentJID), Masters: access.Masters{
			"ann@test": access.Request, "bob@test": access.Approve, "boss@test": access.Deploy, "eyes@test": access.Observe}})
		defer r.Close()
		if _, err := r.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		agents := map[string]spec.Agent{}
		for _, name := range []string{"ann", "bob", "boss", "eyes"} {
			c := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(session.JID(name + "@test/client")), Grace: -1})
			t.Cleanup(c.Close)
			if err := c.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			agents[name] = c.AgentOf(xmpptest.AgentJID)
		}
		for name, want := range map[string]string{"ann": "bob@test boss@test", "bob": "boss@test", "boss": "", "eyes": ""} {
			info, err := agents[name].Info(t.Context())
			if err != nil || info.Supervised != (want != "") || strings.Join(info.Approvers, " ") != want || info.Observer != (name == "eyes") {
				t.Errorf("%s is told %+v, error %v", name, info, err)
			}
		}
		ctx := t.Context()
		denied := func(err error, what string) {
			t.Helper()
			if spec.KindOf(err) != spec.Denied {
				t.Errorf("%s: %v", what, err)
			}
		}
		run := spec.Run{ID: "d1/.#0", Deployment: "d1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Call, State: "Off", Provide: "echo"}}}}
		proposal := spec.Proposal{Deployment: "d1", Plan: "p1", By: "boss@test", Tasks: []spec.ProposedTask{{ID: ".#0", Work: run.Work}}}
		proposal.Decisions = []spec.Decision{{Deployment: "d1", By: "boss@test"}}
		denied(agents["eyes"].Propose(ctx, proposal), "an observer proposes")
		denied(agents["ann"].Start(ctx, run), "started without a proposal")
		if err := agents["ann"].Propose(ctx, proposal); err != nil {
			t.Fatal(err)
		}
		p, err := agents["bob"].Proposal(ctx, "d1")
		if err != nil || p.By != "ann@test" || len(p.Decisions) > 0 {
			t.Fatalf("proposed is %+v, error %v", p, err)
		}
		denied(agents["ann"].Start(ctx, run), "started without an approval")
		yes := spec.Decision{Deployment: "d1", Digest: p.Digest, By: "boss@test"}
		denied(agents["ann"].Decide(ctx, yes), "who asks approves, as the boss")
		denied(agents["eyes"].Decide(ctx, yes), "an observer approves")
		denied(agents["bob"].Start(ctx, run), "who may approve starts without an approval")
		if err := agents["bob"].Decide(ctx, yes); err != nil {
			t.Fatal(err)
		}
		if p, err = agents["ann"].Proposal(ctx, "d1"); err != nil || strings.Join(p.ApprovedBy(), " ") != "bob@test" {
			t.Errorf("approved is %+v, error %v", p.Decisions, err)
		}
		other := run
		other.Steps = []spec.Step{{Action: spec.Call, State: "Off", Provide: "password"}}
		denied(agents["ann"].Start(ctx, other), "something else is started")
		if err := agents["ann"].Start(ctx, run); err != nil {
			t.Error(err)
		}
		free := other
		free.ID, free.Deployment = "r2", ""
		if err := agents["boss"].Start(ctx, free); err != nil {
			t.Errorf("who needs no approval: %v", err)
		}

		mine := proposal
		mine.Deployment = "d2"
		if err := agents["bob"].Propose(ctx, mine); err != nil {
			t.Fatal(err)
		}
		if p, err = agents["bob"].Proposal(ctx, "d2"); err != nil {
			t.Fatal(err)
		}
		denied(agents["bob"].Decide(ctx, spec.Decision{Deployment: "d2", Digest: p.Digest}), "who may approve approves what he asks for")
	})
}

func TestAMessageArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := xmpptest.NewRouter()
		boss := record(t, server, "boss@test/gajim")
		_ = boss.Send(session.Stanza("presence"))
		c := xmpp.NewClient(xmpp.ClientConfig{Open: server.Open(xmpptest.MasterJID)})
		defer c.Close()
		if err := c.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.Message("boss@test", "please\x1b[31m approve")
		c.Message("no account at all", "lost")
		time.Sleep(time.Second)
		synctest.Wait()
		got := boss.everything()
		if !strings.Contains(got, `type='chat'`) || !strings.Contains(got, "<body>please approve</body>") && !strings.Contains(got, ">please approve</body>") || strings.Contains(got, "lost") {
			t.Errorf("what arrives is %q", got)
		}
	})
}
