package resolver

import (
	"strings"

	"github.com/armonic/armonic/spec"
)

// role says what a variable is in its require.
type role int

const (
	roleSimple role = iota // given by the operator
	roleArg                // what the requirer wishes for the provider's variables
	roleReturn             // what the provider's call returns
	roleHost               // where an external require is met
)

// variable is one variable of one set of a require of a node.
type variable struct {
	spec.Variable
	node    *node
	ask     *ask
	require *spec.Require
	set     int
	role    role
	rel     string      // "Lifecycle/State/provide/require[set]/variable"
	child   *node       // of remote requires: the node that meets this set
	mates   []*variable // of remote requires: all variables of this set

	near    *variable // same-named variable in scope, nil if none
	nearSet bool
	reverse *variable // the first variable whose near this is
	value   value
	state   int // 0 not evaluated, 1 in evaluation, 2 evaluated
}

// scope is the list of remote variables that lead to a node, nearest first.
type scope struct {
	up   *scope
	vars []*variable
}

func (b *builder) newVariable(n *node, a *ask, r *spec.Require, set int, v spec.Variable, ro role) *variable {
	x := &variable{Variable: v, node: n, ask: a, require: r, set: set, role: ro}
	x.rel = strings.Join([]string{n.Provide.Path.Lifecycle(), a.state, a.provide, spec.Indexed(r.Name, set), v.Name}, "/")
	b.vars = append(b.vars, x)
	if b.byRel[x.rel] == nil {
		b.byRel[x.rel] = x
	}
	if _, ok := b.answers[Key{Node: n.ID, Kind: AskValue, Name: x.rel}]; ok {
		b.given[x.rel] = append(b.given[x.rel], x)
	}
	return x
}

func (v *variable) path() spec.Path { return spec.Path("/" + string(v.node.Host) + "/" + v.rel) }

// key is where the operator's value is found.
func (v *variable) key() Key {
	if v.role == roleReturn && v.child.Unmanaged {
		return Key{Node: v.child.ID, Kind: AskReturn, Name: v.Name}
	}
	return Key{Node: v.node.ID, Kind: AskValue, Name: v.rel}
}

// special says that the variable belongs to entering a state: nothing in scope
// suggests its value, except a host.
func (v *variable) special() bool { return v.ask.provide == string(spec.Enter) }

// nearest is the same-named variable nearest in scope: in the same set first, then
// in the sets that lead to the node, from the requirer upwards.
func (v *variable) nearest() *variable {
	if v.nearSet {
		return v.near
	}
	v.nearSet = true
	if v.FromXPath != "" || v.special() && v.Name != spec.HostVariable {
		return nil
	}
	if w := lastNamed(v.mates, v.Name, v); w != nil {
		v.near = w
		return w
	}
	for s := v.node.scope; s != nil; s = s.up {
		if w := lastNamed(s.vars, v.Name, v); w != nil {
			v.near = w
			return w
		}
	}
	return nil
}

func lastNamed(vars []*variable, name string, not *variable) *variable {
	for i := len(vars) - 1; i >= 0; i-- {
		if vars[i].Name == name && vars[i] != not {
			return vars[i]
		}
	}
	return nil
}

// bindReverse notes, for each variable, the first one that takes its value from
// it, so that what is typed below is also what the requirer sees.
func (b *builder) bindReverse() {
	for _, v := range b.vars {
		if n := v.nearest(); n != nil && n.reverse == nil && v.role != roleReturn && n.node != v.node {
			n.reverse = v
		}
	}
}

// bound is the requirer's variable that its require binds v to, nil if none.
func (v *variable) bound() *variable {
	if v.role == roleReturn || v.role == roleHost {
		return nil
	}
	ref, ok := v.node.Via.Require.Bind[v.Name]
	if !ok {
		return nil
	}
	return v.node.requirer(ref)
}

// requirer finds "require.variable" at the node's requirer: in the provide that
// requires the node, else in any other it calls on the way.
func (n *node) requirer(ref string) *variable {
	req, name, ok := strings.Cut(ref, ".")
	if !ok || n.up == nil {
		return nil
	}
	var other *variable
	for _, v := range n.up.vars {
		if v.require.Name != req || v.Name != name {
			continue
		}
		if v.ask.state == n.Via.State && v.ask.provide == n.Via.Provide {
			return v
		}
		if other == nil {
			other = v
		}
	}
	return other
}

// shadowed reports whether the variable is not asked, because one below it is
// asked in its place (or will be, once the child is known).
func (v *variable) shadowed() bool {
	return v.role == roleArg && !v.child.Unmanaged && (v.reverse != nil || !v.child.ready)
}
