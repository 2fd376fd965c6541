package resolver

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// values is the value of each variable of a tree, worked out when it is first asked
// for. Values that a run will return are value.Deferred.
type values struct {
	*input
	tree  *tree
	known []sourced // by variable.index
	state []progress
	above []above
}

// progress says how far the value of a variable is.
type progress uint8

const (
	notStarted progress = iota
	underway            // asked for again, the variable depends on itself
	finished
)

// sourced is a value, and where it comes from.
type sourced struct {
	x       any // in the variable's type; value.Deferred while a run is needed; as given if refused
	source  Source
	why     string
	problem string // why it is refused, or the return is missing
	hint    string
	absent  any // of a deferred value: what is taken if the call does not return it
}

// usable reports whether there is a value, known now, that was not refused.
func (x sourced) usable() bool { return x.x != nil && !value.IsDeferred(x.x) && x.problem == "" }

func newValues(in *input, t *tree) *values {
	return &values{input: in, tree: t, known: make([]sourced, len(t.vars)), state: make([]progress, len(t.vars)), above: make([]above, len(t.vars))}
}

// of is the value in force: what is given outright, else the best suggestion.
func (vs *values) of(v *variable) sourced {
	switch vs.state[v.index] {
	case underway:
		return sourced{}
	case finished:
		return vs.known[v.index]
	case notStarted:
	}
	vs.state[v.index] = underway
	x, ok := vs.given(v)
	if !ok {
		x = vs.suggested(v)
	}
	vs.known[v.index], vs.state[v.index] = x, finished
	return x
}

// given is a value that no suggestion overrides: what a run returns, what follows
// from where nodes are, the operator's, another variable's that this one is said to
// have.
func (vs *values) given(v *variable) (sourced, bool) {
	if v.byRun() {
		return vs.returned(v), true
	}
	if x, ok := derived(v); ok {
		return x, true
	}
	if a, ok := vs.answerOf(v); ok {
		return answered(v, a), true
	}
	if v.FromXPath != "" {
		if w := vs.tree.byRel[strings.TrimLeft(v.FromXPath, "/")]; w != nil && w != v {
			return vs.copied(v, w, FromXPath, "taken from "+string(w.path()))
		}
	}
	if w := v.bound(); w != nil && w != v {
		return vs.copied(v, w, Bound, "set by "+w.owner())
	}
	if x, ok := v.setTo(); ok {
		out := sourced{x: x, source: Bound, why: "set by " + v.node.parent.Provide.Path.Lifecycle()}
		if got, err := v.Convert(x); err != nil {
			out.problem, out.hint = err.Error(), "it is "+out.why
		} else {
			out.x = got
		}
		return out, true
	}
	return sourced{}, false
}

// returned is what a call returns. What it may leave out is asked before anything runs.
func (vs *values) returned(v *variable) sourced {
	out := sourced{x: value.Deferred{Node: string(v.child.ID), Name: v.Name}, source: Returned,
		why: "returned by " + string(v.child.Provide.Path)}
	if !v.mayLack() {
		return out
	}
	out.why = string(v.child.Provide.Path) + " may not return it"
	a, ok := vs.answerOf(v)
	if !ok {
		for s := range vs.suggestions(v) {
			if !value.IsDeferred(s.Value) {
				out.source, out.absent, out.why = s.source, s.Value, s.Why+", unless "+string(v.child.Provide.Path)+" returns it"
				break
			}
		}
		return out
	}
	given := answered(v, a)
	if given.problem != "" {
		return given
	}
	out.source, out.absent = given.source, given.x
	return out
}

// mayLack reports whether a value that is needed is one that the call need not return.
func (v *variable) mayLack() bool {
	return v.byRun() && v.child.ready && v.needed() && !v.child.returns(v.Name)
}

// needed reports whether the variable cannot do without a value.
func (v *variable) needed() bool { return !v.Optional && v.Default == nil }

