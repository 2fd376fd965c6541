package resolver

import (
	"cmp"
	"maps"
	"slices"

	"github.com/armonic/armonic/spec"
)

// Resolve computes the deployment of what root matches. It never fails: what is
// missing or wrong is in the Result. Equal arguments give equal results.
func Resolve(root spec.Pattern, facts Facts, answers Answers) *Result {
	in := newInput(facts, answers)
	t := newTree(in, root)
	v := newValues(in, t)
	c := newChecked(newCalls(v))
	res := &Result{
		Root:      t.root.Node,
		Questions: newQuestions(c),
		Needs:     in.needs,
		Problems:  findProblems(c),
		Unused:    in.unused(),
	}
	res.nodes, res.questions = make(map[NodeID]*Node, len(t.nodes)), make(map[Key]int, len(res.Questions))
	for i := range res.Questions {
		res.questions[res.Questions[i].Key] = i
	}
	for _, n := range t.nodes {
		res.Nodes = append(res.Nodes, n.Node)
		res.nodes[n.ID] = n.Node
	}
	if c.learned() && len(res.Blockers()) == 0 {
		res.Plan = newPlan(c)
	}
	return res
}

// input is what Resolve is given. It notes which answers were asked for and which
// facts are lacking.
type input struct {
	facts   Facts
	answers Answers
	hosts   []spec.Host // all that are known, sorted
	used    map[Key]bool
	needed  map[NeedKey]bool
	planned map[spec.Host]map[string][]string // stacks that the deployment has moved so far, by lifecycle
	needs   []Need
}

func newInput(facts Facts, answers Answers) *input {
	return &input{facts: facts, answers: answers, hosts: slices.Sorted(maps.Keys(facts.Hosts)),
		used: map[Key]bool{}, needed: map[NeedKey]bool{}, planned: map[spec.Host]map[string][]string{}}
}

// answer looks an answer up and marks it as used.
func (in *input) answer(k Key) (Answer, bool) {
	a, ok := in.answers[k]
	if ok {
		in.used[k] = true
	}
	return a, ok
}

// fact gives the fact that meets a need, or notes the need.
func (in *input) fact(n Need) (Fact, bool) {
	k := n.Key()
	f, ok := in.facts.Learned[k]
	if !ok && !in.needed[k] {
		in.needed[k] = true
		if n.Kind == NeedRoute {
			n.Route.Below, n.Route.Stacks = true, maps.Clone(in.planned[n.Host])
		}
		in.needs = append(in.needs, n)
	}
	return f, ok
}

// unused lists the answers that nothing asked for, sorted.
func (in *input) unused() []Key {
	var out []Key
	for k := range in.answers {
		if !in.used[k] {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, CompareKeys)
	return out
}

// CompareKeys orders keys by node, kind and name.
func CompareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}
