//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/xmpp/session"
)

// No account can end the server with a stanza whose elements are nested as deeply as fit
// into the size that is allowed, to whomever it is, whether or not it is ever closed.
func TestStanzasOfManyNestedElements(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		s := xmpptest.Start(t, k)
		friend := xmpptest.ConnectRaw(t, xmpptest.Account(s, "friend"))
		ask := func() {
			t.Helper()
			if _, err := friend.Call(t.Context(), "get", session.JID(xmpptest.Domain), session.New(session.Ping, "ping")); err != nil {
				t.Fatalf("the server does not answer any more: %v", err)
			}
		}
		ask()
		stranger := xmpptest.Account(s, "stranger")
		const most = 256 << 10
		for _, n := range []int{1000, 4000, 12_000, most/7 - 100, most/3 - 100} {
			open, shut := strings.Repeat("<a>", n), strings.Repeat("</a>", n)
			if n > most/7 {
				shut = "" // the server does not get to its end
			}
			for _, to := range []string{string(friend.JID()), xmpptest.Domain, "room@" + xmpptest.Rooms} {
				for _, form := range []string{"<message to='%s'>%s</message>", "<iq type='set' id='deep' to='%s'>%s</iq>"} {
					text := fmt.Sprintf(form, to, open+shut)
					if shut == "" {
						text, _, _ = strings.Cut(text, "</")
					}
					x, err := stranger.Open(t.Context())
					if err != nil {
						t.Fatalf("%d deep, to %s: the server is gone: %v", n, to, err)
					}
					_ = x.Raw(text) // the server may end its session
					x.Close()
				}
				ask()
			}
		}
	})
}
