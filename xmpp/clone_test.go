package xmpp_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
)

// Two agents of one account do not take work from each other in silence.
func TestAnAccountInUseTwiceIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := xmpptest.NewRouter()
		p := xmpptest.ConnectPair(t, xmpptest.AgentJID, xmpptest.MasterJID, r.Open(xmpptest.AgentJID), r.Open(xmpptest.MasterJID))
		xmpptest.WaitFor(t, p.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 on" && !h[0].Twice })
		service := xmpptest.Serve(t)
		var log bytes.Buffer
		clone := xmpp.NewResponder(xmpp.ResponderConfig{Open: r.Open(xmpptest.AgentJID), Agent: service,
			Masters: access.Masters{xmpptest.MasterJID.Bare(): access.Deploy}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(time.Minute) // the first one comes back
		xmpptest.WaitFor(t, p.Client, func(h []spec.HostStatus) bool { return h[0].Twice })
		clone.Close()
		service.Close()
		if !strings.Contains(log.String(), "in use twice") {
			t.Errorf("the clone logs\n%s", log.String())
		}
		time.Sleep(2 * time.Hour) // it is mended
		xmpptest.WaitFor(t, p.Client, func(h []spec.HostStatus) bool { return xmpptest.Links(h) == "host1 on" && !h[0].Twice })
		p.Close()
		r.Wait()
	})
}
