//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpptest_test

import (
	"net"
	"testing"

	"github.com/armonic/armonic/internal/xmpptest"
)

// In CI, both makes of server are tested with.
func TestKinds(t *testing.T) {
	t.Setenv("CI", "true")
	t.Setenv("ARMONIC_SERVERS", "")
	if got := len(xmpptest.Kinds()); got != 2 {
		t.Errorf("in CI there are %d kinds of server", got)
	}
}

func TestServersDoNotMeet(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		a, b := xmpptest.Start(t, k), xmpptest.Start(t, k)
		if host(t, a.TLS) == host(t, b.TLS) {
			t.Errorf("two servers share %s", a.TLS)
		}
		a.Kill()
		if c, err := net.Dial("tcp", a.TLS); err == nil {
			c.Close()
			t.Errorf("%s was killed and listens", a.TLS)
		}
		a.Run(t)
		for _, at := range []string{a.TLS, a.StartTLS, b.TLS} {
			c, err := net.Dial("tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		}
	})
}

func host(t *testing.T, address string) string {
	t.Helper()
	h, _, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
