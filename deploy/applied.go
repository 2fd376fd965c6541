package deploy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Standing is a decision about entering a state that is applied already, so that nothing
// asks for it: with another value the state is entered again, where that can be.
type Standing struct {
	State spec.Path // /host/Lifecycle/State
	Text  string    // the decision, as messages name it
	Other bool      // it was entered with another value
	Have  any       // that value
}

// Standing lists the decisions of rules and of a file that are about states which are
// applied already. What they were entered with stays: a decision that says the same is
// of no use, but not wrong. Where the value is a secret, or belongs to what a require of the state
// needs, that is not compared.
func (s *Session) Standing() []Standing {
	s.Result()
	return s.standing()
}

func (s *Session) standing() []Standing {
	var out []Standing
	for _, r := range s.rules {
		if x, ok := s.standingRule(r); len(r.done) == 0 && ok {
			out = append(out, x)
		}
	}
	for _, k := range s.result.Unused {
		if x, ok := s.standingAnswer(k); s.answers[k].Replayed && ok {
			out = append(out, x)
		}
	}
	return out
}

// standingRule finds the variables that a rule of values is about; the one that differs, if
// any does.
func (s *Session) standingRule(r *rule) (Standing, bool) {
	switch {
	case r.kind != "":
		return Standing{}, false
	case r.hosts != nil:
		return s.standingHost(r)
	}
	if r.expr == nil {
		return s.standingHosts(r)
	}
	tree, at := s.appliedTree()
	nodes, _ := r.expr.Select(tree) // one that cannot be evaluated fits nothing
	for i, n := range nodes {
		have := at[n]
		x := Standing{State: n.Path().Cut(3), Text: r.text, Have: have, Other: !same(have, r.value)}
		if x.Other || i == len(nodes)-1 {
			return x, true
		}
	}
	return Standing{}, false
}

// standingHosts finds the require that a rule of hosts is about.
func (s *Session) standingHosts(r *rule) (Standing, bool) {
	for _, n := range s.result.Nodes {
		for _, a := range s.Applied(n.Host, n.Provide.Path.Lifecycle()) {
			for _, req := range slices.Sorted(maps.Keys(a.Inputs)) {
				if !r.isAbout(string(n.ID) + "/" + a.State + ".enter." + req) {
					continue
				}
				have := hostsOf(a.Inputs[req])
				want := ParseHosts(r.value)
				return Standing{State: n.Provide.Path.Cut(2).Join(a.State), Text: r.text, Have: have, Other: !slices.Equal(have, want)}, true
			}
		}
	}
	return Standing{}, false
}

func hostsOf(sets []spec.Set) []spec.Host {
	out := []spec.Host{}
	for _, set := range sets {
		if h, ok := set["host"].(string); ok {
			out = append(out, spec.Host(h))
		}
	}
	return out
}

// standingAnswer finds the state that an answer of a file is about: of a node that is
// there, by the name of the answer; else by the require that led to it.
func (s *Session) standingAnswer(k resolver.Key) (Standing, bool) {
	id, about := k.Node, k.Name
	for s.result.Node(id) == nil {
		at := strings.LastIndexByte(string(id), '/')
		if at < 0 {
			return Standing{}, false
		}
		id, about = id[:at], string(id[at+1:])
	}
	n := s.result.Node(id)
	x := Standing{Text: string(k.Node) + ": " + k.Name}
	parts := strings.Split(about, "/")
	state, provide, require, variable := "", "", "", ""
	if k.Node == id && k.Kind == resolver.AskValue && len(parts) == 5 {
		state, provide, require, variable = parts[1], parts[2], parts[3], parts[4]
	} else if parts = strings.SplitN(about, ".", 3); len(parts) == 3 {
		state, provide, require = parts[0], parts[1], parts[2]
	}
	if provide != string(spec.Enter) {
		return Standing{}, false
	}
	for _, a := range s.Applied(n.Host, n.Provide.Path.Lifecycle()) {
		if a.State != state {
			continue
		}
		x.State = n.Provide.Path.Cut(2).Join(state)
		switch {
		case variable != "":
			name, i := spec.SplitIndex(require)
			if sets := a.Inputs[name]; i < len(sets) {
				x.Have = sets[i][variable]
				x.Other = !same(x.Have, s.answers[k].Value)
			}
		case k.Node == id && k.Kind == resolver.AskHosts:
			have := hostsOf(a.Inputs[require])
			want, _ := s.answers[k].Hosts()
			x.Have, x.Other = have, !slices.Equal(have, want)
		}
		return x, true
	}
	return Standing{}, false
}

