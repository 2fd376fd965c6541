package session_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// dns answers for example.com with records by service.
type dns map[string][]*net.SRV

func (d dns) lookup(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	if proto != "tcp" || name != "example.com" {
		return "", nil, errors.New("asked for something else")
	}
	records, ok := d[service]
	if !ok {
		return "", nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	}
	return "", records, nil
}

// none has no records of any domain.
func (dns) none(context.Context, string, string, string) (string, []*net.SRV, error) {
	return "", nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

// Where the server is, DNS says; what it says is tried in order.
func TestWhereTheServerIs(t *testing.T) {
	srv := func(target string, port, priority uint16) *net.SRV {
		return &net.SRV{Target: target, Port: port, Priority: priority}
	}
	for name, tt := range map[string]struct {
		account session.Account
		dns     dns
		tried   string
	}{
		"nothing in DNS":      {dns: dns{}, tried: "example.com:5223 example.com:5222"},
		"direct TLS first":    {dns: dns{"xmpp-client": {srv("a.example.com.", 5222, 0)}, "xmpps-client": {srv("b.example.com.", 443, 9)}}, tried: "b.example.com:443 a.example.com:5222"},
		"by priority":         {dns: dns{"xmpp-client": {srv("a.example.com.", 1, 20), srv("b.example.com.", 2, 10)}}, tried: "b.example.com:2 a.example.com:1"},
		"no direct TLS":       {dns: dns{"xmpps-client": {srv(".", 0, 0)}}, tried: "example.com:5222"},
		"no STARTTLS":         {dns: dns{"xmpp-client": {srv(".", 0, 0)}}, tried: "example.com:5223"},
		"no service":          {dns: dns{"xmpp-client": {srv(".", 0, 0)}, "xmpps-client": {srv(".", 0, 0)}}, tried: ""},
		"one of them is none": {dns: dns{"xmpp-client": {srv("a.example.com.", 5222, 0)}, "xmpps-client": {srv(".", 0, 0)}}, tried: "a.example.com:5222"},
		"named, with port":    {account: session.Account{Server: "x.example.net:1234"}, tried: "x.example.net:1234"},
		"named":               {account: session.Account{Server: "x.example.net"}, tried: "x.example.net:5223"},
		"named, STARTTLS":     {account: session.Account{Server: "x.example.net", StartTLS: true}, tried: "x.example.net:5222"},
		"a WebSocket":         {account: session.Account{Server: "wss://x.example.net/ws"}, tried: "x.example.net:443"},
		"with a port":         {account: session.Account{Server: "wss://[::1]:5281/ws"}, tried: "[::1]:5281"},
		"IPv6":                {account: session.Account{Server: "[::1]"}, tried: "[::1]:5223"},
	} {
		t.Run(name, func(t *testing.T) {
			a := tt.account
			a.JID, a.Password, a.LookupSRV = "alice@example.com", "secret", tt.dns.lookup
			var tried []string
			a.Dial = func(_ context.Context, network, address string) (net.Conn, error) {
				if address != "example.com:443" { // its web server, asked at last
					tried = append(tried, address)
				}
				return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
			}
			_, err := a.Open(t.Context())
			if got := strings.Join(tried, " "); got != tt.tried {
				t.Errorf("it tries %s, want %s", got, tt.tried)
			}
			says := "connection refused"
			if tt.tried == "" {
				says = "its DNS records say that it has none"
			}
			if spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), says) || spec.HintOf(err) == "" {
				t.Errorf("error is %v (%s)", err, spec.HintOf(err))
			}
		})
	}
}

// An address that does not answer, or not as a server would, does not keep the next
// one from being tried.
func TestTheNextAddressIsTried(t *testing.T) {
	good := (&scripted{password: "correct horse"}).start(t)
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	go func() {
		for {
			c, err := other.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("SSH-2.0-x\r\n"))
			c.Close()
		}
	}()
	a := good.account()
	a.Server = ""
	a.LookupSRV = dns{"xmpps-client": {{Target: "refused.", Port: 1}, {Target: "other.", Port: 1, Priority: 1}, {Target: "good.", Port: 1, Priority: 2}}}.lookup
	to := map[string]string{"refused:1": "127.0.0.1:1", "other:1": other.Addr().String(), "good:1": good.address}
	a.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, to[address])
	}
	s, err := a.Open(t.Context())
	if err != nil {
		t.Fatalf("%v (%s)", err, spec.HintOf(err))
	}
	s.Close()
	// of several that fail, the one that was reached is told of
	to["good:1"] = "127.0.0.1:1"
	if _, err = a.Open(t.Context()); spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), "other:1") {
		t.Errorf("error is %v", err)
	}
	// a wrong password is wrong everywhere
	good.password = ""
	to["other:1"] = good.address
	if _, err := a.Open(t.Context()); spec.KindOf(err) != spec.Denied {
		t.Errorf("error is %v", err)
	}
	if logins, _ := good.counts(); logins != 2 {
		t.Errorf("%d logins", logins)
	}
}

// A firewall that answers nothing at one port leaves time for the other.
func TestAFirewallLeavesTimeForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // what is dialled for http goes on after its request was given up
		var tried []string
		a := session.Account{JID: "alice@example.com", Password: "secret", LookupSRV: dns{}.lookup}
		a.Dial = func(ctx context.Context, _, address string) (net.Conn, error) {
			mu.Lock()
			tried = append(tried, address)
			mu.Unlock()
			<-ctx.Done()
			return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
		}
		began := time.Now()
		_, err := a.Open(t.Context())
		mu.Lock()
		defer mu.Unlock()
		if took := time.Since(began); took != 20*time.Second || !slices.Equal(tried, []string{"example.com:5223", "example.com:5222", "example.com:443"}) {
			t.Errorf("after %s it has tried %v", took, tried)
		}
		if spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), "did not answer in time") {
			t.Errorf("error is %v", err)
		}
	})
}

func TestNamesThatCannotBeLookedUp(t *testing.T) {
	for says, err := range map[string]*net.DNSError{
		"there is no host of this name":            {Err: "no such host", IsNotFound: true},
		"cannot be looked up now: server misbehav": {Err: "server misbehaving", IsTemporary: true},
	} {
		a := session.Account{JID: "alice@example.com", Password: "secret", Server: "x.example.net"}
		a.Dial = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: err}
		}
		if _, err := a.Open(t.Context()); spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), says) {
			t.Errorf("error is %v, want %q", err, says)
		}
	}
}
