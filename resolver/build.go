package resolver

import (
	"fmt"
	"slices"

	"github.com/armonic/armonic/spec"
)

// build fills a node and all below it, depth first: what a requirement does to a
// stack is planned before the route of whatever comes after it.
func (b *builder) build(n *node) {
	if !b.manage(n) {
		n.Unmanaged = true
		b.unmanaged(n)
		return
	}
	if !b.place(n) || !b.specialise(n) || b.loops(n) {
		return
	}
	svc := service{n.Host, n.Provide.Path.Lifecycle()}
	before, ok := b.stack(n, svc)
	if !ok {
		return
	}
	if !b.settleRoute(n, svc, before) {
		return
	}
	b.simples(n)
	b.advance(n, svc)
	n.ready = true
	b.post = append(b.post, n)
}

func (b *builder) manage(n *node) bool {
	k := Key{Node: n.ID, Kind: AskManage}
	q := &Question{Key: k, Status: OK, Source: Default, Value: true,
		Var:         spec.Variable{Name: "manage", Label: "Let Armonic do it", Type: spec.Type{Kind: spec.KindBool}},
		Suggestions: []Suggestion{{Value: true, Why: "default"}}, Optional: true}
	n.items = append(n.items, item{q: q})
	a, ok := b.answer(k)
	if !ok {
		return true
	}
	v, err := q.Var.Convert(a.Value)
	if err != nil {
		q.Source, q.Value = sourceOf(a), a.Value
		b.wrong(q, err.Error(), "")
		return true
	}
	q.Source, q.Value = sourceOf(a), v
	return v == true
}

// unmanaged asks what the node would have returned; for the root that makes no sense.
func (b *builder) unmanaged(n *node) {
	if n.Parent == nil {
		b.problem(Problem{Node: n.ID, Key: Key{Node: n.ID, Kind: AskManage},
			Msg: "the root is not managed, so there is nothing to do", Hint: "let Armonic manage it"})
		return
	}
	if n.Host == "" && n.Via.Require.Kind == spec.External {
		b.askHost(n, false)
	}
	n.ready = true
}

// stack is the planned stack of a service: what earlier nodes leave, else what is there now.
func (b *builder) stack(n *node, svc service) ([]string, bool) {
	if s, ok := b.stacks[svc]; ok {
		return s, true
	}
	f, ok := b.learn(Need{Kind: NeedStacks, Host: svc.host})
	if !ok {
		n.Pending = true
		return nil, false
	}
	if f.Err != nil {
		b.refuseErr(n, f.Err)
		return nil, false
	}
	for i := range f.Stacks {
		if f.Stacks[i].Path.Lifecycle() == svc.lifecycle {
			s := f.Stacks[i].Names()
			b.stacks[svc] = s
			return s, true
		}
	}
	b.refuse(n, "there is no "+svc.lifecycle+" on "+string(svc.host), "")
	return nil, false
}

func (b *builder) route(n *node, from []string) (spec.Route, bool) {
	f, ok := b.learn(Need{Kind: NeedRoute, Host: n.Host, Route: spec.RouteQuery{Provide: n.Provide.Path, From: from}})
	if !ok {
		n.Pending = true
		return spec.Route{}, false
	}
	if f.Err != nil {
		b.refuseErr(n, f.Err)
		return spec.Route{}, false
	}
	return f.Route, true
}

