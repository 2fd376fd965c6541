package resolver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// mostWays is how many ways to a state are shown to choose from.
const mostWays = 20

// target is what the node's route leads to: its provide, or only its state, if the
// operator wants no call.
func (b *builder) target(n *node) spec.Path {
	k := Key{Node: n.ID, Kind: AskCall}
	a, ok := b.answers[k]
	if !ok || !n.top() {
		return n.Provide.Path
	}
	b.used[k] = true
	q := &Question{Key: k, Status: OK, Source: a.source(), Value: a.shown(), Host: n.Host, Path: n.Provide.Path, Optional: true,
		Var:         spec.Variable{Name: "call", Label: "Call " + n.Provide.Path.Provide(), Type: spec.Type{Kind: spec.KindBool}, Expert: true},
		Suggestions: []Suggestion{{Value: true, Why: "default"}}}
	n.items = append(n.items, item{q: q})
	v, err := a.as(q.Var)
	if err != nil {
		b.wrong(q, err.Error(), "")
		return n.Provide.Path
	}
	if q.Value = v; v == false {
		n.Uncalled = true
		return n.Provide.Path.Cut(3)
	}
	return n.Provide.Path
}

// way asks which of several ways the node goes to its state, and gives the index of it: 0
// is the first. There is no question where there is one way only, unless it was answered.
func (b *builder) way(n *node, from []string) (int, *Question) {
	k := Key{Node: n.ID, Kind: AskPath}
	a, answered := b.answer(k)
	var options []Option
	if b.forks(n) && !slices.Contains(from, n.Provide.Path.State()) {
		f, ok := b.fact(Need{Kind: NeedPaths, Host: n.Host, Optional: true,
			Paths: spec.PathsQuery{State: n.Provide.Path.Cut(3), From: from, Most: mostWays}})
		if ok && f.Err == nil && len(f.Paths.Paths) > 1 {
			options = wayOptions(f.Paths)
		}
	}
	if !answered && options == nil {
		return 0, nil
	}
	q := &Question{Key: k, Status: OK, Source: Default, Value: 0, Host: n.Host, Optional: true, Options: options,
		Path: n.Provide.Path.Cut(3), Suggestions: []Suggestion{{Value: 0, Why: "the first way"}},
		Var: spec.Variable{Name: "path", Label: "Way to " + n.Provide.Path.State(), Type: spec.Type{Kind: spec.KindInt}, Expert: true}}
	n.items = append(n.items, item{q: q})
	if !answered {
		return 0, q
	}
	q.Source, q.Value = a.source(), a.shown()
	v, err := a.as(q.Var)
	if err != nil {
		b.wrong(q, err.Error(), "")
		return 0, q
	}
	q.Value = v
	index, _ := v.(int)
	return index, q
}

// forks reports whether some state of the node's lifecycle leads to several others on its
// host: else there is one way to each.
func (b *builder) forks(n *node) bool {
	s := b.now[n.Host][n.Provide.Path.Lifecycle()]
	if s == nil {
		return false
	}
	for i, t := range s.Transitions {
		if slices.ContainsFunc(s.Transitions[:i], func(x [2]string) bool { return x[0] == t[0] }) {
			return true
		}
	}
	return false
}

func wayOptions(p spec.Paths) []Option {
	out := make([]Option, len(p.Paths))
	for i, steps := range p.Paths {
		names := make([]string, len(steps))
		for j, s := range steps {
			names[j] = string(s.Action) + " " + s.State
		}
		out[i] = Option{Value: i, Note: strings.Join(names, ", ")}
	}
	if p.More {
		out[len(out)-1].Note += fmt.Sprintf("; there are more than %d ways", len(out))
	}
	return out
}
