package resolver

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/spec"
)

// maxInstances bounds how often a require can be given by a number, so that a slip
// of the finger does not make a tree of a million nodes.
const maxInstances = 1000

// remote creates the children that meet a remote require, and the variables of
// each instance.
func (b *builder) remote(n *node, a *ask, r *spec.Require) {
	name := a.state + "." + a.provide + "." + r.Name
	base := string(n.ID) + "/" + name
	times, fixed := r.Nargs.Fixed()
	switch {
	case fixed && times == 1:
		b.instance(n, a, r, NodeID(base), "", 0, 1)
	case r.Kind == spec.External:
		hosts, q := b.askHosts(n, a, r, name)
		seen := map[spec.Host]int{}
		for i, h := range hosts {
			seen[h]++
			id := string(h)
			if seen[h] > 1 {
				id = fmt.Sprintf("%s#%d", h, seen[h])
			}
			b.instance(n, a, r, NodeID(base+"["+id+"]"), h, i, len(hosts)).placed = q
		}
	default:
		for i := range b.askCount(n, a, r, name) {
			b.instance(n, a, r, NodeID(fmt.Sprintf("%s[%d]", base, i)), "", i, b.count(n, name, r, a))
		}
	}
}

// instance creates one child of a remote require.
func (b *builder) instance(n *node, a *ask, r *spec.Require, id NodeID, h spec.Host, i, of int) *node {
	via := Via{State: a.state, Provide: a.provide, Require: *r, Index: i, Of: of}
	var vars []*variable
	for _, v := range r.Variables() {
		role := roleArg
		if _, isReturn := find(r.Returns, v.Name); isReturn {
			role = roleReturn
		}
		if r.Kind == spec.External && v.Name == spec.HostVariable {
			role = roleHost
		}
		vars = append(vars, b.newVariable(n, a, r, i, v, role))
	}
	c := b.newNode(id, n, via, r.Pattern)
	c.Host = h
	if r.Kind == spec.Local {
		c.Host = n.Host
		c.placed = n.placed
	}
	for _, v := range vars {
		v.child, v.mates = c, vars
	}
	c.scope = &scope{up: n.scope, vars: vars}
	a.kids = append(a.kids, c)
	n.vars = append(n.vars, vars...)
	b.build(c)
	return c
}

func find(vars []spec.Variable, name string) (spec.Variable, bool) {
	for _, v := range vars {
		if v.Name == name {
			return v, true
		}
	}
	return spec.Variable{}, false
}

// simple creates the variables of a simple require, set by set.
func (b *builder) simple(n *node, a *ask, r *spec.Require) {
	times, fixed := r.Nargs.Fixed()
	if !fixed {
		times = b.askCount(n, a, r, a.state+"."+a.provide+"."+r.Name)
	}
	for i := range times {
		for _, v := range r.Vars {
			n.vars = append(n.vars, b.newVariable(n, a, r, i, v, roleSimple))
		}
	}
}

// askHosts asks how often an external require is met, and where.
func (b *builder) askHosts(n *node, a *ask, r *spec.Require, name string) ([]spec.Host, *Question) {
	nargs := r.Nargs.Norm()
	k := Key{Node: n.ID, Kind: AskHosts, Name: name}
	q := &Question{Key: k, Host: n.Host, Status: Missing, Min: nargs.Min, Max: nargs.Max,
		Path: n.Provide.Path.Cut(2).Join(a.state, a.provide, r.Name),
		Var:  spec.Variable{Name: r.Name, Label: r.Label, Help: r.Help, Type: spec.Type{Kind: spec.KindHosts}}}
	if q.Var.Label == "" {
		q.Var.Label = "Hosts for " + string(r.Pattern)
	}
	q.Options = b.hostOptions(r.Pattern)
	if nargs.Min == 0 && nargs.Max == 1 {
		q.Status, q.Source, q.Value = OK, Default, []spec.Host{}
		q.Suggestions = []Suggestion{{Value: []spec.Host{}, Why: "it is optional"}}
	}
	n.items = append(n.items, item{q: q})
	ans, ok := b.answer(k)
	if !ok {
		return nil, q
	}
	q.Source, q.Value, q.Status = sourceOf(ans), ans.Value, OK
	hosts, ok := ans.Hosts()
	if !ok {
		b.wrong(q, fmt.Sprintf("%s needs a list of hosts, has %v", r.Name, ans.Value), "")
		return nil, q
	}
	if err := nargs.Check(len(hosts)); err != nil {
		b.wrong(q, fmt.Sprintf("%s %v", r.Name, err), "")
		return nil, q
	}
	good := make([]spec.Host, 0, len(hosts))
	for _, x := range hosts {
		h, kind, bad := b.host(x, !b.unmanagedAt(n, name, x))
		if bad != "" {
			b.wrongAs(q, kind, bad, b.knownHosts())
			continue
		}
		good = append(good, h)
	}
	return good, q
}

