package resolver

import "github.com/armonic/armonic/spec"

// linkScopes notes, for each variable, the same-named one nearest in scope, which is in
// the sets that lead to the node, from the requirer upwards; and for that the last one below
// that sees it, so that what is typed or returned below is also what the requirer sees. What
// is below comes before what is above.
func (b *builder) linkScopes() { b.link(b.root, map[string][]*variable{}) }

func (b *builder) link(n *node, scope map[string][]*variable) {
	for _, w := range n.leading {
		scope[w.Name] = append(scope[w.Name], w)
	}
	for _, v := range n.vars {
		if same := scope[v.Name]; len(same) > 0 && v.seesScope() {
			v.outer, v.outermost = same[len(same)-1], outermost(same[len(same)-1])
		}
	}
	for _, req := range n.requirements {
		for _, c := range req.children {
			b.link(c, scope)
		}
	}
	for _, v := range n.vars {
		if v.outer != nil {
			v.outer.inner = v
		}
	}
	for _, w := range n.leading {
		scope[w.Name] = scope[w.Name][:len(scope[w.Name])-1]
	}
}

// outermost is the farthest variable with a default, of one and what is in its scope.
func outermost(v *variable) *variable {
	switch {
	case v.outermost != nil:
		return v.outermost
	case v.Default != nil:
		return v
	}
	return nil
}

// seesScope reports whether what is in scope can give the value.
func (v *variable) seesScope() bool {
	return v.FromXPath == "" && (!v.ofEnter() || v.Name == spec.HostVariable)
}

// keepSecrets has secrets that are bound to those of a state that is entered again be as they
// were when it was entered before, unless somebody gives them: its agent does not tell them,
// and the agent that was given them knows them.
func (b *builder) keepSecrets() {
	for _, v := range b.vars {
		if !v.Hidden() || v.Optional {
			continue
		}
		if w := v.bound(); w != nil && w != v && w.stays() {
			v.Optional, v.Generate = true, 0
		}
	}
}

// stays reports whether a secret stays what it is.
func (v *variable) stays() bool {
	if !v.Hidden() || v.answer != nil {
		return false
	}
	if v.requirement.again {
		return true
	}
	w := v.bound()
	return w != nil && w != v && w.stays()
}

// setTo is the value that the require of the parent sets v to.
func (v *variable) setTo() (any, bool) {
	if v.role == roleReturn || v.role == roleHost || v.node.parent == nil {
		return nil, false
	}
	x, ok := v.node.Via.Require.Set[v.Name]
	return x, ok
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
