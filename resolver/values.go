package resolver

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/spec"
)

// value is what a variable has, and where from.
type value struct {
	x       any // as converted; spec.Deferred while a run is needed; as typed if bad
	source  Source
	why     string
	problem string // the operator's value is refused, or a return is missing
	hint    string
}

func (x value) known() bool {
	_, deferred := x.x.(spec.Deferred)
	return x.x != nil && !deferred && x.problem == ""
}

// eval computes the value in force: what is given outright; else what the nearest
// in scope suggests; else what was typed below; else the defaults.
func (b *builder) eval(v *variable) value {
	switch v.state {
	case 1:
		return value{} // it depends on itself
	case 2:
		return v.value
	}
	v.state = 1
	v.value = b.evaluate(v)
	v.state = 2
	return v.value
}

func (b *builder) evaluate(v *variable) value {
	if x, ok := b.hard(v); ok {
		return x
	}
	for _, s := range b.suggestions(v) {
		if _, deferred := s.Value.(spec.Deferred); deferred {
			return value{x: s.Value, source: s.source, why: s.Why}
		}
		if x, err := v.Convert(s.Value); err == nil && x != nil {
			return value{x: x, source: s.source, why: s.Why}
		}
	}
	return value{}
}

// hard is a value that no suggestion overrides.
func (b *builder) hard(v *variable) (value, bool) {
	if v.role == roleReturn && !v.child.Unmanaged {
		return b.returned(v), true
	}
	if x, ok := b.filled(v); ok {
		return x, true
	}
	if a, ok := b.answer(v.key()); ok {
		return b.answered(v, a), true
	}
	if v.FromXPath != "" {
		if w := b.byRel[strings.TrimLeft(v.FromXPath, "/")]; w != nil && w != v {
			return b.taken(v, w, FromXPath, "taken from "+string(w.path()))
		}
	}
	if w := v.bound(); w != nil && w != v {
		return b.taken(v, w, Bound, "set by "+w.owner())
	}
	return value{}, false
}

func (b *builder) answered(v *variable, a Answer) value {
	out := value{source: sourceOf(a), x: a.Value}
	x, err := v.Convert(a.Value)
	if err != nil {
		out.problem = err.Error()
		if s, ok := a.Value.(string); ok && v.Hidden() {
			out.x = spec.Secret(s)
		}
		return out
	}
	out.x = x
	return out
}

// taken is another variable's value, if that has one.
func (b *builder) taken(v, w *variable, src Source, why string) (value, bool) {
	got := b.eval(w)
	out := value{x: got.x, source: src, why: why, problem: got.problem}
	if !got.known() {
		return out, got.x != nil
	}
	x, err := v.Convert(got.x)
	if err != nil {
		out.problem, out.hint = err.Error(), "it is "+why
		return out, true
	}
	out.x = x
	return out, true
}

// returned says that the child's call will return the value; settle puts in what
// it did return.
func (b *builder) returned(v *variable) value {
	return value{
		x:      spec.Deferred{Node: string(v.child.ID), Name: v.Name},
		source: Returned,
		why:    "returned by " + string(v.child.Provide.Path),
	}
}

// settle is the value in force once it is known which nodes are called as which,
// and what their calls returned.
func (b *builder) settle(v *variable) value {
	out := b.eval(v)
	d, deferred := out.x.(spec.Deferred)
	if !deferred {
		return out
	}
	n := b.byID[NodeID(d.Node)].Node
	got, ran := b.facts.Returns[n.ID]
	if !ran && n.Same != nil {
		n = n.Same
		got, ran = b.facts.Returns[n.ID]
	}
	if !ran {
		out.x = spec.Deferred{Node: string(n.ID), Name: d.Name}
		return out
	}
	m, _ := got.(map[string]any)
	x := m[d.Name]
	if x == nil && v.Default != nil {
		x, out.source, out.why = v.Default, Default, "default, since the call did not return it"
	}
	y, err := v.Convert(x)
	if err != nil {
		out.x, out.problem = nil, fmt.Sprintf("%s did not return a good %s: %v", n.Provide.Path, d.Name, err)
		return out
	}
	out.x = y
	return out
}

// filled is a value that follows from where nodes are.
func (b *builder) filled(v *variable) (value, bool) {
	out := value{source: FromHost}
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
		out.why, out.x = "all hosts of "+v.require.Name, hostsOf(v.ask, v.require.Name)
		return out, true
	case v.Type.Kind == spec.KindHosts && v.node.up != nil && v.node.Via.Require.Kind == spec.External:
		out.why, out.x = "all hosts of "+v.node.Via.Require.Name, v.node.siblingHosts()
		return out, true
	}
	return out, false
}

func hostsOf(a *ask, require string) []any {
	var out []any
	for _, c := range a.kids {
		if c.Via.Require.Name == require && c.Host != "" {
			out = append(out, string(c.Host))
		}
	}
	return out
}

// siblingHosts are the hosts of all instances of the require that the node meets.
func (n *node) siblingHosts() []any {
	for _, a := range n.up.asks {
		if a.state == n.Via.State && a.provide == n.Via.Provide {
			return hostsOf(a, n.Via.Require.Name)
		}
	}
	return nil
}
