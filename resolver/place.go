package resolver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// The variables of questions that are about the tree itself.
func manageVariable() spec.Variable {
	return spec.Variable{Name: "manage", Label: "Let Armonic do it", Type: spec.Type{Kind: spec.KindBool}}
}

func hostVariable() spec.Variable {
	return spec.Variable{Name: "host", Type: spec.Type{Kind: spec.KindHost}}
}

// managed asks whether Armonic calls the node, or the operator says what it would
// return.
func (b *builder) managed(n *node) bool {
	k := Key{Node: n.ID, Kind: AskManage}
	q := &Question{Key: k, Status: OK, Source: Default, Value: true, Var: manageVariable(),
		Suggestions: b.managing, Optional: true}
	n.items = append(n.items, item{q: q})
	a, ok := b.answer(k)
	if !ok {
		return true
	}
	q.Source, q.Value = a.source(), a.shown()
	v, err := a.as(q.Var)
	if err != nil {
		b.wrong(q, err.Error(), "")
		return true
	}
	q.Value = v
	return v == true
}

// unmanaged is a node that is taken as given; for the root that makes no sense.
func (b *builder) unmanaged(n *node) {
	n.Unmanaged = true
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

// place decides the host of a node: inherited, given by the requirer's list, named
// by the pattern, or asked.
func (b *builder) place(n *node) bool {
	switch {
	case n.Host != "":
	case n.Parent == nil && patternHost(n.Pattern) != "":
		n.Host = patternHost(n.Pattern)
		if kind, why := b.unreachable(n.Host); why != "" {
			b.refuseAs(n, kind, why, "")
			return false
		}
	default:
		return b.askHost(n, true)
	}
	return true
}

// patternHost is the host that an absolute pattern such as /web1/… names, or "".
func patternHost(p spec.Pattern) spec.Host {
	s := string(p)
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") {
		return ""
	}
	name, _, _ := strings.Cut(s[1:], "/")
	if strings.ContainsAny(name, "*[:@()") {
		return ""
	}
	return spec.Host(name)
}

// askHost asks where the node is; reach says whether an agent must be there.
func (b *builder) askHost(n *node, reach bool) bool {
	k := Key{Node: n.ID, Kind: AskHost}
	q := &Question{Key: k, Status: Missing, Min: 1, Max: 1, Path: spec.Path(n.Pattern),
		Var: hostVariable()}
	q.Var.Label = "Host for " + string(n.Pattern)
	n.items = append(n.items, item{q: q})
	n.placed = q
	q.Options = b.hostOptions(n.Pattern)
	a, ok := b.answer(k)
	if !ok {
		if reach {
			q.Problem = nowhere(n.Pattern, q.Options)
		}
		if only := onlyOption(q.Options); only != nil && reach {
			q.Suggestions = []Suggestion{{Value: only, Why: "the only host that offers it"}}
		} else if reach {
			b.asElsewhere(q)
		}
		return false
	}
	q.Source, q.Value, q.Status = a.source(), a.shown(), OK
	h, kind, err := b.host(a.Value, reach)
	if err != "" {
		q.Status = Wrong
		b.refuseAs(n, kind, err, b.knownHosts())
		return false
	}
	q.Value, n.Host, q.Host = h, h, h
	b.decided(n, q)
	return true
}

// decided notes what was decided of a node, for the others of its kind.
func (b *builder) decided(n *node, q *Question) {
	k, one := kindOfNode(q.Key)
	if _, known := b.chosen[k]; one && !known {
		who := n
		if q.Key.Kind == AskHost {
			who = n.parent
		}
		b.chosen[k] = Suggestion{Value: q.Value, Why: "chosen for " + string(who.Host)}
	}
}

// asElsewhere suggests what was decided for another instance of the same require.
func (b *builder) asElsewhere(q *Question) {
	k, one := kindOfNode(q.Key)
	s, known := b.chosen[k]
	if one && known && slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == s.Value && !o.Disabled }) {
		q.Suggestions = append(q.Suggestions, s)
	}
}

// asThere suggests the only one of several provides whose state the host is in already.
func (b *builder) asThere(q *Question, matches []spec.Provide) {
	f, known := b.fact(Need{Kind: NeedStacks, Host: q.Host})
	if !known || len(q.Suggestions) > 0 {
		return
	}
	var there []spec.Provide
	for _, st := range f.Stacks {
		for _, p := range matches {
			if p.Path.Lifecycle() == st.Path.Lifecycle() && slices.Index(st.States, p.Path.State()) > 0 && slices.Contains(st.Names(), p.Path.State()) {
				there = append(there, p)
			}
		}
	}
	if len(there) == 1 {
		q.Suggestions = append(q.Suggestions, Suggestion{Value: there[0].Path.Relative(), Why: "is there already"})
	}
}

// kindOfNode is the key without which instance of a require it is about; false if there is
// only one.
func kindOfNode(k Key) (Key, bool) {
	id := string(k.Node)
	if !strings.Contains(id, "[") {
		return k, false
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(id, "[")
		out.WriteString(before)
		if !found {
			break
		}
		_, id, _ = strings.Cut(rest, "]")
	}
	k.Node = NodeID(out.String())
	return k, true
}

// specialise chooses the provide among those that match.
func (b *builder) specialise(n *node) bool {
	f, ok := b.learn(n, Need{Kind: NeedProvides, Host: n.Host, Pattern: n.Pattern})
	if !ok {
		b.fact(Need{Kind: NeedStacks, Host: n.Host}) // is needed next
		return false
	}
	k := Key{Node: n.ID, Kind: AskChoose}
	a, answered := b.answers[k]
	switch {
	case len(f.Provides) == 0:
		hint := "choose another host"
		if n.Checks != nil {
			hint = "check with another provide, or with none"
		}
		b.refuse(n, fmt.Sprintf("%s offers nothing that matches %s", n.Host, n.Pattern), hint)
		return false
	case len(f.Provides) == 1 && !answered:
		n.Provide = f.Provides[0]
		return true
	}
	return b.choose(n, k, a, answered, f.Provides)
}

func (b *builder) choose(n *node, k Key, a Answer, answered bool, matches []spec.Provide) bool {
	q := &Question{Key: k, Host: n.Host, Status: Missing, Path: spec.Path(n.Pattern),
		Var: spec.Variable{Name: "provide", Label: "Which " + string(n.Pattern), Type: spec.Type{Kind: spec.KindStr}}}
	for _, p := range matches {
		q.Options = append(q.Options, Option{Value: p.Path.Relative(), Note: p.Label})
	}
	n.items = append(n.items, item{q: q})
	if !answered {
		b.asElsewhere(q)
		b.asThere(q, matches)
		return false
	}
	b.used[k] = true
	q.Source, q.Value = a.source(), a.shown()
	for _, p := range matches {
		if p.Path.Relative() == a.Value {
			q.Status, n.Provide = OK, p
			b.decided(n, q)
			return true
		}
	}
	q.Status = Wrong
	q.Problem = fmt.Sprintf("%s does not offer %v", n.Host, a.Value)
	q.Hint = "choose one of those that match " + string(n.Pattern)
	b.problem(Problem{Node: n.ID, Key: k, Msg: q.Problem, Hint: q.Hint})
	return false
}
