package session

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/armonic/armonic/spec"
)

// relWebSocket is what a domain says of itself to name its WebSocket (XEP-0156).
const relWebSocket = "urn:xmpp:alt-connections:websocket"

// mostMeta is how long may be what a domain says of itself.
const mostMeta = 64 << 10

// HostMeta is where a domain says how to connect to it, other than by DNS.
func HostMeta(domain string) string { return "https://" + domain + "/.well-known/host-meta" }

// WebSockets are those that the domain of the account names on its web server, in JSON or else
// in XML.
func (a Account) WebSockets(ctx context.Context) ([]Endpoint, error) {
	var doc struct {
		Links []link `json:"links" xml:"Link"`
	}
	at := HostMeta(a.JID.Domain())
	err := a.fetch(ctx, at+".json", func(text []byte) error { return json.Unmarshal(text, &doc) })
	if first := err; first != nil {
		if !NotReached(err) {
			doc.Links = nil
			err = a.fetch(ctx, at, func(text []byte) error { return xml.Unmarshal(text, &doc) })
		}
		if err != nil {
			return nil, fmt.Errorf("%s.json: %w", at, first)
		}
	}
	var out []Endpoint
	for _, l := range doc.Links {
		if u, err := url.Parse(l.Href); err == nil && l.Rel == relWebSocket && u.Scheme == "wss" && len(out) < mostEndpoints {
			out = append(out, webSocketAt(u))
		}
	}
	if len(out) == 0 {
		return nil, spec.Errorf(spec.Unavailable, "%s names no WebSocket with TLS", at)
	}
	return out, nil
}

type link struct {
	Rel  string `json:"rel" xml:"rel,attr"`
	Href string `json:"href" xml:"href,attr"`
}

// webSocketAt is the endpoint at a URL.
func webSocketAt(u *url.URL) Endpoint {
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return Endpoint{Address: net.JoinHostPort(u.Hostname(), port), URL: u.String()}
}

func (a Account) fetch(ctx context.Context, at string, read func([]byte) error) error {
	config, err := a.tls()
	if err != nil {
		return err
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	client := a.https(ctx, config, "", nil) // each host by its own name
	client.CheckRedirect = func(to *http.Request, before []*http.Request) error {
		if to.URL.Scheme != "https" || len(before) > 3 {
			return http.ErrUseLastResponse
		}
		return nil
	}
	answer, err := client.Do(ask)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // without the address once more
		}
		return &spec.Error{Kind: spec.Unavailable, Msg: NoConnection(err), Err: errors.Join(errNoConnection, err)}
	}
	defer func() { _ = answer.Body.Close() }() // it was read
	if answer.StatusCode != http.StatusOK {
		return spec.Errorf(spec.Unavailable, "%s", answer.Status)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostMeta))
	if err != nil {
		return err
	}
	return read(text)
}
