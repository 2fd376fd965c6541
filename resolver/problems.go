package resolver

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// problems gathers all that is wrong.
type problems struct {
	*checked
	found []Problem
}

// findProblems lists what is wrong with the tree, with values, with the order of
// calls, and what agents say.
func findProblems(c *checked) []Problem {
	p := &problems{checked: c, found: c.tree.problems}
	for _, n := range c.tree.nodes {
		p.refusals(n)
	}
	done := map[NodeID]bool{}
	for _, n := range c.tree.ordered {
		p.order(n, done)
		done[n.ID] = true
		p.found = append(p.found, c.faults[n]...)
		p.differences(n)
	}
	p.versions()
	return p.found
}

// versions warns of modules that are not the same on all hosts.
func (p *problems) versions() {
	first := map[string]*node{} // by lifecycle
	warned := map[spec.Path]bool{}
	for _, n := range p.tree.ordered {
		svc, module := n.service(), n.Route.Module
		if module == "" {
			continue
		}
		other := first[svc.lifecycle]
		if other == nil {
			first[svc.lifecycle] = n
		} else if path := spec.MakePath(svc.host, svc.lifecycle); other.Route.Module != module && !warned[path] {
			warned[path] = true
			p.add(Problem{Node: n.ID, Path: path, Warning: true,
				Msg:  fmt.Sprintf("%s has another version of the module of %s than %s", n.Host, svc.lifecycle, other.Host),
				Hint: "armonic module list shows which hosts have which; armonic module push brings all to one"})
		}
	}
}

func (p *problems) add(x Problem) { p.found = append(p.found, x) }

// refusals complains of values that cannot be taken.
func (p *problems) refusals(n *node) {
	for _, it := range n.items {
		v := it.v
		if v == nil || !p.visible(v) {
			continue
		}
		x := p.of(v)
		if msg := v.refusal(x); msg != "" {
			k := v.key()
			p.add(Problem{Node: k.Node, Key: k, Path: v.path(), Msg: msg, Hint: x.hint})
		}
	}
}

// order complains of inputs that only a later call will return.
func (p *problems) order(n *node, done map[NodeID]bool) {
	for _, v := range n.vars {
		d, deferred := p.of(v).x.(value.Deferred)
		if deferred && !done[NodeID(d.Node)] && p.tree.byID[NodeID(d.Node)].ready {
			p.add(Problem{Node: n.ID, Path: v.path(),
				Msg:  fmt.Sprintf("%s needs what %s returns, but that is not called before", v.rel, d.Node),
				Hint: "in the module, declare the require that returns it first"})
		}
	}
}

// differences warns where the requirer of n sets a variable of a state that
// another node enters, or that is applied already: the first value holds.
func (p *problems) differences(n *node) {
	if n.parent == nil || len(n.Via.Require.Bind)+len(n.Via.Require.Set) == 0 {
		return
	}
	svc := n.service()
	for _, state := range p.tree.stacks[svc] {
		m := p.tree.entered[svc][state]
		if m == n {
			continue
		}
		asks := func(name string) bool {
			return slices.ContainsFunc(n.vars, func(v *variable) bool { return v.Name == name && v.role == roleSimple })
		}
		for name := range sorted(n.Via.Require.Bind) {
			w := n.parentVariable(n.Via.Require.Bind[name])
			if w == nil || asks(name) {
				continue
			}
			if wish := p.of(w); wish.usable() {
				p.difference(n, m, svc, state, name, wish.x)
			}
		}
		for name := range sorted(n.Via.Require.Set) {
			if !asks(name) {
				p.difference(n, m, svc, state, name, n.Via.Require.Set[name])
			}
		}
	}
}

func (p *problems) difference(n, m *node, svc service, state, name string, wish any) {
	var have any
	var whose string
	if m != nil {
		for _, v := range m.vars {
			if v.requirement.state == state && v.ofEnter() && v.Name == name {
				have, whose = p.of(v).x, "as "+string(m.ID)+" wants it"
			}
		}
	} else {
		have, whose = p.appliedValue(svc, state, name), "since it is applied already"
	}
	if have == nil || value.Equal(have, wish) {
		return
	}
	p.add(Problem{Node: n.ID, Path: spec.MakePath(svc.host, svc.lifecycle, state), Warning: true,
		Msg: fmt.Sprintf("%s is entered with %s = %v, %s; %s wants %v", state, name, have, whose, n.ID, wish)})
}

// appliedValue is what a state that is on the stack now was entered with.
func (p *problems) appliedValue(svc service, state, name string) any {
	for _, s := range p.facts.Learned[Need{Kind: NeedStacks, Host: svc.host}.Key()].Stacks {
		if s.Path.Lifecycle() != svc.lifecycle {
			continue
		}
		for _, a := range s.Applied {
			if a.State != state {
				continue
			}
			for req := range sorted(a.Inputs) {
				if sets := a.Inputs[req]; len(sets) > 0 && sets[0][name] != nil {
					return sets[0][name]
				}
			}
		}
	}
	return nil
}

// sorted ranges over the keys of a map in order.
func sorted[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}
