package deploy

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Again lists the states that are applied and are entered again, as decisions say another
// value than they were entered with.
func (s *Session) Again() []spec.Path {
	s.Result()
	var out []spec.Path
	for lifecycle, states := range s.facts.Again {
		for _, state := range states {
			out = append(out, lifecycle.Join(state))
		}
	}
	slices.Sort(out)
	return out
}

// EnterAgain has a state entered again that is applied, even with the same values: what it
// changed is made good.
func (s *Session) EnterAgain(state spec.Path) {
	if s.facts.Again == nil {
		s.facts.Again = map[spec.Path][]string{}
	}
	lifecycle := state.Cut(2)
	if !slices.Contains(s.facts.Again[lifecycle], state.State()) {
		s.facts.Again[lifecycle] = append(s.facts.Again[lifecycle], state.State())
		s.result = nil
	}
}

// enterAgain finds the applied states that decisions say another value for, and reports
// whether there is a new one. Nothing is looked at before all else is known.
func (s *Session) enterAgain() bool {
	if len(s.result.Needs) > 0 {
		return false
	}
	before := s.result
	again := append(s.otherValues(), s.takenAway()...)
	for _, x := range s.standing() {
		if x.Other {
			again = append(again, x.State)
		}
	}
	for _, state := range again {
		s.EnterAgain(state)
	}
	if s.result == before && len(s.unusedRules()) > 0 {
		s.followApplied()
	}
	return s.result != before
}

// otherValues lists the applied states for which rules say another value. Of several rules
// about a variable the last one counts.
func (s *Session) otherValues() []spec.Path {
	tree, at := s.appliedTree()
	said := map[*query.Node]string{}
	for _, r := range s.rules {
		if r.expr == nil {
			continue
		}
		nodes, _ := r.expr.Select(tree) // one that cannot be evaluated fits nothing
		for _, n := range nodes {
			said[n] = r.value
		}
	}
	var out []spec.Path
	for n, text := range said {
		if have, known := at[n]; known && !same(have, text) {
			out = append(out, n.Path().Cut(3))
		}
	}
	return out
}

// followApplied has states entered again that were given something by provides on other
// hosts, or of other lifecycles: a decision that fits nothing yet may be about those. What
// they return then reaches the states, too.
func (s *Session) followApplied() {
	for _, n := range s.result.Nodes {
		if n.Host == "" {
			continue
		}
		service := n.Provide.Path.Cut(2)
		for _, a := range s.Applied(n.Host, service.Lifecycle()) {
			state := service.Join(a.State)
			if a.State != "" && (givenByOthers(a.Inputs) || s.standingOn(n.Host).called[state]) {
				s.EnterAgain(state)
			}
		}
	}
}

// givenByOthers reports whether some of what a state was entered with was returned by
// provides on other hosts.
func givenByOthers(in spec.Inputs) bool {
	for _, sets := range in {
		for _, set := range sets {
			if _, ok := set["host"].(string); ok {
				return true
			}
		}
	}
	return false
}

// keepApplied answers the questions of states that are entered again with what they were
// entered with, unless there is another decision, and reports whether there was one.
// Secrets are not told by their agents: they stay as they are without an answer.
func (s *Session) keepApplied() (kept bool) {
	if s.result == nil {
		return false
	}
	for _, q := range s.result.Questions {
		if s.Answered(q.Key) || q.Key.Node == "" {
			continue
		}
		if x := s.appliedValue(&q); x != nil {
			s.answers[q.Key] = resolver.Answer{Value: x, Typed: true}
			kept = true
		}
	}
	return kept
}

// appliedValue is what the state that a question is about was entered with, nil if it is
// not one that is entered again.
func (s *Session) appliedValue(q *resolver.Question) any {
	n := s.result.Node(q.Key.Node)
	if n == nil || len(s.facts.Again) == 0 {
		return nil
	}
	service := n.Provide.Path.Cut(2)
	switch q.Key.Kind {
	case resolver.AskValue:
		if q.Path.Provide() != string(spec.Enter) {
			return nil
		}
		name, i := q.Path.Require()
		if sets := s.appliedSets(service, q.Path.State(), name); i < len(sets) {
			x := sets[i][q.Path.Variable()]
			if _, secret := x.(value.Secret); !secret {
				return x
			}
		}
	case resolver.AskHosts:
		if parts := strings.SplitN(q.Key.Name, ".", 3); len(parts) == 3 && parts[1] == string(spec.Enter) {
			if sets := s.appliedSets(service, parts[0], parts[2]); sets != nil {
				return hostsOf(sets)
			}
		}
	case resolver.AskHost, resolver.AskChoose, resolver.AskManage, resolver.AskCount, resolver.AskReturn, resolver.AskPath, resolver.AskCall, resolver.AskRoll:
	}
	return nil
}

// appliedSets are the sets of a require that a state was entered with which is entered again.
func (s *Session) appliedSets(service spec.Path, state, require string) []spec.Set {
	if !slices.Contains(s.facts.Again[service], state) {
		return nil
	}
	for _, a := range s.Applied(service.Host(), service.Lifecycle()) {
		if a.State == state {
			return a.Inputs[require]
		}
	}
	return nil
}
