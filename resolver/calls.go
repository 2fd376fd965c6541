package resolver

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// calls is what is done at each node. Node.Steps, Node.CalledAs and Node.Returned are
// filled. Values have what calls returned put in.
type calls struct {
	*values
	typed map[returned]sourced // what calls returned, in the type of the variable that takes it
}

// returned is the value that a variable takes of what a node's call returned.
type returned struct {
	by NodeID
	v  *variable
}

// newCalls fills the steps of all nodes and finds those that are wanted more than
// once: the same provide on the same host with equal values and equal children, with
// no state left to enter. It is called once, as the first of them, unless the module
// says each.
func newCalls(vs *values) *calls {
	c := &calls{vs, map[returned]sourced{}}
	first := map[string]*node{}
	times := map[spec.Path]int{}
	for _, n := range vs.tree.ordered {
		times[n.Provide.Path]++
	}
	for _, n := range vs.tree.ordered {
		c.fillSteps(n)
		if n.Provide.Each || n.aside() || len(n.Steps) == 0 || times[n.Provide.Path] == 1 || !c.valuesKnown(n) {
			continue
		}
		k := c.callKey(n)
		switch f := first[k]; {
		case f == nil:
			first[k] = n
		case len(n.Steps) == 1:
			n.CalledAs = f.Node
		}
	}
	for _, n := range vs.tree.nodes {
		n.Returned = c.facts.Returns[called(n.Node).ID]
		requiredBy(n.Node)
	}
	return c
}

// called is the node as which n is called.
func called(n *Node) *Node {
	if n.CalledAs != nil {
		return n.CalledAs
	}
	return n
}

// callKey is equal for nodes that one call could serve.
func (c *calls) callKey(n *node) string {
	parts := []string{string(n.Provide.Path), value.Digest(n.Steps[len(n.Steps)-1].Inputs)}
	for _, v := range n.vars { // what is taken for what calls may leave out
		if x := c.values.of(v); x.absent != nil && v.requirement.provide == n.Provide.Name() {
			parts = append(parts, v.rel, value.Digest(x.absent))
		}
	}
	if n.enteredBy != nil { // a state that was left and entered again is another one
		parts = append(parts, string(n.enteredBy.ID))
	}
	for _, c := range n.Children {
		if c.Via.State != n.Provide.Path.State() || c.Via.Provide != n.Provide.Name() {
			continue // it was needed to enter a state, not for the call
		}
		parts = append(parts, string(called(c).ID))
	}
	return strings.Join(parts, "\x00")
}

// valuesKnown reports whether no value of the node is missing or refused.
func (c *calls) valuesKnown(n *node) bool {
	for _, v := range n.vars {
		if x := c.of(v); x.problem != "" || (x.x == nil && !v.Optional || x.lacking(v)) && v.role != roleHost {
			return false
		}
	}
	return true
}

// of is the value in force, now that it is known which nodes are called as which, and
// what their calls returned.
func (c *calls) of(v *variable) sourced {
	out := c.values.of(v)
	d, deferred := out.x.(value.Deferred)
	if !deferred {
		return out
	}
	n := c.tree.byID[NodeID(d.Node)].Node
	returns, ran := c.facts.Returns[n.ID]
	if !ran && n.CalledAs != nil {
		n = n.CalledAs
		returns, ran = c.facts.Returns[n.ID]
	}
	if !ran {
		out.x = value.Deferred{Node: string(n.ID), Name: d.Name}
		return out
	}
	k := returned{n.ID, v}
	if x, ok := c.typed[k]; ok {
		return x
	}
	c.typed[k] = typedReturn(v, out, n.Provide.Path, d.Name, returns)
	return c.typed[k]
}

// typedReturn gives what a call returned under a name, in the type of the variable.
func typedReturn(v *variable, out sourced, by spec.Path, name string, returns any) sourced {
	x, isDefault, err := takeReturn(v.Variable, name, returns, out.absent)
	switch {
	case isDefault && out.absent == nil:
		out.source, out.why = Default, "default, since the call did not return it"
	case !isDefault && out.absent != nil:
		out.source, out.why = Returned, "returned by "+string(by)
	}
	if out.x = x; err != nil {
		out.x, out.problem = nil, badReturn(by, name, err)
	}
	return out
}

// fillSteps makes the steps of a node, with inputs.
func (c *calls) fillSteps(n *node) {
	for _, s := range n.Route.Steps {
		step := spec.Step{Action: s.Action, State: s.State, Provide: s.Provide, Again: s.Again}
		if s.Action != spec.Leave {
			step.Inputs = spec.Inputs{}
			if req := n.requirement(s); req != nil {
				c.fillInputs(n, req, step.Inputs)
			}
		}
		n.Steps = append(n.Steps, step)
	}
}

// requiredBy notes with the call of a node, or of the one that it is called as, which state
// of its parent requires it.
func requiredBy(n *Node) {
	p := n.Parent
	if p == nil || p.Host == "" || n.aside() {
		return
	}
	state, steps := p.Provide.Path.Cut(2).Join(n.Via.State), called(n).Steps
	for i := range steps {
		if steps[i].Action == spec.Call && !slices.Contains(steps[i].For, state) {
			steps[i].For = append(steps[i].For, state)
		}
	}
}

func (c *calls) fillInputs(n *node, req *requirement, in spec.Inputs) {
	for i := range req.requires {
		in[req.requires[i].Name] = []spec.Set{}
	}
	for _, v := range n.vars {
		if v.requirement != req {
			continue
		}
		x := c.of(v)
		if x.problem != "" {
			x = sourced{}
		}
		put(in, v, x.x)
		if x.x == nil && (x.source == You || x.source == Replayed) && (v.Default != nil || v.Generate > 0) {
			in[v.require.Name][v.set][v.Name] = nil // it was declined: the default is not meant
		}
	}
}

// put adds the set of a variable to inputs, and its value there unless that is nil.
func put(in spec.Inputs, v *variable, x any) {
	sets := in[v.require.Name]
	for len(sets) <= v.set {
		sets = append(sets, spec.Set{})
	}
	in[v.require.Name] = sets
	if x != nil {
		sets[v.set][v.Name] = x
	}
}
