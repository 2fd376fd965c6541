package session_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/xmpp/session"
)

// Stanzas that cannot be read are dropped, with their sender named, and strangers who send
// many of them do not fill the log.
func TestStanzasThatAreDroppedAreLoggedWithinALimit(t *testing.T) {
	nested := strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65)
	for name, tt := range map[string]struct{ inside, why string }{
		"too deep":  {nested, "nested too deeply"},
		"no XML":    {"<a b=c d/>", "syntax error"},
		"too large": {strings.Repeat("x", 1<<20), "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				ours, theirs := net.Pipe()
				s := session.Over(ours, "alice@xmpp.test/agent", slog.New(slog.NewTextHandler(&log, nil)))
				done := make(chan error, 1)
				go func() { done <- s.Serve(func(*session.Element) {}) }()
				many := 2_000
				if len(tt.inside) > 1000 {
					many = 25
				}
				send := func() {
					fmt.Fprintf(theirs, "<message from='eve@xmpp.test/x' to='alice@xmpp.test'>%s</message>", tt.inside)
				}
				for range many {
					send()
				}
				time.Sleep(time.Second)
				send()
				theirs.Close()
				<-done
				lines := strings.Split(strings.TrimSpace(log.String()), "\n")
				if len(lines) != 21 || !strings.Contains(lines[20], fmt.Sprintf("unlogged=%d", many-20)) {
					t.Errorf("%d lines are logged, the last is %s", len(lines), lines[len(lines)-1])
				}
				for _, l := range lines {
					if !strings.Contains(l, "from=eve@xmpp.test/x") || !strings.Contains(l, tt.why) {
						t.Fatalf("the log says %s", l)
					}
				}
			})
		})
	}
}
