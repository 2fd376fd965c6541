package muc

import (
	"fmt"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Address is the room of a conference service in which agents say what happens in a
// deployment. Two deployments never share one.
func Address(d spec.DeploymentID, service session.JID) session.JID {
	var b []byte
	for _, c := range []byte(d) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '.', c == '_':
			b = append(b, c)
		default: // addresses do not have every character, and ignore case
			b = fmt.Appendf(b, "=%02x", c)
		}
	}
	return session.JID(b) + "@" + service
}
