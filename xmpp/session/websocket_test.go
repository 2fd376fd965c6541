//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package session_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// web is an account of a server on the web that does as it is told. Its certificate names
// example.com and *.example.com.
func web(t *testing.T, handle http.HandlerFunc) (session.Account, session.Endpoint) {
	t.Helper()
	s := httptest.NewUnstartedServer(handle)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of certificates that are refused
	s.StartTLS()
	t.Cleanup(s.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	at := s.Listener.Addr().String()
	a := session.Account{JID: "alice@example.com", Password: "secret", CAFile: ca, LookupSRV: dns{}.lookup,
		Dial: func(ctx context.Context, network, to string) (net.Conn, error) {
			if _, port, _ := net.SplitHostPort(to); strings.HasPrefix(port, "522") {
				return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
			}
			return (&net.Dialer{}).DialContext(ctx, network, at)
		}}
	return a, session.Endpoint{Address: "example.com:443", URL: "wss://example.com/x"}
}

// talk is a WebSocket at which a server says texts, after it has read a message for each.
func talk(t *testing.T, heard chan<- string, says ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"xmpp"}})
		if err != nil {
			t.Error(err)
			return
		}
		ws.SetReadLimit(-1)
		for _, text := range says {
			_, got, err := ws.Read(r.Context())
			if err != nil {
				break
			}
			heard <- string(got)
			if ws.Write(r.Context(), websocket.MessageText, []byte(text)) != nil {
				break
			}
		}
		_ = ws.Close(websocket.StatusNormalClosure, "")
	}
}

// What is written as a stream over TCP goes in messages, and comes back so.
func TestFraming(t *testing.T) {
	heard := make(chan string, 10)
	a, at := web(t, talk(t, heard,
		`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" id='1' from='example.com' version='1.0' xml:lang='en'/>`,
		"<message xmlns='jabber:client'/>", "<opening xmlns='urn:x'/>", "<c/>", "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"))
	c, _, err := a.Look(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	long := strings.Repeat("x", 100<<10)
	for _, text := range []string{
		"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='example.com'>",
		" <iq id='a>b'>" + long + "</iq>\n", // and what keeps a connection alive
		`<auth xmlns="urn:sasl" a="b"><c/></auth><presence/>`,
		"</stream:stream>",
	} {
		if n, err := io.WriteString(c, text); err != nil || n != len(text) {
			t.Fatal(n, err)
		}
	}
	for _, want := range []string{"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' version='1.0' to='example.com'/>",
		"<iq xmlns='jabber:client' id='a>b'>" + long + "</iq>", `<auth xmlns="urn:sasl" a="b"><c/></auth>`, "<presence xmlns='jabber:client'/>",
		"<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"} {
		if got := <-heard; got != want {
			t.Errorf("it is sent %.200q, want %.200q", got, want)
		}
	}
	got, err := io.ReadAll(c)
	want := "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='example.com' version='1.0'>" +
		"<message xmlns='jabber:client'/><opening xmlns='urn:x'/><c/></stream:stream>"
	if string(got) != want || err != nil {
		t.Errorf("it is read %q and %v, want %q", got, err, want)
	}
}

// What opens a stream without end, or is no XML, ends it.
func TestFramingThatIsNone(t *testing.T) {
	for _, text := range []string{"<open" + strings.Repeat(" ", 5000) + "/>", "<open xmlns='", "<close><</close>"} {
		a, at := web(t, talk(t, make(chan string, 1), text))
		c, _, err := a.Look(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, "<a/>")
		if got, err := io.ReadAll(c); err == nil || len(got) > 0 {
			t.Errorf("of %.20q it reads %q and %v", text, got, err)
		}
		c.Close()
	}
}

func TestWhatIsNoWebSocket(t *testing.T) {
	bare := func(w http.ResponseWriter, r *http.Request) {
		if ws, err := websocket.Accept(w, r, nil); err == nil {
			_ = ws.CloseNow()
		}
	}
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://example.net/", http.StatusFound)
	}
	for name, tt := range map[string]struct {
		handle http.HandlerFunc
		change func(*session.Account, *session.Endpoint)
		says   string
	}{
		"a page":               {http.NotFound, nil, "there is no WebSocket: 404 Not Found"},
		"a redirection":        {elsewhere, nil, "there is no WebSocket: 302 Found"},
		"for something else":   {bare, nil, "not one for XMPP"},
		"another host":         {bare, func(a *session.Account, at *session.Endpoint) { a.JID, at.URL = "alice@x.test", "wss://other.test/x" }, "its certificate names neither the host nor x.test"},
		"an unknown authority": {bare, func(a *session.Account, _ *session.Endpoint) { a.CAFile = "" }, "authority that is not known here"},
		"no proxy": {bare, func(a *session.Account, _ *session.Endpoint) {
			a.Proxy = (&xmpptest.WebProxy{URL: "http://127.0.0.1:1"}).For
			a.Dial = nil
		}, "there is no way to the proxy: dial tcp 127.0.0.1:1: connect: connection refused"},
		"a proxy that refuses": {bare, func(a *session.Account, _ *session.Endpoint) {
			a.Proxy, a.Dial = xmpptest.NewWebProxy(t, nil).For, nil
		}, "does not let us connect to example.com:443: 403 Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			a, at := web(t, tt.handle)
			if tt.change != nil {
				tt.change(&a, &at)
			}
			a.Server = at.URL
			_, err := a.Open(t.Context())
			if spec.KindOf(err) != spec.Unavailable || !strings.Contains(err.Error(), tt.says) || spec.HintOf(err) == "" {
				t.Errorf("error is %v (%s), want %q", err, spec.HintOf(err), tt.says)
			}
		})
	}
}