// settleRoute finds the way to the provide and creates the children that its steps
// require. A child may move this very lifecycle, so that the way is another one
// then: it is asked again until it holds.
func (b *builder) settleRoute(n *node, svc service, from []string) bool {
	for range maxDepth {
		route, ok := b.route(n, from)
		if !ok {
			return false
		}
		n.Route = route
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

// children creates what meets the remote requires of the route's steps.
func (b *builder) children(n *node) {
	for _, s := range n.Route.Steps {
		if s.Action == spec.Leave || n.ask(s) != nil {
			continue
		}
		a := &ask{state: s.State, provide: s.Asks(), requires: s.Requires}
		n.asks = append(n.asks, a)
		for i := range a.requires {
			if a.requires[i].Remote() {
				b.remote(n, a, &a.requires[i])
			}
		}
	}
}

// simples creates the variables of the simple requires of the route's steps.
func (b *builder) simples(n *node) {
	for _, s := range n.Route.Steps {
		a := n.ask(s)
		if a == nil {
			continue
		}
		for i := range a.requires {
			if !a.requires[i].Remote() {
				b.simple(n, a, &a.requires[i])
			}
		}
	}
	for _, v := range n.vars {
		n.items = append(n.items, item{v: v})
	}
}

// ask finds what a step asks, nil if that is not known (yet) or nothing.
func (n *node) ask(s spec.Step) *ask {
	for _, a := range n.asks {
		if s.Action != spec.Leave && a.state == s.State && a.provide == s.Asks() {
			return a
		}
	}
	return nil
}

func (b *builder) advance(n *node, svc service) {
	if b.entered[svc] == nil {
		b.entered[svc] = map[string]*node{}
	}
	n.from = b.stacks[svc]
	for _, s := range n.Route.Steps {
		n.Steps = append(n.Steps, spec.Step{Action: s.Action, State: s.State, Provide: s.Provide})
		switch s.Action {
		case spec.Enter:
			b.entered[svc][s.State] = n
		case spec.Leave:
			b.left(n, svc, s.State)
			delete(b.entered[svc], s.State)
		case spec.Call:
			b.callers[svc] = append(b.callers[svc], n)
		}
	}
	n.enteredBy = b.entered[svc][n.Provide.Path.State()]
	b.stacks[svc] = n.Route.After
}

// left complains of a step that leaves a state in which this very deployment calls
// something: both cannot hold.
func (b *builder) left(n *node, svc service, state string) {
	for _, c := range b.callers[svc] {
		if c.Provide.Path.State() == state && !below(n, c) {
			b.problem(Problem{Node: n.ID, Path: n.Provide.Path,
				Msg:  fmt.Sprintf("%s leaves %s of %s on %s, which %s needs", n.ID, state, svc.lifecycle, svc.host, c.ID),
				Hint: "these two cannot both hold: deploy one of them elsewhere, or later"})
			return
		}
	}
}

// below reports whether c is somewhere below n: what n required before it moves on
// is done with.
func below(n, c *node) bool {
	for p := c.up; p != nil; p = p.up {
		if p == n {
			return true
		}
	}
	return false
}

// loops reports whether an ancestor is the same provide on the same host.
func (b *builder) loops(n *node) bool {
	chain := n.Provide.Path.Relative()
	depth := 0
	for p := n.Parent; p != nil; p = p.Parent {
		depth++
		chain = p.Provide.Path.Relative() + " > " + chain
		if p.Provide.Path == n.Provide.Path {
			b.refuse(n, "the requirements form a loop: "+chain, "one of these modules must not require the next")
			return true
		}
	}
	if depth > maxDepth {
		b.refuse(n, "the requirements are nested too deeply", "look for modules that require each other")
		return true
	}
	return false
}

// refuse says that a node cannot be, at the question that placed it where it can.
func (b *builder) refuse(n *node, msg, hint string) {
	b.refuseAs(n, spec.Invalid, msg, hint)
}

// refuseErr passes on what an agent, or the way to it, said.
func (b *builder) refuseErr(n *node, err *spec.Error) { b.refuseAs(n, err.Kind, err.Msg, err.Hint) }

func (b *builder) refuseAs(n *node, kind spec.Kind, msg, hint string) {
	p := Problem{Node: n.ID, Path: n.Provide.Path, Kind: kind, Msg: msg, Hint: hint}
	if q := n.placed; q != nil {
		q.Status, p.Key = Wrong, q.Key
		if q.Problem == "" {
			q.Problem, q.Hint = msg, hint
		}
	}
	b.problem(p)
}
