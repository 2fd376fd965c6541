package resolver

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// Batches say in which portions the instances of a require are deployed that is given
// several times: the next begins when those before it are done, and checked.
type Batches struct {
	Require string       `json:"require"` // "./Configured.enter.websites": the node, and its require
	How     spec.Rolling `json:"how"`
	Of      [][]NodeID   `json:"of"` // the nodes that meet it, batch by batch
}

// rolled are the nodes that meet a require which may be given several times.
type rolled struct {
	b       *builder
	n       *node
	req     *requirement
	require string
	name    string // of the require itself
	how     spec.Rolling
	asked   *Question // how it is rolled out, nil if that is no question
	nodes   []NodeID
	old     *spec.Applied // what the state was entered with that is entered again; nil if it is not, or all are done at once
	hosts   []spec.Host   // of the nodes
}

// roll says how a require is rolled out: as its module says, unless somebody decided
// otherwise. There is no question where neither is so.
func (b *builder) roll(n *node, req *requirement, r *spec.Require) *rolled {
	out := &rolled{b: b, n: n, req: req, require: r.Name, name: r.Name}
	if !n.Several {
		out.require = req.name(r)
	}
	k := Key{Node: n.ID, Kind: AskRoll, Name: out.require}
	a, answered := b.answer(k)
	if r.Rolling == nil && !answered {
		return out
	}
	q := b.requireQuestion(n, req, r, AskRoll, spec.KindStr)
	q.Key, q.Status, q.Source, q.Optional, q.Min, q.Max, q.Var.Expert = k, OK, Default, true, 0, 0, true
	q.Var.Label, q.Var.Help = "How "+r.Name+" are rolled out", ""
	out.asked = q
	if r.Rolling != nil {
		out.how = *r.Rolling
	}
	q.Value = out.how.String()
	q.Suggestions = []Suggestion{{Value: q.Value, Why: "default"}}
	if !answered {
		return out
	}
	text, _ := a.shown().(string)
	q.Source, q.Value = a.source(), a.shown()
	how, err := spec.ParseRolling(text)
	if err != nil {
		b.wrong(q, spec.AsError(err).Msg, spec.HintOf(err))
		return out
	}
	out.how = how.Or(out.how)
	q.Value = out.how.String()
	return out
}

// begin gives the sizes of the batches. Where a state is entered again that has them already,
// it is noted what it has.
func (r *rolled) begin(hosts []spec.Host) []int {
	sizes := r.how.Sizes(len(hosts))
	if r.hosts = hosts; len(sizes) < 2 || !r.req.again {
		return sizes
	}
	svc := r.n.service()
	if now := r.b.now[svc.host][svc.lifecycle]; now != nil {
		i := slices.IndexFunc(now.Applied, func(a spec.Applied) bool { return a.State == r.req.state })
		if i >= 0 {
			r.old = &now.Applied[i]
		}
	}
	return sizes
}

// around has a provide of the lifecycle that requires the nodes called for each of a batch,
// before or after all of these: for those that are in use.
func (r *rolled) around(provide string, ids []NodeID, hosts []spec.Host, mark func(c *Node, of NodeID)) {
	if provide == "" || r.old == nil {
		return
	}
	pattern := spec.Pattern("//" + r.n.Provide.Path.Lifecycle() + "//" + provide)
	f, ok := r.b.learn(r.n, Need{Kind: NeedProvides, Host: r.n.Host, Pattern: pattern})
	if ok && len(f.Provides) == 1 && !slices.Contains(r.b.stacks[r.n.service()], f.Provides[0].Path.State()) {
		return // it does not run
	}
	for i, id := range ids {
		if r.had(hosts[i]) == nil {
			continue
		}
		via := Via{State: r.req.state, Provide: r.req.provide, Of: 1, Require: spec.Require{Name: provide, Kind: spec.Local,
			Nargs: spec.Nargs{Min: 1, Max: 1}, Pattern: pattern, Set: map[string]any{spec.HostVariable: string(hosts[i])}}}
		c := r.b.newNode(id.child(provide), r.n, via, pattern)
		c.Host, c.placed = r.n.Host, r.asked
		mark(c.Node, id)
		r.req.children = append(r.req.children, c)
		r.b.build(c)
	}
}

// had is what the state has of a host, nil if that is new.
func (r *rolled) had(h spec.Host) spec.Set {
	if r.old == nil {
		return nil
	}
	for _, set := range r.old.Inputs[r.name] {
		if set[spec.HostVariable] == string(h) {
			return set
		}
	}
	return nil
}

// met takes a node that meets the require, and has it checked if it is known what it calls.
func (r *rolled) met(n *node) {
	r.nodes = append(r.nodes, n.ID)
	if r.how.Check == "" || n.Uncalled || !n.ready {
		return
	}
	pattern := r.how.Checks(n.Provide.Path)
	via := Via{State: r.req.state, Provide: r.req.provide, Of: 1,
		Require: spec.Require{Name: "check", Kind: spec.Local, Nargs: spec.Nargs{Min: 1, Max: 1}, Pattern: pattern}}
	c := r.b.newNode(n.ID.child("check"), r.n, via, pattern)
	c.Host, c.placed, c.Checks = n.Host, r.asked, n.Node
	r.req.children = append(r.req.children, c)
	r.b.build(c)
}

// end notes the nodes, for the plan.
func (r *rolled) end() { r.b.rolled = append(r.b.rolled, *r) }

func (r rolled) batches() Batches {
	out := Batches{Require: string(r.n.ID) + "/" + r.require, How: r.how}
	nodes := r.nodes
	for _, size := range r.how.Sizes(len(nodes)) {
		out.Of, nodes = append(out.Of, nodes[:size]), nodes[size:]
	}
	return out
}
