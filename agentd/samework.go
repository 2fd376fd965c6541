package agentd

import (
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// sameAs reports whether a run asks for the same work for the same deployment as a known
// one. Who asks does not matter, nor the form in which a value arrived.
func (s *Service) sameAs(old *run, r spec.Run) (bool, error) {
	switch {
	case !old.restored:
		return content(old.Run) == content(r), nil
	case old.digest == "": // it was recorded by a version whose digests were others
		return true, nil
	}
	digest, err := s.runStore.Digest(content(r))
	return digest == old.digest, err
}

// content is a text that is the same for runs that ask for the same. It holds secrets.
func content(r spec.Run) value.Secret {
	steps := make([]any, len(r.Steps))
	for i, s := range r.Steps {
		steps[i] = []any{s.Action, s.State, s.Provide, s.Inputs}
	}
	return value.Canonical([]any{r.ID, r.Deployment, r.Lifecycle, r.From, steps})
}
