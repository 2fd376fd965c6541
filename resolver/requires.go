package resolver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// maxInstances bounds how often a require can be given by a number, so that a slip
// of the finger does not make a tree of a million nodes.
const maxInstances = 1000

// name names a require of a node: "State.provide.require".
func (req *requirement) name(r *spec.Require) string {
	if req.state == "" { // of the root of several hosts, as RootHosts has it
		return ""
	}
	return req.state + "." + req.provide + "." + r.Name
}

// remote creates the children that meet a remote require, and the variables of
// each instance.
func (b *builder) remote(n *node, req *requirement, r *spec.Require) {
	base := string(n.ID.child(req.name(r)))
	times, fixed := r.Nargs.Fixed()
	switch {
	case fixed && times == 1:
		b.instance(n, req, r, NodeID(base), "", 0, 1)
	case r.Kind == spec.External:
		hosts, q := b.askHosts(n, req, r)
		roll, names, i := b.roll(n, req, r), spread(hosts), 0
		for _, size := range roll.begin(hosts) {
			ids := make([]NodeID, size)
			for j := range ids {
				ids[j] = NodeID(base + "[" + names[i+j] + "]")
			}
			roll.around(roll.how.Drain, ids, hosts[i:], func(c *Node, id NodeID) { c.Drains = id })
			for j, id := range ids {
				c := b.instance(n, req, r, id, hosts[i+j], i+j, len(hosts))
				c.placed = q
				roll.met(c)
			}
			roll.around(roll.how.Enable, ids, hosts[i:], func(c *Node, id NodeID) { c.Enables = id })
			i += size
		}
		roll.end()
	default:
		count := b.askCount(n, req, r)
		roll := b.roll(n, req, r)
		for i := range count {
			roll.met(b.instance(n, req, r, NodeID(fmt.Sprintf("%s[%d]", base, i)), "", i, count))
		}
		roll.end()
	}
}

// spread gives each of some hosts a name of its own: one that is there twice counts.
func spread(hosts []spec.Host) []string {
	out := make([]string, len(hosts))
	seen := map[spec.Host]int{}
	for i, h := range hosts {
		if out[i] = string(h); seen[h] > 0 {
			out[i] = fmt.Sprintf("%s#%d", h, seen[h]+1)
		}
		seen[h]++
	}
	return out
}

// instance creates one child of a remote require, and builds it.
func (b *builder) instance(n *node, req *requirement, r *spec.Require, id NodeID, h spec.Host, i, of int) *node {
	via := Via{State: req.state, Provide: req.provide, Require: *r, Index: i, Of: of}
	var vars []*variable
	for _, v := range r.Variables() {
		role := roleArg
		if slices.ContainsFunc(r.Returns, func(w spec.Variable) bool { return w.Name == v.Name }) {
			role = roleReturn
		}
		if r.Kind == spec.External && v.Name == spec.HostVariable {
			role = roleHost
		}
		vars = append(vars, b.newVariable(n, req, r, i, v, role))
	}
	c := b.newNode(id, n, via, r.Pattern)
	c.Host = h
	if r.Kind == spec.Local {
		c.Host = n.Host
		c.placed = n.placed
	}
	for _, v := range vars {
		v.child = c
	}
	c.leading = vars
	req.children = append(req.children, c)
	n.vars = append(n.vars, vars...)
	b.build(c)
	return c
}

// simple creates the variables of a simple require, set by set.
func (b *builder) simple(n *node, req *requirement, r *spec.Require) {
	for i := range b.askCount(n, req, r) {
		for _, v := range r.Vars {
			n.vars = append(n.vars, b.newVariable(n, req, r, i, v, roleSimple))
		}
	}
}

func (b *builder) newVariable(n *node, req *requirement, r *spec.Require, set int, v spec.Variable, ro role) *variable {
	x := &variable{Variable: v, index: len(b.vars), node: n, requirement: req, require: r, set: set, role: ro}
	x.rel = strings.Join([]string{n.Provide.Path.Lifecycle(), req.state, req.provide, spec.Indexed(r.Name, set), v.Name}, "/")
	b.vars = append(b.vars, x)
	if b.byRel[x.rel] == nil {
		b.byRel[x.rel] = x
	}
	if a, ok := b.answers[Key{Node: n.ID, Kind: AskValue, Name: x.rel}]; ok {
		x.answer = &a
		b.given[x.rel] = append(b.given[x.rel], x)
	}
	return x
}

