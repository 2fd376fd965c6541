package deploy

import (
	"cmp"
	"maps"
	"slices"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// PlanDiff is what differs between two plans, a and b, for the same fleet.
type PlanDiff struct {
	Hosts  []HostDiff  `json:"hosts"`  // that only one of them touches
	Steps  []StepDiff  `json:"steps"`  // that only one of them does, or at another place
	Values []ValueDiff `json:"values"` // of what both do
}

// Side says in which of two plans something is.
type Side string

// The sides.
const (
	OnlyA Side = "a"
	OnlyB Side = "b"
)

// HostDiff is a host that one of two plans touches.
type HostDiff struct {
	In   Side      `json:"in"`
	Host spec.Host `json:"host"`
}

// StepDiff is a step that one of two plans does.
type StepDiff struct {
	In        Side           `json:"in"`
	Host      spec.Host      `json:"host"`
	Lifecycle string         `json:"lifecycle"`
	Step      string         `json:"step"`             // "enter Configured", "call Active.start"
	Values    map[string]any `json:"values,omitempty"` // by require/variable; secrets hidden
}

// ValueDiff is a value that a step is given in both plans, but not the same.
type ValueDiff struct {
	Path spec.Path `json:"path"` // of the variable
	A    any       `json:"a"`    // null if there is none; secrets hidden
	B    any       `json:"b"`
}

// Same reports whether nothing differs.
func (d *PlanDiff) Same() bool { return len(d.Hosts)+len(d.Steps)+len(d.Values) == 0 }

// DiffPlans compares the plans of two results, which must have some. Secrets that are made at
// random count as the same, and values that calls return as those of the same calls.
func DiffPlans(a, b *resolver.Result) PlanDiff {
	out := PlanDiff{Hosts: []HostDiff{}, Steps: []StepDiff{}, Values: []ValueDiff{}}
	pa, pb := newComparable(a), newComparable(b)
	out.diffHosts(pa.hosts, OnlyA, pb.hosts)
	out.diffHosts(pb.hosts, OnlyB, pa.hosts)
	services := map[spec.Path]bool{}
	for _, p := range []*comparablePlan{pa, pb} {
		for s := range p.steps {
			services[s] = true
		}
	}
	for _, s := range slices.Sorted(maps.Keys(services)) {
		out.diffSteps(s, pa.steps[s], pb.steps[s])
	}
	return out
}

func (d *PlanDiff) diffHosts(hosts []spec.Host, in Side, others []spec.Host) {
	for _, h := range hosts {
		if !slices.Contains(others, h) {
			d.Hosts = append(d.Hosts, HostDiff{in, h})
		}
	}
}

// diffSteps compares the steps of a lifecycle on a host.
func (d *PlanDiff) diffSteps(service spec.Path, a, b []plannedStep) {
	only := func(in Side, x plannedStep) {
		d.Steps = append(d.Steps, StepDiff{in, service.Host(), service.Lifecycle(), x.step.Name(), x.named()})
	}
	same := longestCommon(a, b)
	i, j := 0, 0
	for _, pair := range append(same, [2]int{len(a), len(b)}) {
		for ; i < pair[0]; i++ {
			only(OnlyA, a[i])
		}
		for ; j < pair[1]; j++ {
			only(OnlyB, b[j])
		}
		if i < len(a) && j < len(b) {
			d.diffValues(service.Join(a[i].step.State, a[i].step.ProvideName()), a[i].values, b[j].values)
		}
		i, j = i+1, j+1
	}
}

func (d *PlanDiff) diffValues(at spec.Path, a, b map[string]any) {
	names := map[string]bool{}
	for _, m := range []map[string]any{a, b} {
		for name := range m {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !value.Equal(a[name], b[name]) {
			d.Values = append(d.Values, ValueDiff{at.Join(name), hidden(a[name]), hidden(b[name])})
		}
	}
}

// longestCommon pairs the indexes of the longest sequence of steps that both lists have.
func longestCommon(a, b []plannedStep) [][2]int {
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	equal := func(i, j int) bool { return a[i].step.Name() == b[j].step.Name() }
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if length[i][j] = max(length[i+1][j], length[i][j+1]); equal(i, j) {
				length[i][j] = length[i+1][j+1] + 1
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case equal(i, j):
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// comparablePlan is a plan without what differs by chance.
type comparablePlan struct {
	hosts []spec.Host
	steps map[spec.Path][]plannedStep // by /host/Lifecycle, in order
}

type plannedStep struct {
	step   *spec.Step
	values map[string]any // by require[set]/variable
}

// named are the values of a step that may be shown.
func (s *plannedStep) named() map[string]any {
	out := map[string]any{}
	for name, x := range s.values {
		out[name] = hidden(x)
	}
	return out
}

// hidden is a value of which secrets are hidden.
func hidden(x any) any {
	y, _ := value.Map(x, func(leaf any) (any, error) {
		if _, secret := leaf.(value.Secret); secret {
			return value.Hidden, nil
		}
		return leaf, nil
	})
	return y
}

func newComparable(res *resolver.Result) *comparablePlan {
	p := &comparablePlan{hosts: slices.Sorted(slices.Values(res.Plan.Hosts)), steps: map[spec.Path][]plannedStep{}}
	random := map[spec.Path]bool{}
	for i := range res.Questions {
		if q := &res.Questions[i]; q.Source == resolver.Generated {
			random[q.Path] = true
		}
	}
	for i := range res.Plan.Tasks {
		t := &res.Plan.Tasks[i]
		service := spec.MakePath(t.Host, t.Lifecycle)
		for j := range t.Steps {
			s := &t.Steps[j]
			values := map[string]any{}
			for require, sets := range s.Inputs {
				for set, vars := range sets {
					for name, x := range vars {
						rel := spec.Indexed(require, set) + "/" + name
						values[rel] = stable(res, x)
						if random[service.Join(s.State, s.ProvideName(), rel)] {
							values[rel] = "(made at random)"
						}
					}
				}
			}
			p.steps[service] = append(p.steps[service], plannedStep{s, values})
		}
	}
	return p
}

// stable gives what calls will return by the call rather than by the node of the tree.
func stable(res *resolver.Result, x any) any {
	y, _ := value.Map(x, func(leaf any) (any, error) {
		d, deferred := leaf.(value.Deferred)
		if !deferred {
			return leaf, nil
		}
		if n := res.Node(resolver.NodeID(d.Node)); n != nil {
			return "(" + d.Name + " from " + cmp.Or(string(n.Provide.Path), d.Node) + ")", nil
		}
		return leaf, nil
	})
	return y
}
