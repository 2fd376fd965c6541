package session

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Endpoint is a place where the server of an account may be.
type Endpoint struct {
	Address  string
	StartTLS bool
	DNS      bool // SRV records say so
}

// mostEndpoints are tried: who has more of them has them for other reasons.
const mostEndpoints = 6

// Endpoints are where Open tries, the best first. The error is that of a domain which
// says that it has no server.
func (a Account) Endpoints(ctx context.Context) ([]Endpoint, error) {
	if a.Server != "" {
		at := Endpoint{a.Server, a.StartTLS, false}
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
	return Endpoint{net.JoinHostPort(host, port), startTLS, false}
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
		out = append(out, Endpoint{net.JoinHostPort(host, strconv.Itoa(int(r.Port))), startTLS, true})
	}
	return out, none
}

// dial connects to an endpoint.
func (a Account) dial(ctx context.Context, at Endpoint) (net.Conn, error) {
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
