package session

import (
	"cmp"
	"context"
	"crypto/tls"
	"iter"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
)

// Endpoint is a place where the server of an account may be.
type Endpoint struct {
	Address  string
	StartTLS bool
	DNS      bool   // SRV records say so
	URL      string // of a WebSocket, wss://…; "" is TCP

	left int // how many follow
}

// String is what people know the endpoint by.
func (e Endpoint) String() string { return cmp.Or(e.URL, e.Address) }

// share gives one of those that are tried its part of the time that is left.
func (e Endpoint) share(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, _ := ctx.Deadline()
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(1+e.left))
}

// mostEndpoints are tried: who has more of them has them for other reasons.
const mostEndpoints = 6

// Endpoints are where Open tries, the best first: over TCP, and if there is no way to any of
// those over WebSocket, if the domain names one. An error says why there are none of a kind.
func (a Account) Endpoints(ctx context.Context) iter.Seq2[Endpoint, error] {
	return func(yield func(Endpoint, error) bool) {
		more := 1
		if a.Server != "" {
			more = 0
		}
		all, err := a.given(ctx)
		for ; ; more-- {
			if err != nil && !yield(Endpoint{}, err) {
				return
			}
			for i, at := range all {
				at.left = len(all) - 1 - i + more
				if !yield(at, nil) {
					return
				}
			}
			if more == 0 {
				return
			}
			all, err = a.WebSockets(ctx)
		}
	}
}

// given are those that the settings name, or DNS. The error is that of a domain which says that
// it has no server.
func (a Account) given(ctx context.Context) ([]Endpoint, error) {
	if a.Server != "" {
		if u, err := url.Parse(a.Server); err == nil && u.Scheme == "wss" {
			return []Endpoint{webSocketAt(u)}, nil
		}
		at := Endpoint{Address: a.Server, StartTLS: a.StartTLS}
		if _, _, err := net.SplitHostPort(a.Server); err != nil {
			at = guess(strings.Trim(a.Server, "[]"), a.StartTLS)
		}
		return []Endpoint{at}, nil
	}
	direct, noDirect := a.records(ctx, "xmpps-client", false)
	starting, noStarting := a.records(ctx, "xmpp-client", true)
	out := slices.Concat(direct, starting)
	if len(out) > 0 {
		return out[:min(len(out), mostEndpoints)], nil
	}
	domain := a.JID.Domain()
	if !noDirect {
		out = append(out, guess(domain, false))
	}
	if !noStarting {
		out = append(out, guess(domain, true))
	}
	if len(out) == 0 {
		return nil, because(nil, "find the server of "+domain, spec.Errorf(spec.Unavailable, "its DNS records say that it has none")).
			WithHint("check the domain of %s, or name the server", a.JID.Bare())
	}
	return out, nil
}

// guess is where servers listen unless DNS says otherwise.
func guess(host string, startTLS bool) Endpoint {
	port := "5223"
	if startTLS {
		port = "5222"
	}
	return Endpoint{Address: net.JoinHostPort(host, port), StartTLS: startTLS}
}

// records are where DNS says that a service is, by priority, and at random by weight
// (RFC 2782; XEP-0368 for direct TLS). none reports that the domain says that it does
// not have the service.
func (a Account) records(ctx context.Context, service string, startTLS bool) (out []Endpoint, none bool) {
	lookup := a.LookupSRV
	if lookup == nil {
		lookup = net.DefaultResolver.LookupSRV
	}
	_, records, _ := lookup(ctx, service, "tcp", a.JID.Domain()) // that there are none is the usual case
	slices.SortStableFunc(records, func(x, y *net.SRV) int { return cmp.Compare(x.Priority, y.Priority) })
	for _, r := range records {
		host := strings.TrimSuffix(r.Target, ".")
		if host == "" {
			none = true
			continue
		}
		out = append(out, Endpoint{Address: net.JoinHostPort(host, strconv.Itoa(int(r.Port))), StartTLS: startTLS, DNS: true})
	}
	return out, none
}

// dial connects to an endpoint: over TCP, or with all that a WebSocket needs.
func (a Account) dial(ctx context.Context, at Endpoint, config *tls.Config) (net.Conn, error) {
	if at.URL != "" {
		w, err := a.dialWebSocket(ctx, at, config)
		if err != nil {
			return nil, a.noWebSocket(ctx, at, err)
		}
		return w, nil
	}
	dial := a.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	c, err := dial(ctx, "tcp", at.Address)
	if err != nil {
		return nil, a.unreachable(ctx, at, err)
	}
	return c, nil
}