// returns reports whether the call of a node always returns a value.
func (n *node) returns(name string) bool {
	i := slices.IndexFunc(n.Provide.Returns, func(r spec.Variable) bool { return r.Name == name })
	return i >= 0 && !n.Provide.Returns[i].Optional
}

// uncertain reports whether v cannot take a value, since the call that is to return it may
// not do so, and v cannot do without.
func (vs *values) uncertain(v *variable, x sourced) bool {
	d, deferred := x.x.(value.Deferred)
	if !deferred || x.absent != nil || !v.needed() {
		return false
	}
	n := vs.tree.byID[NodeID(d.Node)]
	return n.ready && !n.returns(d.Name)
}

// answerOf looks up the answer to a variable.
func (vs *values) answerOf(v *variable) (Answer, bool) {
	if v.role == roleReturn && v.child.Unmanaged {
		return vs.answer(v.key())
	}
	if v.answer == nil {
		return Answer{}, false
	}
	vs.used[v.key()] = true
	return *v.answer, true
}

// answered is what the operator gave.
func answered(v *variable, a Answer) sourced {
	x, err := a.as(v.Variable)
	if err == nil {
		return sourced{source: a.source(), x: x}
	}
	x = a.shown()
	if s, ok := x.(string); ok && v.Hidden() {
		x = value.Secret(s)
	}
	return sourced{source: a.source(), x: x, problem: err.Error()}
}

// copied is the value of another variable, if that has one.
func (vs *values) copied(v, from *variable, src Source, why string) (sourced, bool) {
	got := vs.of(from)
	out := sourced{x: got.x, source: src, why: why, problem: got.problem, absent: got.absent}
	if !got.usable() {
		return out, got.x != nil && !vs.uncertain(v, out)
	}
	x, err := v.Convert(oneOf(v, from, got.x))
	if err != nil {
		out.problem, out.hint = err.Error(), "it is "+why
		return out, true
	}
	out.x = x
	return out, true
}

// oneOf makes a list of one of what another variable has that is none, where v is one.
func oneOf(v, from *variable, x any) any {
	if v.Type.Kind != spec.KindList || from.Type.Kind == spec.KindList || value.IsDeferred(x) {
		return x
	}
	return []any{x}
}

// derived is a value that follows from where nodes are.
func derived(v *variable) (sourced, bool) {
	out := sourced{source: FromHost}
	switch {
	case v.role == roleHost:
		out.why = "where it is provided"
		if v.child.Host != "" {
			out.x = string(v.child.Host)
		}
		return out, true
	case v.Type.Kind == spec.KindThisHost:
		out.why, out.x = "the host itself", string(v.node.Host)
		return out, true
	case v.Type.Kind == spec.KindFirstInstance:
		out.why, out.x = "whether it is the first of its kind", v.node.Via.Index == 0
		return out, true
	case v.Type.Kind == spec.KindHosts && v.role == roleArg:
		out.why, out.x = "all hosts of "+v.require.Name, v.requirement.hostsOf(v.require.Name)
		return out, true
	case v.Type.Kind == spec.KindHosts && v.node.parent != nil && v.node.Via.Require.Kind == spec.Local:
		out.why, out.x = "the host itself", []any{string(v.node.Host)}
		return out, true
	case v.Type.Kind == spec.KindHosts && v.node.parent != nil && v.node.Via.Require.Kind == spec.External:
		out.why, out.x = "all hosts of "+v.node.Via.Require.Name, v.node.siblingHosts()
		return out, true
	}
	return out, false
}

// hostsOf are the hosts of all instances of a require.
func (req *requirement) hostsOf(require string) []any {
	var out []any
	for _, c := range req.children {
		if c.Via.Require.Name == require && c.Host != "" {
			out = append(out, string(c.Host))
		}
	}
	return out
}

// siblingHosts are the hosts of all instances of the require that the node meets.
func (n *node) siblingHosts() []any {
	for _, req := range n.parent.requirements {
		if req.state == n.Via.State && req.provide == n.Via.Provide {
			return req.hostsOf(n.Via.Require.Name)
		}
	}
	return nil
}
