package resolver

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/spec"
)

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
		Var: spec.Variable{Name: "host", Label: "Host for " + string(n.Pattern), Type: spec.Type{Kind: spec.KindHost}}}
	n.items = append(n.items, item{q: q})
	n.placed = q
	q.Options = b.hostOptions(n.Pattern)
	a, ok := b.answer(k)
	if !ok {
		if only := onlyOption(q.Options); only != nil && reach {
			q.Suggestions = []Suggestion{{Value: only, Why: "the only host that offers it"}}
		}
		return false
	}
	q.Source, q.Value, q.Status = sourceOf(a), a.Value, OK
	h, kind, err := b.host(a.Value, reach)
	if err != "" {
		q.Status = Wrong
		b.refuseAs(n, kind, err, b.knownHosts())
		return false
	}
	q.Value, n.Host, q.Host = h, h, h
	return true
}

// host reads one host of an answer; kind and text say what is wrong with it.
func (b *builder) host(x any, reach bool) (h spec.Host, kind spec.Kind, why string) {
	if h, ok := x.(spec.Host); ok {
		x = string(h)
	}
	v := spec.Variable{Name: "host", Type: spec.Type{Kind: spec.KindHost}}
	s, err := v.Convert(x)
	if err != nil {
		return "", spec.Invalid, err.Error()
	}
	h = spec.Host(s.(string))
	if reach {
		if kind, why := b.unreachable(h); why != "" {
			return "", kind, why
		}
	}
	return h, "", ""
}

func (b *builder) unreachable(h spec.Host) (spec.Kind, string) {
	f, ok := b.facts.Hosts[h]
	switch {
	case !ok:
		return spec.NotFound, fmt.Sprintf("there is no host %q", string(h))
	case !f.Online && f.Why != "":
		return spec.Unavailable, fmt.Sprintf("%s cannot be reached: %s", h, f.Why)
	case !f.Online:
		return spec.Unavailable, fmt.Sprintf("%s cannot be reached", h)
	}
	return "", ""
}

func (b *builder) knownHosts() string {
	const most = 8
	var names []string
	for i, h := range b.hosts {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(b.hosts)-most))
			break
		}
		names = append(names, string(h))
	}
	if len(names) == 0 {
		return "no host is known"
	}
	return "the hosts are " + strings.Join(names, ", ")
}

// hostOptions lists all hosts with what is known of them for a pattern. Questions
// with the same pattern share the list.
func (b *builder) hostOptions(p spec.Pattern) []Option {
	if out, ok := b.options[p]; ok {
		return out
	}
	out := make([]Option, 0, len(b.hosts))
	for _, h := range b.hosts {
		o := Option{Value: h}
		f := b.facts.Hosts[h]
		if !f.Online {
			o.Disabled, o.Note = true, f.Why
			if o.Note == "" {
				o.Note = "no agent"
			}
		} else if learned, ok := b.learn(Need{Kind: NeedProvides, Host: h, Pattern: p, Optional: true}); ok {
			switch {
			case learned.Err != nil:
				o.Disabled, o.Note = true, learned.Err.Msg
			case len(learned.Provides) == 0:
				o.Disabled, o.Note = true, "offers nothing that matches "+string(p)
			}
		}
		out = append(out, o)
	}
	b.options[p] = out
	return out
}

// onlyOption is the value of the one option that can be chosen, nil if there are
// more or none.
func onlyOption(opts []Option) any {
	var only any
	for _, o := range opts {
		if o.Disabled {
			continue
		}
		if only != nil {
			return nil
		}
		only = o.Value
	}
	return only
}

// specialise chooses the provide among those that match.
func (b *builder) specialise(n *node) bool {
	f, ok := b.learn(Need{Kind: NeedProvides, Host: n.Host, Pattern: n.Pattern})
	if !ok {
		n.Pending = true
		return false
	}
	if f.Err != nil {
		b.refuseErr(n, f.Err)
		return false
	}
	k := Key{Node: n.ID, Kind: AskChoose}
	a, answered := b.answers[k]
	switch {
	case len(f.Provides) == 0:
		b.refuse(n, fmt.Sprintf("%s offers nothing that matches %s", n.Host, n.Pattern), "choose another host")
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
		return false
	}
	b.used[k] = true
	q.Source, q.Value = sourceOf(a), a.Value
	for _, p := range matches {
		if p.Path.Relative() == a.Value {
			q.Status, n.Provide = OK, p
			return true
		}
	}
	q.Status = Wrong
	q.Problem = fmt.Sprintf("%s does not offer %v", n.Host, a.Value)
	q.Hint = "choose one of those that match " + string(n.Pattern)
	b.problem(Problem{Node: n.ID, Key: k, Msg: q.Problem, Hint: q.Hint})
	return false
}
