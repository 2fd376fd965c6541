package deploy

import (
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Drift asks the hosts of the deployment whether what it relies on is as it was left: the
// states of its lifecycles that are applied. Hosts that do not answer are left out: they
// are asked again by what follows.
func (s *Session) Drift(ctx context.Context) []spec.EffectFinding {
	var services []spec.Path
	for _, n := range s.Result().Nodes {
		service := n.Provide.Path.Cut(2)
		if n.Host != "" && len(s.Applied(n.Host, service.Lifecycle())) > 1 && !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	all := make([]spec.Drift, len(services))
	_ = InParallel(len(services), func(i int) error {
		return AskHost(ctx, s.fleet, services[i].Host(), func(ctx context.Context, a spec.Agent) (err error) {
			all[i], err = a.Drift(ctx, services[i].Lifecycle())
			return err
		})
	})
	var out []spec.EffectFinding
	for _, d := range all {
		out = append(out, d.Findings...)
	}
	return out
}
