//nolint:thelper // the functions given to inFleet are tests themselves
package roster_test

import (
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/wire"
)

// An agent that vanishes without the server noticing is off, or lost, half a minute
// later, whenever it happens; it is on again when it answers. Where the server does not
// answer either, nothing is known of the agent.
func TestAnAgentThatVanishesUnnoticed(t *testing.T) {
	for _, c := range []struct {
		busy string
		link spec.Link
	}{{"", spec.LinkOff}, {"r1", spec.LinkLost}} {
		inFleet(t, "<item jid='web1@xmpp.test' subscription='both'/>", 60, func(t *testing.T, m *master) {
			mute := func(who string) {
				m.mu.Lock()
				defer m.mu.Unlock()
				m.mute = who
			}
			is := func(when string, want spec.Link) {
				t.Helper()
				time.Sleep(30 * time.Second)
				if h := m.Hosts()[0]; h.Link != want {
					t.Errorf("%s: it is %+v, want %s", when, h, want)
				}
			}
			m.tell("<presence from='web1@xmpp.test/agent'><agent xmlns='%s' versions='1' session='a' busy='%s'/></presence>", wire.Namespace, c.busy)
			is("while it answers", spec.LinkOn)
			mute("web1")
			is("when it does not", c.link)
			mute("")
			is("when it does again", spec.LinkOn)
			mute("xmpp.test")
			time.Sleep(30 * time.Second)
			if h := m.Hosts()[0]; h.Why != "this client is not connected to the server" {
				t.Errorf("when the server does not: it is %+v", h)
			}
		})
	}
}
