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

// endpoint is a place where the server may be.
type endpoint struct {
	address  string
	startTLS bool
}

// The ports that servers listen on unless DNS says otherwise.
const (
	portTLS   = "5223"
	portPlain = "5222"
)

// mostEndpoints are tried: who has more of them has them for other reasons.
const mostEndpoints = 6

// endpoints are where to try, the best first. The error is that of a domain which says
// that it has no server.
func (a Account) endpoints(ctx context.Context) ([]endpoint, error) {
	if a.Server != "" {
		if _, _, err := net.SplitHostPort(a.Server); err == nil {
			return []endpoint{{a.Server, a.StartTLS}}, nil
		}
		port := portTLS
		if a.StartTLS {
			port = portPlain
		}
		return []endpoint{{net.JoinHostPort(strings.Trim(a.Server, "[]"), port), a.StartTLS}}, nil
	}
	direct, noDirect := a.records(ctx, "xmpps-client", false)
	starting, noStarting := a.records(ctx, "xmpp-client", true)
	out := slices.Concat(direct, starting)
	if len(out) > 0 {
		return out[:min(len(out), mostEndpoints)], nil
	}
	domain := a.JID.Domain()
	guessed := guesses(domain)
	if !noDirect {
		out = append(out, guessed[0])
	}
	if !noStarting {
		out = append(out, guessed[1])
	}
	if len(out) == 0 {
		err := spec.Errorf(spec.Unavailable, "its DNS records say that it has none")
		err.Op = "find the server of " + domain
		return nil, err.WithHint("check the domain of %s, or name the server", a.JID.Bare())
	}
	return out, nil
}

// guesses are where servers are of which DNS says nothing.
func guesses(domain string) [2]endpoint {
	return [2]endpoint{{net.JoinHostPort(domain, portTLS), false}, {net.JoinHostPort(domain, portPlain), true}}
}

// records are where DNS says that a service is, by priority, and at random by weight
// (RFC 2782; XEP-0368 for direct TLS). none reports that the domain says that it does
// not have the service.
func (a Account) records(ctx context.Context, service string, startTLS bool) (out []endpoint, none bool) {
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
		out = append(out, endpoint{net.JoinHostPort(host, strconv.Itoa(int(r.Port))), startTLS})
	}
	return out, none
}

// dial connects to an endpoint.
func (a Account) dial(ctx context.Context, at endpoint) (net.Conn, error) {
	dial := a.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	c, err := dial(ctx, "tcp", at.address)
	if err != nil {
		return nil, a.unreachable(ctx, at, err)
	}
	return c, nil
}
