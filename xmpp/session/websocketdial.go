package session

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/coder/websocket"

	"github.com/armonic/armonic/spec"
)

// mostHeader is how long the header of an answer over HTTP may be.
const mostHeader = 64 << 10

// Look connects to the WebSocket at an endpoint, whatever its certificate is: it is for who
// judges that, and gives away no secret. What is read and written is a stream as over TCP.
func (a Account) Look(ctx context.Context, at Endpoint) (net.Conn, tls.ConnectionState, error) {
	w, err := a.dialWebSocket(ctx, at, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}) //nolint:gosec // who looks judges
	if err != nil {
		return nil, tls.ConnectionState{}, a.noWebSocket(ctx, at, err)
	}
	return w, w.state, nil
}

// dialWebSocket connects to the WebSocket at an endpoint. The certificate must name the host of
// the URL, as on the web, or the domain, as over TCP.
func (a Account) dialWebSocket(ctx context.Context, at Endpoint, config *tls.Config) (w *webSocket, err error) {
	u, err := url.Parse(at.URL)
	if err != nil {
		return nil, spec.Errorf(spec.Invalid, "%q is not an address", at.URL)
	}
	names := []string{u.Hostname(), a.JID.Domain()}
	if net.ParseIP(names[0]) != nil {
		slices.Reverse(names) // hardly any certificate names an address
	}
	for _, name := range slices.Compact(names) {
		w, err = a.upgrade(ctx, at, config, name)
		if _, other := errors.AsType[x509.HostnameError](err); !other && (err == nil || !strings.Contains(err.Error(), noSuchName)) {
			break
		}
	}
	return w, err
}

// upgrade connects to a server whose certificate names somebody.
func (a Account) upgrade(ctx context.Context, at Endpoint, config *tls.Config, name string) (*webSocket, error) {
	var last atomic.Pointer[paced]
	client := a.https(ctx, config, name, &last)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w := &webSocket{in: bytes.NewReader(nil)}
	ws, answer, err := websocket.Dial(ctx, at.URL, &websocket.DialOptions{HTTPClient: client, Subprotocols: []string{"xmpp"}, //nolint:bodyclose // it is the connection, or was read
		// A pong that waits for a long message to be written would end the connection.
		OnPingReceived: func(context.Context, []byte) bool { return !w.writing.Load() }})
	switch {
	case err != nil && answer != nil && answer.StatusCode != http.StatusSwitchingProtocols:
		return nil, because(err, "connect to "+at.URL, spec.Errorf(spec.Unavailable, "there is no WebSocket: %s", answer.Status)).
			WithHint("look at the path; Prosody: modules_enabled \"websocket\", and http_default_host for a host that it does not know; ejabberd: ejabberd_http_ws among request_handlers")
	case err != nil:
		return nil, err
	}
	ws.SetReadLimit(-1) // who reads knows what is too large
	w.paced, w.ws, w.state = last.Load(), ws, *answer.TLS
	if ws.Subprotocol() != "xmpp" {
		_ = w.Close()
		return nil, because(nil, "connect to "+at.URL, spec.Errorf(spec.Unavailable, "the WebSocket there is not one for XMPP")).WithHint("look at the path")
	}
	return w, nil
}

// https is a client over HTTPS that goes through the proxy that the environment names. It dials as
// long as ctx lasts; what it connects to last is in last, if that is not nil.
func (a Account) https(ctx context.Context, config *tls.Config, name string, last *atomic.Pointer[paced]) *http.Client {
	config = config.Clone()
	config.ServerName, config.NextProtos = name, nil
	dial, proxy := a.Dial, a.Proxy
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	return &http.Client{Transport: &http.Transport{
		Proxy: proxy, TLSClientConfig: config, DisableKeepAlives: true, MaxResponseHeaderBytes: mostHeader,
		DialContext: func(_ context.Context, network, address string) (net.Conn, error) {
			c, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			p := &paced{Conn: c}
			if last != nil {
				last.Store(p)
			}
			return p, nil
		},
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, to *http.Request, answer *http.Response) error {
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			return because(errNoConnection, "", spec.Errorf(spec.Unavailable, "the proxy %s does not let us connect to %s: %s", proxy.Host, to.URL.Opaque, answer.Status)).
				WithHint("many proxies let through port 443 only; the environment names the proxy: HTTPS_PROXY, and NO_PROXY for hosts without one")
		},
	}}
}
