package resolver

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// alias finds nodes that are wanted more than once: the same provide on the same
// host with equal values and equal children, with no state left to enter. It is
// called once, as the first of them, unless the module says each.
func (b *builder) alias() {
	first := map[string]*node{}
	for _, n := range b.post {
		b.fill(n)
		if n.Provide.Each || b.faulty(n) {
			continue
		}
		k := b.callKey(n)
		switch f := first[k]; {
		case f == nil:
			first[k] = n
		case len(n.Steps) == 1:
			n.Same = f.Node
		}
	}
	for _, n := range b.nodes {
		id := n.ID
		if n.Same != nil {
			id = n.Same.ID
		}
		n.Returned = b.facts.Returns[id]
	}
}

func (b *builder) callKey(n *node) string {
	parts := []string{string(n.Provide.Path), canon(n.Steps[len(n.Steps)-1].Inputs)}
	if n.enteredBy != nil { // a state that was left and entered again is another one
		parts = append(parts, string(n.enteredBy.ID))
	}
	for _, c := range n.Children {
		if c.Via.State != n.Provide.Path.State() || c.Via.Provide != n.Provide.Name() {
			continue // it was needed to enter a state, not for the call
		}
		if c.Same != nil {
			c = c.Same
		}
		parts = append(parts, string(c.ID))
	}
	return strings.Join(parts, "\x00")
}

// faulty reports whether a value is missing or refused.
func (b *builder) faulty(n *node) bool {
	for _, v := range n.vars {
		if x := b.settle(v); x.problem != "" || x.x == nil && !v.Optional && v.role != roleHost {
			return true
		}
	}
	return false
}

// fill puts the values into the steps of a node.
func (b *builder) fill(n *node) {
	for i := range n.Steps {
		s := &n.Steps[i]
		if s.Action == spec.Leave {
			continue
		}
		s.Inputs = spec.Inputs{}
		for _, a := range n.asks {
			if a.state == s.State && a.provide == s.Asks() {
				b.inputs(n, a, s.Inputs)
			}
		}
	}
}

func (b *builder) inputs(n *node, a *ask, in spec.Inputs) {
	for i := range a.requires {
		in[a.requires[i].Name] = []spec.Set{}
	}
	for _, v := range n.vars {
		if v.ask != a {
			continue
		}
		sets := in[v.require.Name]
		for len(sets) <= v.set {
			sets = append(sets, spec.Set{})
		}
		in[v.require.Name] = sets
		if x := b.settle(v); x.x != nil && x.problem == "" {
			sets[v.set][v.Name] = x.x
		}
	}
}

// digest identifies work, to ask an agent about it once.
func digest(w spec.Work) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00", w.Lifecycle, strings.Join(w.From, ","))
	for _, s := range w.Steps {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00", s.Action, s.State, s.Provide, canon(s.Inputs))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// canon writes a value so that equal values give equal texts. Secrets are told
// apart by a digest.
func canon(x any) string {
	switch y := x.(type) {
	case spec.Secret:
		sum := sha256.Sum256([]byte(y.Reveal()))
		return "secret:" + hex.EncodeToString(sum[:])
	case spec.Inputs:
		return canonMap(y, func(sets []spec.Set) string {
			parts := make([]string, len(sets))
			for i, s := range sets {
				parts[i] = canonMap(s, canon)
			}
			return "[" + strings.Join(parts, ",") + "]"
		})
	case map[string]any:
		return canonMap(y, canon)
	case []any:
		parts := make([]string, len(y))
		for i, z := range y {
			parts[i] = canon(z)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	return fmt.Sprintf("%T:%q", x, fmt.Sprint(x))
}

func canonMap[V any, M ~map[string]V](m M, text func(V) string) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	b.WriteByte('{')
	for _, k := range keys {
		fmt.Fprintf(&b, "%q=%s;", k, text(m[k]))
	}
	b.WriteByte('}')
	return b.String()
}
