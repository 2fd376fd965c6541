//nolint:thelper // the functions that are given to tapped are tests themselves
package calls_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/session"
)

// wiretap notes the operations that are called.
type wiretap struct {
	mu  sync.Mutex
	ops []string
}

func (w *wiretap) tap(stanza string) string {
	if _, rest, called := strings.Cut(stanza, " op='"); called {
		op, _, _ := strings.Cut(rest, "'")
		w.mu.Lock()
		w.ops = append(w.ops, op)
		w.mu.Unlock()
	}
	return stanza
}

// called gives what was called since it was asked last.
func (w *wiretap) called() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.ops
	w.ops = nil
	return out
}

// pair has what the agent connects with.
type pair struct {
	*xmpptest.Pair
	Open session.Opener
	tap  *wiretap
}

func tapped(t *testing.T, test func(t *testing.T, p *pair)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, w := xmpptest.NewRouter(), &wiretap{}
		r.Tap = w.tap
		p := xmpptest.ConnectPair(t, xmpptest.AgentJID, xmpptest.MasterJID, r.Open(xmpptest.AgentJID), r.Open(xmpptest.MasterJID))
		defer r.Wait()
		defer p.Close()
		test(t, &pair{p, r.Open(xmpptest.AgentJID), w})
	})
}

func (p *pair) wantCalls(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := p.tap.called(); !slices.Equal(got, want) {
		t.Errorf("it calls %q, want %q", got, want)
	}
}

// A run is followed by the call that starts it, a short one and one that goes on.
func TestStartingFollows(t *testing.T) {
	tapped(t, func(t *testing.T, p *pair) {
		for _, n := range []int{1, 500} {
			run := xmpptest.Count(spec.RunID(strings.Repeat("r", n)), n)
			if err := p.Agent.Start(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			if err := xmpptest.Told(t.Context(), p.Agent, run.ID, n+5); err != nil {
				t.Error(err)
			}
			p.wantCalls(t, "start")
		}
	})
}

// A run that the agent knows is followed by whoever says from where, and so is one of which more
// is known already.
func TestWhatWasStartedBeforeIsFollowedByItself(t *testing.T) {
	tapped(t, func(t *testing.T, p *pair) {
		run := xmpptest.Count("r1", 3)
		for range 2 {
			if err := p.Agent.Start(t.Context(), run); err != nil {
				t.Fatal(err)
			}
		}
		p.wantCalls(t, "start", "start")
		if err := xmpptest.Told(t.Context(), p.Agent, "r1", 8); err != nil { // by what the first one brought
			t.Error(err)
		}
		if err := p.Agent.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		if err := xmpptest.Told(t.Context(), p.Agent, "r1", 8); err != nil {
			t.Error(err)
		}
		p.wantCalls(t, "start", "follow")

		run = xmpptest.Count("r2", 3)
		if err := p.Agent.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		var seen []int
		if err := p.Agent.Follow(t.Context(), "r2", 6, func(ev spec.Event) error { seen = append(seen, ev.Seq); return nil }); err != nil || !slices.Equal(seen, []int{7, 8}) {
			t.Errorf("after event 6 it tells %v, error %v", seen, err)
		}
		p.wantCalls(t, "start", "follow")
	})
}

// Of a run that nobody follows, the agent tells nothing after a while; who follows it then is
// told all.
func TestWhoStartsAndDoesNotFollowIsToldNoMore(t *testing.T) {
	tapped(t, func(t *testing.T, p *pair) {
		p.Service.Close()
		p.Responder.Close()
		slow, err := agentd.New(agentd.Config{Info: spec.Info{Host: agenttest.Host}, Lifecycles: agenttest.Lifecycles(), Store: lifecycle.NewMemory(), Pace: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		p.Service = slow
		p.Responder = xmpp.NewResponder(xmpp.ResponderConfig{Open: p.Open, Agent: slow, Masters: access.Masters{xmpptest.MasterJID.Bare(): access.Deploy}})
		if _, err := p.Responder.Connector().Wait(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // until the client knows that the agent is another one
		if err := p.Agent.Start(t.Context(), xmpptest.Count("r1", 20)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		p.wantCalls(t, "start", "unfollow")
		if err := xmpptest.Told(t.Context(), p.Agent, "r1", 25); err != nil {
			t.Error(err)
		}
		p.wantCalls(t, "follow")
	})
}
