package xmpptest

import (
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
)

// Links are hosts and their links, in short.
func Links(hosts []spec.HostStatus) string {
	var out []string
	for _, h := range hosts {
		name, _, _ := strings.Cut(string(h.Host), "-")
		out = append(out, name+" "+string(h.Link))
	}
	return strings.Join(out, ", ")
}

// WaitFor waits until the fleet is as it should be.
func WaitFor(t *testing.T, c *xmpp.Client, ok func([]spec.HostStatus) bool) []spec.HostStatus {
	t.Helper()
	late := time.NewTimer(40 * time.Second)
	defer late.Stop()
	for {
		hosts, changed := c.Watch()
		if ok(hosts) {
			return hosts
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("the fleet is still %+v", hosts)
		}
	}
}
