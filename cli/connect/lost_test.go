package connect

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// The next command knows what each host was at, also if this one is killed.
func TestTheNextCommandKnowsWhoIsLost(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", filepath.Join(t.TempDir(), "state"))
	me := session.JID("admin@xmpp.test")
	hosts := func() ([]spec.HostStatus, <-chan struct{}) {
		return []spec.HostStatus{
			{Host: "web1", Account: "web1@xmpp.test", Link: spec.LinkLost, Busy: "r1", Version: "1"},
			{Host: "web2", Account: "web2@xmpp.test", Link: spec.LinkOn, Busy: "r2", Version: "1"},
			{Host: "web3", Account: "web3@xmpp.test", Link: spec.LinkOff, Busy: "r3", Version: "1"},
		}, make(chan struct{})
	}
	stop := readLastSeen(me).saveWork(hosts)
	defer stop()
	var k *lastSeen
	for k = readLastSeen(me); len(k.hosts) == 0 && t.Context().Err() == nil; k = readLastSeen(me) {
		time.Sleep(time.Millisecond)
	}
	for name, want := range map[session.JID]spec.RunID{"web1@xmpp.test": "r1", "web2@xmpp.test": "r2", "web3@xmpp.test": ""} {
		if got := k.hosts[name].Busy; got != want {
			t.Errorf("%s was at %q, want %q", name, got, want)
		}
	}
}
