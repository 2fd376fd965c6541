package session

import (
	"strings"

	"mellium.im/xmpp/jid"

	"github.com/armonic/armonic/spec"
)

// JID is an XMPP address in the form that servers write: local@domain/resource.
// Two that are the same are equal.
type JID string

// ParseJID reads an address as people write it.
func ParseJID(s string) (JID, error) {
	j, err := jid.Parse(strings.TrimSpace(s))
	if err != nil || j.Localpart() == "" {
		return "", spec.Errorf(spec.Invalid, "%q is not an XMPP address", s).WithHint("write it as name@domain")
	}
	return JID(j.String()), nil
}

// Bare is the address without its resource.
func (j JID) Bare() JID {
	bare, _, _ := strings.Cut(string(j), "/")
	return JID(bare)
}

// Resource is what follows the first slash, "" for a bare address.
func (j JID) Resource() string {
	_, resource, _ := strings.Cut(string(j), "/")
	return resource
}

// Local is the part before the @, "" for a domain.
func (j JID) Local() string {
	local, _, ok := strings.Cut(string(j.Bare()), "@")
	if !ok {
		return ""
	}
	return local
}

// Domain is the part after the @, or all of a domain.
func (j JID) Domain() string {
	bare := string(j.Bare())
	return bare[strings.IndexByte(bare, '@')+1:]
}

// With gives the bare address a resource.
func (j JID) With(resource string) JID { return j.Bare() + "/" + JID(resource) }
