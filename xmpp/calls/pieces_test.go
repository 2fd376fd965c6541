package calls_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// What a master leaves behind of texts in pieces is bounded, however small the pieces
// are: of those that never come, too.
func TestPiecesThatNeverBecomeAText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := xmpptest.InMemory(t)
		defer p.Close()
		s := p.Client.Connector().Status().Session
		kept := 0
		for i := range 10_000 {
			_, err := s.Call(t.Context(), "set", xmpptest.AgentJID, session.New(wire.Namespace, "put", "v", "1", "id", strconv.Itoa(i), "n", "0", "pieces", "512").WithText("x"))
			if err == nil {
				kept++
			} else if xmpptest.Condition(err) != "recipient-unavailable" {
				t.Fatal(err)
			}
		}
		if kept < 1000 || kept > 8192 {
			t.Errorf("%d texts are kept", kept)
		}
		time.Sleep(2 * time.Minute)
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
			{Action: spec.Call, State: "Off", Provide: "echo", Inputs: spec.Inputs{"say": {{"text": strings.Repeat("x", 1<<20)}}}}}}}
		if err := p.Agent.Start(t.Context(), run); err != nil {
			t.Errorf("a minute later there is no room: %v", err)
		}
	})
}

// Large answers that were fetched make room for others at once.
func TestManyLargeAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := xmpptest.InMemory(t)
		defer p.Close()
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
			{Action: spec.Call, State: "Off", Provide: "echo", Inputs: spec.Inputs{"say": {{"text": strings.Repeat("x", 3<<20)}}}}}}}
		if err := p.Agent.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if err := xmpptest.Told(t.Context(), p.Agent, "r1", 7); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for range 13 {
			if _, err := p.Agent.Stacks(t.Context()); err != nil {
				t.Fatalf("after %s: %v", time.Since(began), err)
			}
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("it took %s", took)
		}
	})
}

// A server that limits rates, as Debian's Prosody does, makes large calls and answers
// slow, and nothing else.
func TestLargeTextsOverASlowServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := xmpptest.NewRouter()
		r.Rate = 10_000
		p := xmpptest.ConnectPair(t, xmpptest.AgentJID, xmpptest.MasterJID, r.Open(xmpptest.AgentJID), r.Open(xmpptest.MasterJID))
		first := p.Client.Connector().Status().Session
		run := spec.Run{ID: "r1", Work: spec.Work{Lifecycle: "Bench", From: []string{"Off"}, Steps: []spec.Step{
			{Action: spec.Call, State: "Off", Provide: "echo", Inputs: spec.Inputs{"say": {{"text": strings.Repeat("x", 600<<10)}}}}}}}
		began := time.Now()
		if err := p.Agent.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if err := xmpptest.Told(t.Context(), p.Agent, "r1", 7); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Agent.Stacks(t.Context()); err != nil {
			t.Error(err)
		}
		t.Logf("it took %s", time.Since(began))
		if p.Client.Connector().Status().Session != first {
			t.Error("the client lost its connection")
		}
		p.Close()
		r.Wait()
	})
}