// unmanagedAt reports whether the first instance on a host is declared as not
// managed: then nobody needs to be reachable there.
func (b *builder) unmanagedAt(n *node, name string, h spec.Host) bool {
	id := NodeID(string(n.ID) + "/" + name + "[" + string(h) + "]")
	a, ok := b.answers[Key{Node: id, Kind: AskManage}]
	if !ok {
		return false
	}
	manage, err := spec.Variable{Name: "manage", Type: spec.Type{Kind: spec.KindBool}}.Convert(a.Value)
	return err == nil && manage == false
}

// askCount asks how often a local or a simple require is given.
func (b *builder) askCount(n *node, a *ask, r *spec.Require, name string) int {
	times, fixed := r.Nargs.Fixed()
	if fixed {
		return times
	}
	nargs := r.Nargs.Norm()
	k := Key{Node: n.ID, Kind: AskCount, Name: name}
	count := b.count(n, name, r, a)
	q := &Question{Key: k, Host: n.Host, Status: OK, Source: Default, Value: count, Min: nargs.Min, Max: nargs.Max,
		Path:        n.Provide.Path.Cut(2).Join(a.state, a.provide, r.Name),
		Var:         spec.Variable{Name: r.Name, Label: r.Label, Help: r.Help, Type: spec.Type{Kind: spec.KindInt}},
		Suggestions: []Suggestion{{Value: count, Why: "default"}}}
	n.items = append(n.items, item{q: q})
	ans, ok := b.answer(k)
	if !ok {
		return count
	}
	q.Source, q.Value = sourceOf(ans), ans.Value
	v := spec.Variable{Name: r.Name, Type: spec.Type{Kind: spec.KindInt}}
	x, err := v.Convert(ans.Value)
	if err == nil {
		err = nargs.Check(x.(int))
	}
	if err == nil && x.(int) > maxInstances {
		err = fmt.Errorf("takes at most %d here, has %d", maxInstances, x)
	}
	if err != nil {
		b.wrong(q, fmt.Sprintf("%s %v", r.Name, err), "")
		return 0
	}
	q.Value = x
	return x.(int)
}

// count is the number of sets: the answer if it is good, else as many as values
// were given for, at least the minimum.
func (b *builder) count(n *node, name string, r *spec.Require, a *ask) int {
	nargs := r.Nargs.Norm()
	if ans, ok := b.answers[Key{Node: n.ID, Kind: AskCount, Name: name}]; ok {
		v := spec.Variable{Name: r.Name, Type: spec.Type{Kind: spec.KindInt}}
		if x, err := v.Convert(ans.Value); err == nil && nargs.Check(x.(int)) == nil {
			return min(x.(int), maxInstances)
		}
		return 0
	}
	times := nargs.Min
	prefix := strings.Join([]string{n.Provide.Path.Lifecycle(), a.state, a.provide, ""}, "/")
	for k := range b.answers {
		if k.Node != n.ID || k.Kind != AskValue || !strings.HasPrefix(k.Name, prefix) {
			continue
		}
		first, _, _ := strings.Cut(k.Name[len(prefix):], "/")
		if req, set := spec.SplitIndex(first); req == r.Name {
			times = max(times, min(set+1, nargs.Max, maxInstances))
		}
	}
	return times
}

func (b *builder) wrong(q *Question, msg, hint string) { b.wrongAs(q, spec.Invalid, msg, hint) }

func (b *builder) wrongAs(q *Question, kind spec.Kind, msg, hint string) {
	q.Status = Wrong
	if q.Problem == "" {
		q.Problem, q.Hint = msg, hint
	}
	b.problem(Problem{Node: q.Key.Node, Key: q.Key, Path: q.Path, Kind: kind, Msg: msg, Hint: hint})
}
