package session

import "context"

// Endpoint is a place where the server of an account may be.
type Endpoint struct {
	Address  string
	StartTLS bool
	DNS      bool // SRV records say so
}

// Endpoints are where Open tries, the best first. The error is that of a domain which
// says that it has no server.
func (a Account) Endpoints(ctx context.Context) ([]Endpoint, error) {
	all, err := a.endpoints(ctx)
	out := make([]Endpoint, len(all))
	guessed := guesses(a.JID.Domain())
	for i, e := range all {
		out[i] = Endpoint{e.address, e.startTLS, a.Server == "" && e != guessed[0] && e != guessed[1]}
	}
	return out, err
}

// Acks reports whether the server offers acknowledgements of stanzas (XEP-0198).
func (s *Session) Acks() bool { return s.acks }
