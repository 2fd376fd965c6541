package deploy

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// variableTree is a tree of all variables that are asked, or would be, and which questions
// are at each of them.
type variableTree struct {
	*names
	at    map[*query.Node][]resolver.Key
	first map[resolver.Key]resolver.Key // of sets that are not there yet: the same variable of set 0
}

// newVariableTree has the variables that are asked.
func newVariableTree(res *resolver.Result) *variableTree {
	t := &variableTree{names: newNames(), at: map[*query.Node][]resolver.Key{},
		first: map[resolver.Key]resolver.Key{}}
	for i := range res.Questions {
		q := &res.Questions[i]
		if (q.Key.Kind == resolver.AskValue || q.Key.Kind == resolver.AskReturn) && !q.Fixed {
			t.add(q.Path, q.Key)
		}
	}
	return t
}

// variableLevels are what the path of a variable goes through.
func variableLevels() []query.Kind {
	return []query.Kind{query.Location, query.Lifecycle, query.State, query.Provide, query.Require, query.Variable}
}

func (t *variableTree) add(p spec.Path, k resolver.Key) {
	parts := p.Parts()
	if len(parts) != len(variableLevels()) {
		return
	}
	n := t.names.add(variableLevels(), parts)
	t.at[n] = append(t.at[n], k)
}

var setIndex = regexp.MustCompile(`\[(\d+)\]`)

// addSets adds the sets of requires that need not be given, or may be given more often than
// they are: the first set where there is none, and those whose index a pattern has. A value
// for one of its variables makes such a set.
func (t *variableTree) addSets(res *resolver.Result, patterns []string, decided func(resolver.Key) bool) {
	var named []int
	for _, p := range patterns {
		for _, m := range setIndex.FindAllStringSubmatch(p, -1) {
			if i, err := strconv.Atoi(m[1]); err == nil && !slices.Contains(named, i) {
				named = append(named, i)
			}
		}
	}
	for i := range res.Questions {
		q := &res.Questions[i]
		count, _ := q.Value.(int)
		if q.Key.Kind != resolver.AskCount || decided(q.Key) {
			continue
		}
		vars := typedVariables(res.Node(q.Key.Node), q.Key.Name)
		if count == 0 {
			t.addSet(q, vars, 0)
		}
		for _, set := range named {
			if set > 0 && set >= count && set < q.Max {
				t.addSet(q, vars, set)
			}
		}
	}
}

func (t *variableTree) addSet(q *resolver.Question, vars []spec.Variable, set int) {
	for _, v := range vars {
		key := func(set int) (spec.Path, resolver.Key) {
			p := q.Path.Cut(4).Join(spec.Indexed(q.Var.Name, set), v.Name)
			return p, resolver.Key{Node: q.Key.Node, Kind: resolver.AskValue, Name: p.Relative()}
		}
		p, k := key(set)
		t.add(p, k)
		if _, first := key(0); set > 0 {
			t.first[k] = first
		}
	}
}

// typedVariables are the variables of a set of a node's require that people give.
func typedVariables(n *resolver.Node, require string) []spec.Variable {
	for _, s := range n.Route.Steps {
		for i := range s.Requires {
			r := &s.Requires[i]
			switch {
			case s.State+"."+s.ProvideName()+"."+r.Name != require:
			case r.Remote():
				return r.Args
			default:
				return r.Vars
			}
		}
	}
	return nil
}