// same compares what a state was entered with and what was decided now. Secrets are not
// told by their agents, and count as the same.
func same(have, want any) bool {
	if _, secret := have.(value.Secret); secret || value.Equal(have, want) {
		return true
	}
	typed := func(x any) string {
		if t, ok := x.(resolver.Text); ok {
			x = string(t)
		}
		return strings.ReplaceAll(value.Input(x), ", ", ",")
	}
	return typed(have) == typed(want)
}

// Applied are the states of a lifecycle that are applied, bottom first, with what they were
// entered with: as its host said last, none if it was not asked.
func (s *Session) Applied(h spec.Host, lifecycle string) []spec.Applied {
	if st := s.standingOn(h).stacks[lifecycle]; st != nil {
		return st.Applied
	}
	return nil
}

// Usual is how long a step of a lifecycle usually takes on a host, as far as that is known
// from its history; else 0.
func (s *Session) Usual(h spec.Host, lifecycle string, step spec.Step) time.Duration {
	for _, st := range s.facts.Learned[resolver.Need{Kind: resolver.NeedStacks, Host: h}.Key()].Stacks {
		if st.Path.Lifecycle() == lifecycle {
			return st.Usual(step)
		}
	}
	return 0
}

// standingOn is what stands on a host, as far as it is known.
type standingOn struct {
	stacks map[string]*spec.Stack
	called map[spec.Path]bool // states that something was called for
}

// standingOn looks a host's stacks through once for each result.
func (s *Session) standingOn(h spec.Host) *standingOn {
	if s.looked != s.result || s.result == nil {
		s.looked, s.hosts, s.tree = s.result, map[spec.Host]*standingOn{}, nil
	}
	if s.hosts[h] != nil {
		return s.hosts[h]
	}
	out := &standingOn{map[string]*spec.Stack{}, map[spec.Path]bool{}}
	stacks := s.stacks(h)
	for i := range stacks {
		out.stacks[stacks[i].Path.Lifecycle()] = &stacks[i]
		for _, c := range stacks[i].Calls {
			for _, state := range c.For {
				out.called[state] = true
			}
		}
	}
	s.hosts[h] = out
	return out
}

// appliedTree is a tree of the variables that applied states were entered with, on the
// hosts of the deployment, and their values.
func (s *Session) appliedTree() (*query.Node, map[*query.Node]any) {
	s.standingOn("") // forgets the tree of another result
	if s.tree == nil {
		s.tree, s.treeValues = s.plantApplied()
	}
	return s.tree, s.treeValues
}

func (s *Session) plantApplied() (*query.Node, map[*query.Node]any) {
	root, at := query.NewRoot(), map[*query.Node]any{}
	seen := map[spec.Path]bool{}
	for _, n := range s.result.Nodes {
		service := n.Provide.Path.Cut(2)
		if n.Host == "" || seen[service] {
			continue
		}
		seen[service] = true
		lifecycle := root.Add(query.Location, string(n.Host)).Add(query.Lifecycle, service.Lifecycle())
		for _, a := range s.Applied(n.Host, service.Lifecycle()) {
			enter := lifecycle.Add(query.State, a.State).Add(query.Provide, string(spec.Enter))
			for req, sets := range a.Inputs {
				for i, set := range sets {
					r := enter.Add(query.Require, spec.Indexed(req, i))
					for name, x := range set {
						at[r.Add(query.Variable, name)] = x
					}
				}
			}
		}
	}
	return root, at
}
