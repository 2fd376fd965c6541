package session

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
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

// endpoints are where to try, the best first.
func (a Account) endpoints(ctx context.Context) []endpoint {
	if a.Server != "" {
		if _, _, err := net.SplitHostPort(a.Server); err == nil {
			return []endpoint{{a.Server, a.StartTLS}}
		}
		port := portTLS
		if a.StartTLS {
			port = portPlain
		}
		return []endpoint{{net.JoinHostPort(strings.Trim(a.Server, "[]"), port), a.StartTLS}}
	}
	domain := a.JID.Domain()
	var out []endpoint
	for _, service := range []string{"xmpps-client", "xmpp-client"} {
		_, records, err := net.DefaultResolver.LookupSRV(ctx, service, "tcp", domain)
		if err != nil {
			continue // that there are none is the usual case
		}
		for _, r := range records {
			if host := strings.TrimSuffix(r.Target, "."); host != "" {
				out = append(out, endpoint{net.JoinHostPort(host, strconv.Itoa(int(r.Port))), service == "xmpp-client"})
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	return []endpoint{{net.JoinHostPort(domain, portTLS), false}, {net.JoinHostPort(domain, portPlain), true}}
}

// dial connects to the first endpoint that answers.
func (a Account) dial(ctx context.Context) (net.Conn, endpoint, error) {
	dial := a.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	var errs []error
	for _, at := range a.endpoints(ctx) {
		c, err := dial(ctx, "tcp", at.address)
		if err == nil {
			return c, at, nil
		}
		errs = append(errs, a.unreachable(at, err))
	}
	if len(errs) == 1 {
		return nil, endpoint{}, errs[0]
	}
	return nil, endpoint{}, a.nowhere(errors.Join(errs...))
}
