package resolver

import (
	"slices"

	"github.com/armonic/armonic/spec"
)

// linkScopes notes, for each variable, the same-named one nearest in scope, and for
// that the first one that takes its value from it, so that what is typed below is
// also what the requirer sees.
func (b *builder) linkScopes() {
	for _, v := range b.vars {
		v.outer = v.nearestInScope()
		if o := v.outer; o != nil && o.inner == nil && v.role != roleReturn && o.node != v.node {
			o.inner = v
		}
	}
}

// nearestInScope is the same-named variable nearest in scope: in the same set first,
// then in the sets that lead to the node, from the requirer upwards.
func (v *variable) nearestInScope() *variable {
	if v.FromXPath != "" || v.ofEnter() && v.Name != spec.HostVariable {
		return nil
	}
	n := v.node
	if v.child != nil {
		n = v.child
	}
	for ; n != nil; n = n.parent {
		for _, w := range slices.Backward(n.leading) {
			if w.Name == v.Name && w != v {
				return w
			}
		}
	}
	return nil
}

// chain is what is in scope of v, nearest first.
func (v *variable) chain() []*variable {
	var out []*variable
	for w := v.outer; w != nil && len(out) < maxDepth; w = w.outer {
		out = append(out, w)
		if w == v {
			break
		}
	}
	return out
}

// bound is the parent's variable that its require binds v to, nil if none.
func (v *variable) bound() *variable {
	if v.role == roleReturn || v.role == roleHost {
		return nil
	}
	ref, ok := v.node.Via.Require.Bind[v.Name]
	if !ok {
		return nil
	}
	return v.node.parentVariable(ref)
}
