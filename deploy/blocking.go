package deploy

import (
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Blocker is one thing that keeps a deployment from being carried out. One of its
// fields is set.
type Blocker struct {
	Question *resolver.Question // has no answer, and nothing proposes one
	Problem  *resolver.Problem  // is wrong
	Unused   string             // a rule that no question fits, as the caller of Set or SetHosts wrote it
}

// Blocking lists all that keeps the deployment from being carried out, questions
// first. It is empty if and only if there is a plan and every rule was of use.
func (s *Session) Blocking() []Blocker {
	res := s.Result()
	var out []Blocker
	for i := range res.Questions {
		if q := &res.Questions[i]; q.Status == resolver.Missing {
			out = append(out, Blocker{Question: q})
		}
	}
	for i := range res.Problems {
		if p := &res.Problems[i]; !p.Warning {
			out = append(out, Blocker{Problem: p})
		}
	}
	for _, text := range s.UnusedRules() {
		out = append(out, Blocker{Unused: text})
	}
	if len(out) == 0 && res.Plan == nil {
		out = append(out, Blocker{Problem: &resolver.Problem{Kind: spec.Internal, Msg: "the deployment is neither complete nor is anything missing"}})
	}
	return out
}
