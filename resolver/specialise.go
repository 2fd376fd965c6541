package resolver

import (
	"fmt"

	"github.com/armonic/armonic/spec"
)

// specialise chooses the provide among those that match.
func (b *builder) specialise(n *node) bool {
	f, ok := b.fact(Need{Kind: NeedProvides, Host: n.Host, Pattern: n.Pattern})
	if !ok {
		n.Pending = true
		return false
	}
	if f.Err != nil {
		b.refuseErr(n, f.Err)
		return false
	}
	k := Key{Node: n.ID, Kind: AskChoose}
	a, answered := b.answers[k]
	switch {
	case len(f.Provides) == 0:
		b.refuse(n, fmt.Sprintf("%s offers nothing that matches %s", n.Host, n.Pattern), "choose another host")
		return false
	case len(f.Provides) == 1 && !answered:
		n.Provide = f.Provides[0]
		return true
	}
	return b.choose(n, k, a, answered, f.Provides)
}

func (b *builder) choose(n *node, k Key, a Answer, answered bool, matches []spec.Provide) bool {
	q := &Question{Key: k, Host: n.Host, Status: Missing, Path: spec.Path(n.Pattern),
		Var: spec.Variable{Name: "provide", Label: "Which " + string(n.Pattern), Type: spec.Type{Kind: spec.KindStr}}}
	for _, p := range matches {
		q.Options = append(q.Options, Option{Value: p.Path.Relative(), Note: p.Label})
	}
	n.items = append(n.items, item{q: q})
	if !answered {
		return false
	}
	b.used[k] = true
	q.Source, q.Value = a.source(), a.shown()
	for _, p := range matches {
		if p.Path.Relative() == a.Value {
			q.Status, n.Provide = OK, p
			return true
		}
	}
	q.Status = Wrong
	q.Problem = fmt.Sprintf("%s does not offer %v", n.Host, a.Value)
	q.Hint = "choose one of those that match " + string(n.Pattern)
	b.problem(Problem{Node: n.ID, Key: k, Msg: q.Problem, Hint: q.Hint})
	return false
}
