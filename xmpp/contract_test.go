//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpp_test

import (
	"testing"

	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
)

func TestAgentOverAPipeKeepsTheContract(t *testing.T) {
	agenttest.RunInBubble(t, func(t testing.TB) (spec.Agent, func()) {
		t.Helper()
		p := xmpptest.InMemory(t)
		return p.Agent, p.Close
	})
}

func TestAgentOverAServerKeepsTheContract(t *testing.T) { contractOverAServer(t) }

func TestAgentOverWebSocketKeepsTheContract(t *testing.T) {
	contractOverAServer(t, xmpptest.WebSocket)
}

func contractOverAServer(t *testing.T, options ...xmpptest.Option) {
	t.Helper()
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k, options...)
		agenttest.Run(t, func(t testing.TB) (spec.Agent, func()) {
			t.Helper()
			p := xmpptest.OverServer(t, server)
			return p.Agent, p.Close
		})
	})
}
