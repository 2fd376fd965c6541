package connect

import (
	"path/filepath"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// The next command knows a host that was lost, and not one that was only at work.
func TestTheNextCommandKnowsWhoIsLost(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", filepath.Join(t.TempDir(), "state"))
	me := session.JID("admin@xmpp.test")
	hosts := func() ([]spec.HostStatus, <-chan struct{}) {
		return []spec.HostStatus{
			{Host: "web1", Account: "web1@xmpp.test", Link: spec.LinkLost, Busy: "r1", Version: "1"},
			{Host: "web2", Account: "web2@xmpp.test", Link: spec.LinkOn, Busy: "r2", Version: "1"},
		}, make(chan struct{})
	}
	readLastSeen(me).saveLost(hosts)()
	k := readLastSeen(me)
	if got := k.hosts["web1@xmpp.test"].Lost; got != "r1" {
		t.Errorf("web1 was lost in %q", got)
	}
	if got := k.hosts["web2@xmpp.test"].Lost; got != "" {
		t.Errorf("web2 was lost in %q", got)
	}
}
