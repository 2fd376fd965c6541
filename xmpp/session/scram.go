package session

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"mellium.im/sasl"
	"mellium.im/xmpp"

	"github.com/armonic/armonic/spec"
)

// How often the password may be hashed at a server's request: RFC 7677 wants at least
// 4096, for what is less is soon guessed by who reads along; and the most take a second
// or two on a small machine.
const (
	fewestRounds = 4096
	mostRounds   = 1_000_000
)

// login is SCRAM, the strongest that the server offers, with channel binding where it
// can be had: then who stands between us and the server cannot log in with what we say,
// whatever certificate he shows.
func (n *negotiation) login() xmpp.StreamFeature {
	password := n.account.Password.Reveal()
	f := xmpp.SASL("", password, sasl.ScramSha256)
	f.Negotiate = func(ctx context.Context, s *xmpp.Session, data any) (xmpp.SessionState, io.ReadWriter, error) {
		offered, _ := data.([]string)
		return xmpp.SASL("", password, mechanisms(offered, n.bindings, s.ConnectionState())...).Negotiate(ctx, s, data)
	}
	return f
}

// channelBindings reads which types of channel binding the server knows (XEP-0440).
func (n *negotiation) channelBindings() xmpp.StreamFeature {
	return xmpp.StreamFeature{
		Name: xml.Name{Space: "urn:xmpp:sasl-cb:0", Local: "sasl-channel-binding"}, Necessary: xmpp.Secure, Prohibited: xmpp.Authn,
		Parse: func(_ context.Context, d *xml.Decoder, start *xml.StartElement) (bool, any, error) {
			var in struct {
				Types []struct {
					Type string `xml:"type,attr"`
				} `xml:"urn:xmpp:sasl-cb:0 channel-binding"`
			}
			err := d.DecodeElement(&in, start)
			for _, t := range in.Types {
				n.bindings = append(n.bindings, t.Type)
			}
			return false, nil, err
		},
	}
}

// mechanisms are those to log in with, the best first, of those that are offered and
// the types of channel binding that the server names, if it names any.
func mechanisms(offered, bindings []string, state tls.ConnectionState) []sasl.Mechanism {
	may := slices.Contains(bindings, "tls-exporter")
	if state.Version < tls.VersionTLS13 {
		// It is what servers mean that name no types; resumed connections may lack it.
		may = len(state.TLSUnique) > 0 && (len(bindings) == 0 || slices.Contains(bindings, "tls-unique"))
	}
	offers := slices.ContainsFunc(offered, func(name string) bool { return strings.HasSuffix(name, "-PLUS") })
	switch {
	case offers && may:
		return []sasl.Mechanism{bounded(sasl.ScramSha256Plus), bounded(sasl.ScramSha1Plus), bounded(sasl.ScramSha256), bounded(sasl.ScramSha1)}
	case offers:
		return []sasl.Mechanism{bounded(sasl.ScramSha256), bounded(sasl.ScramSha1)}
	}
	// The login says that channel binding would have been possible here: it fails if
	// the server has offered it, and somebody took that out on the way.
	return []sasl.Mechanism{named("SCRAM-SHA-256", bounded(sasl.ScramSha256Plus)), named("SCRAM-SHA-1", bounded(sasl.ScramSha1Plus))}
}

// named is a mechanism that goes by another name.
func named(name string, m sasl.Mechanism) sasl.Mechanism {
	m.Name = name
	return m
}

// challengeForm is what a server asks first in SCRAM (RFC 5802); extensions may follow.
var challengeForm = regexp.MustCompile(`^r=[^,]+,s=[A-Za-z0-9+/]+=*,i=([1-9][0-9]*)(,[a-hj-lnopqt-z]=[^,]+)*$`)

// bounded looks at what the server asks before the library does.
func bounded(m sasl.Mechanism) sasl.Mechanism {
	next := m.Next
	m.Next = func(n *sasl.Negotiator, challenge []byte, data any) (bool, []byte, any, error) {
		if n.State()&sasl.StepMask == sasl.AuthTextSent {
			if err := checkChallenge(challenge); err != nil {
				return false, nil, nil, err
			}
		}
		return next(n, challenge, data)
	}
	return m
}

func checkChallenge(challenge []byte) error {
	m := challengeForm.FindSubmatch(challenge)
	if m == nil {
		return because(nil, "log in", spec.Errorf(spec.Unavailable, "the server does not speak SCRAM as RFC 5802 has it")).
			WithHint("is it the server that was meant? nothing of the password was sent")
	}
	if rounds, err := strconv.Atoi(string(m[1])); err != nil || rounds < fewestRounds || rounds > mostRounds {
		return because(nil, "log in", spec.Errorf(spec.Unavailable, "the server wants the password hashed %s times (SCRAM's iteration count)", m[1])).
			WithHint("%d to %d are accepted; nothing of the password was sent. Is it the server that was meant? Accounts keep the count that they were made with: set the password anew after a change", fewestRounds, mostRounds)
	}
	return nil
}
