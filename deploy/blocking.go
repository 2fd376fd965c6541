package deploy

import "github.com/armonic/armonic/resolver"

// Blocker is one thing that keeps a deployment from being carried out.
type Blocker struct {
	resolver.Blocker
	Unused   string    // else: a rule that no question fits, as the caller of Set or SetHosts wrote it
	Standing *Standing // else: a decision that says otherwise than what is applied already
}

// Blocking lists all that keeps the deployment from being carried out, questions
// first. After Settle it is empty if and only if there is a plan and every rule was of use.
func (s *Session) Blocking() []Blocker {
	var out []Blocker
	for _, b := range s.Result().Blockers() {
		out = append(out, Blocker{Blocker: b})
	}
	for _, text := range s.UnusedRules() {
		out = append(out, Blocker{Unused: text})
	}
	for _, x := range s.Standing() {
		if x.Other {
			out = append(out, Blocker{Standing: &x})
		}
	}
	return out
}