// requireQuestion asks something about a require of a node.
func (b *builder) requireQuestion(n *node, req *requirement, r *spec.Require, kind Kind, t spec.TypeKind) *Question {
	nargs := r.Nargs.Norm()
	q := &Question{Key: Key{Node: n.ID, Kind: kind, Name: req.name(r)}, Host: n.Host, Min: nargs.Min, Max: nargs.Max,
		Path: n.Provide.Path.Cut(2).Join(req.state, req.provide, r.Name),
		Var:  spec.Variable{Name: r.Name, Label: r.Label, Help: r.Help, Type: spec.Type{Kind: t}}}
	if n.Several {
		q.Path = spec.Path(n.Pattern)
	}
	n.items = append(n.items, item{q: q})
	return q
}

// askHosts asks how often an external require is met, and where.
func (b *builder) askHosts(n *node, req *requirement, r *spec.Require) ([]spec.Host, *Question) {
	nargs := r.Nargs.Norm()
	q := b.requireQuestion(n, req, r, AskHosts, spec.KindHosts)
	q.Status = Missing
	if q.Var.Label == "" {
		q.Var.Label = "Hosts for " + string(r.Pattern)
	}
	q.Options = b.hostOptions(r.Pattern)
	if nargs.Min == 0 && nargs.Max == 1 {
		q.Status, q.Source, q.Value = OK, Default, []spec.Host{}
		q.Suggestions = []Suggestion{{Value: []spec.Host{}, Why: "it is optional"}}
	}
	a, ok := b.answer(q.Key)
	if !ok {
		return nil, q
	}
	q.Source, q.Value, q.Status = a.source(), a.shown(), OK
	hosts, ok := a.Hosts()
	if !ok {
		b.wrong(q, fmt.Sprintf("%s needs a list of hosts, has %v", r.Name, a.Value), "")
		return nil, q
	}
	if err := nargs.Check(len(hosts)); err != nil {
		b.wrong(q, fmt.Sprintf("%s %v", r.Name, err), "")
		return nil, q
	}
	good := make([]spec.Host, 0, len(hosts))
	for _, x := range hosts {
		h, kind, bad := b.host(x, !b.unmanagedAt(n, q.Key.Name, x))
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
	id := n.ID.child(name + "[" + string(h) + "]")
	if n.Several {
		id = NodeID(string(n.ID) + "[" + string(h) + "]")
	}
	a, ok := b.answers[Key{Node: id, Kind: AskManage}]
	if !ok {
		return false
	}
	managed, err := a.as(manageVariable())
	return err == nil && managed == false
}

// askCount asks how often a local or a simple require is given, unless that is fixed.
// The default is as often as values were given for, at least the minimum.
func (b *builder) askCount(n *node, req *requirement, r *spec.Require) int {
	if times, fixed := r.Nargs.Fixed(); fixed {
		return times
	}
	q := b.requireQuestion(n, req, r, AskCount, spec.KindInt)
	q.Status, q.Source, q.Value = OK, Default, b.setsGiven(n, req, r)
	count, _ := q.Value.(int)
	if a, ok := b.answer(q.Key); ok {
		q.Source, q.Value = a.source(), a.shown()
		var err error
		if count, err = a.count(q.Var, r.Nargs.Norm()); err != nil {
			b.wrong(q, err.Error(), "")
		} else {
			q.Value = count
		}
	}
	q.Suggestions = []Suggestion{{Value: count, Why: "default"}}
	return count
}

// count reads an answer as a number of instances; 0 with an error.
func (a Answer) count(v spec.Variable, nargs spec.Nargs) (int, error) {
	x, err := a.as(v)
	if err != nil {
		return 0, err
	}
	n, _ := x.(int)
	err = nargs.Check(n)
	if n > maxInstances {
		err = fmt.Errorf("takes at most %d here, has %d", maxInstances, n)
	}
	if err != nil {
		return 0, fmt.Errorf("%s %w", v.Name, err)
	}
	return n, nil
}

// setsGiven is for how many sets of a require values were given.
func (b *builder) setsGiven(n *node, req *requirement, r *spec.Require) int {
	nargs := r.Nargs.Norm()
	times := nargs.Min
	prefix := strings.Join([]string{n.Provide.Path.Lifecycle(), req.state, req.provide, ""}, "/")
	for k := range b.answers {
		if k.Node != n.ID || k.Kind != AskValue || !strings.HasPrefix(k.Name, prefix) {
			continue
		}
		first, _, _ := strings.Cut(k.Name[len(prefix):], "/")
		if require, set := spec.SplitIndex(first); require == r.Name {
			times = max(times, min(set+1, nargs.Max, maxInstances))
		}
	}
	return times
}
