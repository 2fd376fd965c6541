package resolver

import (
	"fmt"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// checks is what agents say of the values of nodes. Nodes about which nothing was
// asked are not in it.
type checks map[*node]*check

// check is what an agent says of one node.
type check struct {
	pending bool
	faults  []fault
}

// fault is something that an agent found wrong; v is nil unless it is about a
// variable that the operator sees.
type fault struct {
	v *variable
	Problem
}

// newChecks has agents check the nodes whose values are complete, or takes what they
// said. Node.Pending is set where they have not said it yet.
func newChecks(in *input, c *calls) checks {
	out := checks{}
	for _, n := range c.tree.ordered {
		if n.CalledAs == nil && c.valuesKnown(n) && !n.misplaced() {
			out[n] = in.check(n)
		}
	}
	return out
}

// misplaced reports whether the question that placed the node is wrong.
func (n *node) misplaced() bool { return n.placed != nil && n.placed.Status == Wrong }

func (in *input) check(n *node) *check {
	w := spec.Work{Lifecycle: n.Provide.Path.Lifecycle(), From: n.from, Steps: n.Steps}
	f, ok := in.fact(Need{Kind: NeedCheck, Host: n.Host, Work: w, digest: workDigest(w)})
	if !ok {
		n.Pending = true
		return &check{pending: true}
	}
	out := &check{}
	if f.Err != nil {
		out.faults = []fault{{Problem: Problem{Node: n.ID, Path: n.Provide.Path,
			Msg: fmt.Sprintf("%s could not check the values: %s", n.Host, f.Err.Msg), Hint: f.Err.Hint}}}
		return out
	}
	for _, p := range f.Problems {
		x := fault{Problem: Problem{Node: n.ID, Path: p.Path, Msg: p.Msg, Hint: p.Hint}}
		if x.v = n.seen(p.Path.Relative()); x.v != nil {
			x.Key = x.v.key()
		}
		out.faults = append(out.faults, x)
	}
	return out
}

// seen finds a variable that the operator sees, nil if there is none.
func (n *node) seen(rel string) *variable {
	for _, v := range n.vars {
		if v.rel == rel && v.visible() {
			return v
		}
	}
	return nil
}

// of lists what is wrong with a variable, and whether the agent is still to say.
func (c checks) of(v *variable) (pending bool, faults []fault) {
	x := c[v.node]
	if x == nil {
		return false, nil
	}
	for _, f := range x.faults {
		if f.v == v {
			faults = append(faults, f)
		}
	}
	return x.pending, faults
}

// workDigest identifies work, to ask an agent about it once.
func workDigest(w spec.Work) string {
	all := []any{w.Lifecycle, w.From}
	for _, s := range w.Steps {
		all = append(all, string(s.Action), s.State, s.Provide, s.Inputs)
	}
	return value.Digest(all)
}
