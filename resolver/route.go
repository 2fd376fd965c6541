package resolver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// mostDetours bounds how often what a node requires may move its own lifecycle.
const mostDetours = 64

// route finds the way to the node's provide, what its steps require, and the stack
// that they leave.
func (b *builder) route(n *node) bool {
	b.active[n.Provide.Path] = n
	defer delete(b.active, n.Provide.Path)
	before, ok := b.stack(n)
	if !ok || !b.requireAlongRoute(n, before) {
		return false
	}
	b.simpleVariables(n)
	b.follow(n)
	return true
}

// stack is the planned stack of a service: what earlier nodes leave, else what is there now.
func (b *builder) stack(n *node) ([]string, bool) {
	svc := n.service()
	if s, ok := b.stacks[svc]; ok {
		return s, true
	}
	f, ok := b.learn(n, Need{Kind: NeedStacks, Host: svc.host})
	if !ok {
		return nil, false
	}
	if b.now[svc.host] == nil {
		b.now[svc.host] = map[string]*spec.Stack{}
		for i := range f.Stacks {
			b.now[svc.host][f.Stacks[i].Path.Lifecycle()] = &f.Stacks[i]
		}
	}
	s := b.now[svc.host][svc.lifecycle]
	if s == nil {
		b.refuse(n, "there is no "+svc.lifecycle+" on "+string(svc.host), "")
		return nil, false
	}
	b.stacks[svc] = s.Names()
	return b.stacks[svc], true
}

// requireAlongRoute finds the way to the provide and builds the children that its
// steps require. A child may move this very lifecycle, so that the way is another one
// then: it is asked again until it holds.
func (b *builder) requireAlongRoute(n *node, from []string) bool {
	svc, target := n.service(), b.target(n)
	again := b.again
	if n.Drains != "" || n.Enables != "" { // the state is entered again by who requires them
		again = func(service, []string) []string { return nil }
	}
	index, way := b.way(n, from)
	for range mostDetours {
		need := Need{Kind: NeedRoute, Host: n.Host, Route: spec.RouteQuery{Provide: target, From: from, Again: again(svc, from), Index: index}}
		if f, ok := b.fact(need); ok && f.Err != nil && f.Err.Kind == spec.NotFound && index != 0 {
			b.wrongAs(way, f.Err.Kind, f.Err.Msg, f.Err.Hint)
			return false
		}
		f, ok := b.learn(n, need)
		if !ok {
			return false
		}
		n.Route = f.Route
		b.children(n)
		now := b.stacks[svc]
		if slices.Equal(now, from) {
			return true
		}
		from = now
	}
	b.refuse(n, "what "+n.Provide.Path.Relative()+" requires moves "+svc.lifecycle+" away from it again and again", "")
	return false
}

// again names the states of a stack that are to be entered again, and that no earlier node
// enters.
func (b *builder) again(svc service, stack []string) (out []string) {
	for _, state := range b.facts.Again[spec.MakePath(svc.host, svc.lifecycle)] {
		if slices.Contains(stack, state) && b.entered[svc][state] == nil {
			out = append(out, state)
		}
	}
	return out
}

// children builds what meets the remote requires of the route's steps.
func (b *builder) children(n *node) {
	for _, s := range n.Route.Steps {
		if s.Action == spec.Leave || n.requirement(s) != nil {
			continue
		}
		r := &requirement{state: s.State, provide: s.ProvideName(), again: s.Again, requires: s.Requires}
		n.requirements = append(n.requirements, r)
		for i := range r.requires {
			if r.requires[i].Remote() {
				b.remote(n, r, &r.requires[i])
			}
		}
	}
}

// simpleVariables creates the variables of the simple requires of the route's steps.
func (b *builder) simpleVariables(n *node) {
	for _, s := range n.Route.Steps {
		r := n.requirement(s)
		if r == nil {
			continue
		}
		for i := range r.requires {
			if !r.requires[i].Remote() {
				b.simple(n, r, &r.requires[i])
			}
		}
	}
	for _, v := range n.vars {
		n.items = append(n.items, item{v: v})
	}
}

// follow takes the route: it moves the planned stack on.
func (b *builder) follow(n *node) {
	svc := n.service()
	if b.entered[svc] == nil {
		b.entered[svc] = map[string]*node{}
	}
	n.from = b.stacks[svc]
	for _, s := range n.Route.Steps {
		switch s.Action {
		case spec.Enter:
			b.entered[svc][s.State] = n
		case spec.Leave:
			b.leaves(n, svc, s.State)
			delete(b.entered[svc], s.State)
		case spec.Call:
			b.callers[svc] = append(b.callers[svc], n)
		}
	}
	n.enteredBy = b.entered[svc][n.Provide.Path.State()]
	b.stacks[svc] = n.Route.After
	if b.planned[svc.host] == nil {
		b.planned[svc.host] = map[string][]string{}
	}
	b.planned[svc.host][svc.lifecycle] = n.Route.After
}

// leaves complains of a step that leaves a state in which this very deployment calls
// something: both cannot hold. What n itself required before it moves on is done with.
func (b *builder) leaves(n *node, svc service, state string) {
	for _, c := range b.callers[svc] {
		if c.Provide.Path.State() == state && !n.isAbove(c) {
			b.problem(Problem{Node: n.ID, Path: n.Provide.Path,
				Msg:  fmt.Sprintf("%s leaves %s of %s on %s, which %s needs", n.ID, state, svc.lifecycle, svc.host, c.ID),
				Hint: "these two cannot both hold: deploy one of them elsewhere, or later"})
			return
		}
	}
}

// loops reports whether an ancestor is the same provide on the same host, and shows the
// circle.
func (b *builder) loops(n *node) bool {
	first := b.active[n.Provide.Path]
	if first == nil {
		return false
	}
	names := []string{n.Provide.Path.Relative()}
	for p := n.parent; p != first; p = p.parent {
		names = append(names, p.Provide.Path.Relative())
	}
	names = append(names, first.Provide.Path.Relative())
	slices.Reverse(names)
	b.refuse(n, "the requirements form a loop: "+strings.Join(names, " > "), "one of these modules must not require the next")
	return true
}
