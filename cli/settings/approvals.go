package settings

import (
	"maps"
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// Demands say who has to approve deployments, as the setting approvals has it. Of hosts that are in
// this process nobody else could approve anything: for them there are none.
func (g *Global) Demands() ([]rollout.Demand, error) {
	if g.Demo || g.Local {
		return nil, nil
	}
	c, _, err := g.Client()
	if err != nil {
		return nil, err
	}
	var out []rollout.Demand
	for _, when := range slices.Sorted(maps.Keys(c.Approvals)) {
		d := rollout.Demand{Why: "setting approvals: " + when}
		if d.By, err = ParseApprovers(c.Approvals[when]); err != nil {
			return nil, err
		}
		switch when {
		case "always":
		case "irreversible":
			d.Irreversible = true
		default:
			if d.Hosts, err = deploy.Groups(c.Groups).Names(when); err != nil {
				return nil, spec.Errorf(spec.KindOf(err), "approvals: %v", err).WithHint("%s", spec.HintOf(err))
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// ParseApprovers reads addresses of accounts.
func ParseApprovers(list []string) ([]string, error) {
	var out []string
	for _, text := range list {
		jid, err := session.ParseJID(strings.TrimSpace(text))
		if err != nil || jid.Local() == "" || jid.Resource() != "" {
			return nil, spec.Errorf(spec.Invalid, "%q, who is to approve, is not the address of an account", text).WithHint("write name@domain")
		}
		out = append(out, string(jid))
	}
	return out, nil
}