// The certificate names the host of the URL, as on the web; or the domain of the account.
func TestWhomTheCertificateNames(t *testing.T) {
	bare := func(w http.ResponseWriter, r *http.Request) {
		if ws, err := websocket.Accept(w, r, nil); err == nil {
			_ = ws.CloseNow()
		}
	}
	for _, tt := range []struct {
		jid session.JID
		url string
	}{{"alice@example.com", "wss://other.test/x"}, {"alice@other.test", "wss://web.example.com/x"}, {"alice@example.com", "wss://192.0.2.1/x"}, {"alice@other.test", "wss://127.0.0.1/x"}} {
		a, _ := web(t, bare)
		a.JID, a.Server = tt.jid, tt.url
		if _, err := a.Open(t.Context()); err == nil || !strings.Contains(err.Error(), "not one for XMPP") {
			t.Errorf("with the account %s and %s: %v", tt.jid, tt.url, err)
		}
	}
}

// A domain names its WebSocket on its web server: in JSON, or in XML.
func TestHostMeta(t *testing.T) {
	const (
		rel = "urn:xmpp:alt-connections:websocket"
		xrd = "<?xml version='1.0'?><XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'><Link rel='urn:xmpp:alt-connections:xbosh' href='https://x/b'/><Link rel='" + rel + "' href='wss://w.example.com:5281/ws'/></XRD>"
	)
	for name, tt := range map[string]struct {
		json, xml string
		want      string
	}{
		"JSON":              {`{"links":[{"rel":"` + rel + `","href":"wss://w.example.com/ws"}]}`, "", "w.example.com:443 wss://w.example.com/ws"},
		"XML":               {"", xrd, "w.example.com:5281 wss://w.example.com:5281/ws"},
		"JSON that is none": {"<html>", xrd, "w.example.com:5281 wss://w.example.com:5281/ws"},
		"without TLS":       {`{"links":[{"rel":"` + rel + `","href":"ws://w.example.com/ws"}]}`, "", "https://example.com/.well-known/host-meta names no WebSocket with TLS"},
		"none":              {`{}`, "", "https://example.com/.well-known/host-meta names no WebSocket with TLS"},
		"neither":           {"", "", "https://example.com/.well-known/host-meta.json: 404 Not Found"},
		"without end":       {`{"links":"` + strings.Repeat("x", 1<<20), "", "https://example.com/.well-known/host-meta.json: unexpected end of JSON input"},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := web(t, func(w http.ResponseWriter, r *http.Request) {
				text := map[string]string{"/.well-known/host-meta.json": tt.json, "/.well-known/host-meta": tt.xml}[r.URL.Path]
				if r.Host != "example.com" || text == "" {
					http.NotFound(w, r)
					return
				}
				_, _ = io.WriteString(w, text)
			})
			found, err := a.WebSockets(t.Context())
			got := fmt.Sprint(err)
			if err == nil {
				got = found[0].Address + " " + found[0].URL
			}
			if got != tt.want || len(found) > 1 {
				t.Errorf("it finds %s, want %s", got, tt.want)
			}
		})
	}
}

// Where only HTTPS gets out, and that through a proxy only, an account finds its server, and
// comes back whenever the link is cut or the server killed.
func TestThroughAProxy(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k, xmpptest.WebSocket)
		_, port, _ := net.SplitHostPort(server.Web)
		proxy := xmpptest.NewWebProxy(t, map[string]string{xmpptest.Domain + ":443": server.Web, xmpptest.Domain + ":" + port: server.Web})
		a := account(server, "alice")
		a.Server, a.Resource, a.Proxy, a.LookupSRV = "", "agent", proxy.For, dns{}.none
		a.Dial = func(ctx context.Context, network, to string) (net.Conn, error) {
			if to != proxy.Address {
				return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("network is unreachable")}
			}
			return (&net.Dialer{}).DialContext(ctx, network, to)
		}
		ups, downs := make(chan error, 10), make(chan error, 10)
		keeper := session.Connect(a.Open, counting(ups, downs))
		defer keeper.Close()
		<-ups // which is told before others may have the session
		if s, err := keeper.Wait(t.Context(), true); err != nil || s.JID() != a.JID.With("agent") || !s.OpenRegistration() {
			t.Fatalf("%v; the address is %s, registration %v", err, s.JID(), s.OpenRegistration())
		}
		proxy.Cut()
		if err := <-downs; spec.KindOf(err) != spec.Unavailable {
			t.Error(err)
		}
		<-ups
		server.Kill()
		<-downs
		if _, err := keeper.Wait(t.Context(), false); err == nil {
			t.Error("there is a session without a server")
		}
		server.Run(t)
		keeper.Retry()
		<-ups
		if proxy.Asked.Load() < 6 { // for what names the server, and for the server
			t.Errorf("the proxy was asked %d times", proxy.Asked.Load())
		}
	})
}

// TLS is what binds the login, as over TCP.
func TestLookShowsTLS(t *testing.T) {
	a, at := web(t, talk(t, nil))
	c, state, err := a.Look(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if state.Version != tls.VersionTLS13 || len(state.PeerCertificates) != 1 {
		t.Errorf("TLS is %+v", state)
	}
}
