package connect

import (
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// approval says whom the settings let into the fleet: by default whoever has an
// account in our own domain.
func approval(patterns []string, own session.JID) (func(session.JID) bool, error) {
	if len(patterns) == 0 {
		patterns = []string{"*@" + own.Domain()}
	}
	exact, domains := map[session.JID]bool{}, map[string]bool{}
	for _, p := range patterns {
		if p == "none" {
			continue
		}
		if domain, all := strings.CutPrefix(p, "*@"); all && domain != "" {
			domains[domain] = true
			continue
		}
		jid, err := session.ParseJID(p)
		if err != nil || jid.Local() == "" {
			return nil, spec.Errorf(spec.Invalid, "approve: %q is not an account", p).WithHint("write name@domain, *@domain, or none")
		}
		exact[jid.Bare()] = true
	}
	return func(jid session.JID) bool {
		return jid != own && jid.Local() != "" && (exact[jid] || domains[jid.Domain()])
	}, nil
}
