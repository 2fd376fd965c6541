package resolver

import (
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
	route, ok := b.route(n, before)
	if !ok {
		return
	}
	n.Route = route
	b.expand(n)

	// A child may have moved this lifecycle on: then the way that is left is shorter.
	if now := b.stacks[svc]; !slices.Equal(now, before) {
		if route, ok = b.route(n, now); !ok {
			return
		}
		n.Route = route
	}
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
		q.Status, q.Source, q.Value, q.Problem = Wrong, sourceOf(a), a.Value, err.Error()
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
		b.refuse(n, f.Err.Msg, f.Err.Hint)
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
		b.refuse(n, f.Err.Msg, f.Err.Hint)
		return spec.Route{}, false
	}
	return f.Route, true
}

// expand creates what the steps of the route require: children, then variables.
func (b *builder) expand(n *node) {
	for _, s := range n.Route.Steps {
		if s.Action != spec.Leave {
			n.asks = append(n.asks, &ask{state: s.State, provide: s.Asks(), requires: s.Requires})
		}
	}
	for _, a := range n.asks {
		for i := range a.requires {
			if a.requires[i].Remote() {
				b.remote(n, a, &a.requires[i])
			}
		}
	}
	for _, a := range n.asks {
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

func (b *builder) advance(n *node, svc service) {
	if b.entered[svc] == nil {
		b.entered[svc] = map[string]*node{}
	}
	n.from = b.stacks[svc]
	for _, s := range n.Route.Steps {
		n.Steps = append(n.Steps, spec.Step{Action: s.Action, State: s.State, Provide: s.Provide})
		if s.Action == spec.Enter {
			b.entered[svc][s.State] = n
		}
	}
	b.stacks[svc] = n.Route.After
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
	p := Problem{Node: n.ID, Path: n.Provide.Path, Msg: msg, Hint: hint}
	if q := n.placed; q != nil {
		q.Status, p.Key = Wrong, q.Key
		if q.Problem == "" {
			q.Problem, q.Hint = msg, hint
		}
	}
	b.problem(p)
}
