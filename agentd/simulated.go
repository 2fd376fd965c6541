package agentd

import (
	"github.com/armonic/armonic/spec"
)

// simulated reports whether a resource is of a lifecycle, or of a host, that only pretends.
func (s *Service) simulated(p spec.Path) bool {
	if s.config.Info.Simulated || p.Lifecycle() == "" {
		return s.config.Info.Simulated
	}
	e, err := s.engine(p.Lifecycle())
	return err == nil && e.Simulated()
}

// simulations names the lifecycles that only pretend, on a host that does not. The lock is
// held.
func (s *Service) simulations() []string {
	var out []string
	if s.config.Info.Simulated {
		return nil
	}
	for _, e := range s.now.engines {
		if e.Simulated() {
			out = append(out, e.Name())
		}
	}
	return out
}
