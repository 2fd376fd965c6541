package resolver

import (
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// checked are calls, and what agents say of them.
type checked struct {
	*calls
	faults map[*node][]Problem // that agents found
}

// newChecked has agents check the nodes whose values are complete and of which they know more than
// their types say. Node.Pending is set where they have not answered yet.
func newChecked(c *calls) *checked {
	out := &checked{calls: c, faults: map[*node][]Problem{}}
	for _, n := range c.tree.ordered {
		if n.CalledAs == nil && c.valuesKnown(n) && !n.misplaced() && len(n.Steps) > 0 && !n.incomplete() && n.validates() {
			out.faults[n] = out.check(n)
		}
	}
	return out
}

// misplaced reports whether the question that placed the node is wrong.
func (n *node) misplaced() bool { return n.placed != nil && n.placed.Status == Wrong }

// incomplete reports whether it is not known how often, or where, what the node requires is
// provided: its agent would miss all of that.
func (n *node) incomplete() bool {
	return slices.ContainsFunc(n.items, func(it item) bool { return it.q != nil && it.q.Required() })
}

// validates reports whether the node's agent may refuse values of their types: its module
// has a function for that, or secrets are to stay what they were, and are known to it only.
func (n *node) validates() bool {
	return slices.ContainsFunc(n.vars, func(v *variable) bool { return v.Validates || v.Hidden() })
}

func (c *checked) check(n *node) []Problem {
	w := spec.Work{Lifecycle: n.Provide.Path.Lifecycle(), From: n.from, Steps: n.Steps}
	f, ok := c.fact(Need{Kind: NeedCheck, Host: n.Host, Work: w, digest: workDigest(w)})
	switch {
	case !ok:
		n.Pending = true
		return nil
	case f.Err != nil:
		return []Problem{{Node: n.ID, Path: n.Provide.Path,
			Msg: fmt.Sprintf("%s could not check the values: %s", n.Host, f.Err.Msg), Hint: f.Err.Hint}}
	}
	var out []Problem
	for _, p := range f.Problems {
		x := Problem{Node: n.ID, Path: p.Path, Msg: p.Msg, Hint: p.Hint}
		if v := c.seen(n, p.Path.Relative()); v != nil {
			x.Key = v.key()
		}
		out = append(out, x)
	}
	return out
}

// seen finds a variable that the operator sees, nil if there is none.
func (c *checked) seen(n *node, rel string) *variable {
	for _, v := range n.vars {
		if v.rel == rel && c.visible(v) {
			return v
		}
	}
	return nil
}

// workDigest identifies work, to ask an agent about it once.
func workDigest(w spec.Work) string {
	all := []any{w.Lifecycle, w.From}
	for _, s := range w.Steps {
		all = append(all, string(s.Action), s.State, s.Provide, s.Inputs)
	}
	return value.Digest(all)
}
