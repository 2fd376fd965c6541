package resolver

import (
	"fmt"

	"github.com/armonic/armonic/spec"
)

// judge turns variables into questions, has agents check what is complete, and
// says what is wrong.
func (b *builder) judge() {
	for _, n := range b.nodes {
		for i := range n.items {
			if v := n.items[i].v; v != nil {
				n.items[i].q = b.question(v)
			}
		}
	}
	called := map[NodeID]bool{}
	for _, n := range b.post {
		b.order(n, called)
		called[n.ID] = true
		if n.Same == nil && !b.faulty(n) && !n.misplaced() {
			b.check(n)
		}
		b.differences(n)
	}
}

// order complains of inputs that only a later call will return.
func (b *builder) order(n *node, called map[NodeID]bool) {
	for _, v := range n.vars {
		d, deferred := b.settle(v).x.(spec.Deferred)
		if deferred && !called[NodeID(d.Node)] && b.byID[NodeID(d.Node)].ready {
			b.problem(Problem{Node: n.ID, Path: v.path(),
				Msg:  fmt.Sprintf("%s needs what %s returns, but that is not called before", v.rel, d.Node),
				Hint: "in the module, declare the require that returns it first"})
		}
	}
}

// misplaced reports whether the question that placed the node is wrong.
func (n *node) misplaced() bool { return n.placed != nil && n.placed.Status == Wrong }

// question shows a variable, nil if it is not to be seen.
func (b *builder) question(v *variable) *Question {
	if v.role == roleHost || v.shadowed() {
		return nil
	}
	x := b.settle(v)
	q := &Question{
		Key: v.key(), Path: v.path(), Var: v.Variable, Host: v.node.Host,
		Source: x.source, Why: x.why, Value: x.x, Problem: x.problem, Hint: x.hint,
		Optional: v.Optional, Status: OK,
		Fixed: x.source == FromHost || v.role == roleReturn && !v.child.Unmanaged,
	}
	_, deferred := x.x.(spec.Deferred)
	switch {
	case x.problem != "":
		q.Status = Wrong
		b.problem(Problem{Node: q.Key.Node, Key: q.Key, Path: q.Path, Msg: x.problem, Hint: x.hint})
	case deferred:
		q.Status = AtRun
	case x.x == nil && !v.Optional:
		q.Status = Missing
		if q.Fixed {
			q.Status = Wrong
			q.Problem = v.Name + " cannot be filled here"
			b.problem(Problem{Node: q.Key.Node, Key: q.Key, Path: q.Path, Msg: q.Problem})
		}
	}
	if !q.Fixed {
		q.Suggestions = b.shown(v)
	}
	return q
}

// check asks the agent about the values of a node, or takes what it said.
func (b *builder) check(n *node) {
	w := spec.Work{Lifecycle: n.Provide.Path.Lifecycle(), From: n.from, Steps: n.Steps}
	f, ok := b.learn(Need{Kind: NeedCheck, Host: n.Host, Work: w, digest: digest(w)})
	if !ok {
		n.Pending = true
		for _, it := range n.items {
			if it.v != nil && it.q != nil && it.v.Validates && it.q.Status == OK {
				it.q.Status = Checking
			}
		}
		return
	}
	if f.Err != nil {
		b.problem(Problem{Node: n.ID, Path: n.Provide.Path,
			Msg: fmt.Sprintf("%s could not check the values: %s", n.Host, f.Err.Msg), Hint: f.Err.Hint})
		return
	}
	for _, p := range f.Problems {
		b.verdict(n, p)
	}
}

// verdict puts what an agent said at the variable that it is about.
func (b *builder) verdict(n *node, p spec.Problem) {
	rel := p.Path.Relative()
	for _, it := range n.items {
		if it.v != nil && it.v.rel == rel && it.q != nil {
			it.q.Status = Wrong
			if it.q.Problem == "" {
				it.q.Problem, it.q.Hint = p.Msg, p.Hint
			}
			b.problem(Problem{Node: n.ID, Key: it.q.Key, Path: p.Path, Msg: p.Msg, Hint: p.Hint})
			return
		}
	}
	b.problem(Problem{Node: n.ID, Path: p.Path, Msg: p.Msg, Hint: p.Hint})
}

// differences warns where the requirer of n sets a variable of a state that
// another node enters, or that is applied already: the first value holds.
func (b *builder) differences(n *node) {
	if n.up == nil {
		return
	}
	svc := service{n.Host, n.Provide.Path.Lifecycle()}
	for _, state := range b.stacks[svc] {
		m := b.entered[svc][state]
		if m == n {
			continue
		}
		for name := range sorted(n.Via.Require.Bind) {
			if has(n.vars, name) {
				continue
			}
			w := n.requirer(n.Via.Require.Bind[name])
			if w == nil {
				continue
			}
			if wish := b.settle(w); wish.known() {
				b.difference(n, m, svc, state, name, wish.x)
			}
		}
	}
}

func (b *builder) difference(n, m *node, svc service, state, name string, wish any) {
	var have any
	var whose string
	if m != nil {
		for _, v := range m.vars {
			if v.ask.state == state && v.special() && v.Name == name {
				have, whose = b.settle(v).x, "as "+string(m.ID)+" wants it"
			}
		}
	} else {
		have, whose = b.appliedValue(svc, state, name), "since it is applied already"
	}
	if have == nil || canon(have) == canon(wish) {
		return
	}
	b.problem(Problem{Node: n.ID, Path: spec.MakePath(svc.host, svc.lifecycle, state), Warning: true,
		Msg: fmt.Sprintf("%s is entered with %s = %v, %s; %s wants %v", state, name, have, whose, n.ID, wish)})
}

// appliedValue is what a state that is on the stack now was entered with.
func (b *builder) appliedValue(svc service, state, name string) any {
	for _, s := range b.facts.Learned[Need{Kind: NeedStacks, Host: svc.host}.Key()].Stacks {
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

func has(vars []*variable, name string) bool {
	for _, v := range vars {
		if v.Name == name && v.role == roleSimple {
			return true
		}
	}
	return false
}
