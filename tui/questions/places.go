package questions

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/editor"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/tree"
)

// offer completes the options of a question about hosts: the resolver gives none where one was
// chosen already.
func (m *Model) offer(q resolver.Question) resolver.Question {
	if q.Key.Kind != resolver.AskHost && q.Key.Kind != resolver.AskHosts || len(q.Options) > 0 {
		return q
	}
	for i := range m.hosts {
		v := &m.hosts[i]
		q.Options = append(q.Options, resolver.Option{Value: v.Host, Disabled: v.Link != spec.LinkOn, Note: v.Why})
	}
	return q
}

// wanted is what is to be called on the hosts that a question asks for.
func (m *Model) wanted(q *resolver.Question) spec.Pattern {
	n := m.res.Node(q.Key.Node)
	if n == nil || q.Key.Kind == resolver.AskHost {
		if n != nil {
			return n.Pattern
		}
		return m.pattern
	}
	name := q.Key.Name[strings.LastIndexByte(q.Key.Name, '.')+1:]
	for _, r := range n.Provide.Requires {
		if r.Name == name {
			return r.Pattern
		}
	}
	for _, c := range n.Children {
		if c.Via.Name() == q.Key.Name {
			return c.Pattern
		}
	}
	return m.pattern
}

// places says what is known of hosts on which something is to be called: the state that is there
// now and the one that it needs, and what else matters.
func (m *Model) places(q *resolver.Question) editor.Places {
	pattern := m.wanted(q)
	return func(h spec.Host) editor.Place {
		i := slices.IndexFunc(m.hosts, func(v deploy.HostView) bool { return v.Host == h })
		if i < 0 {
			return editor.Place{}
		}
		return m.placeOn(&m.hosts[i], pattern)
	}
}

func (m *Model) placeOn(v *deploy.HostView, p spec.Pattern) editor.Place {
	l := m.look
	applied := format.Applied(v)
	out := editor.Place{Sign: l.OK, Style: l.Good, Work: v.Info.Load + float64(len(applied))}
	lifecycle := ""
	for i := range m.offers {
		if o := &m.offers[i]; o.Pattern == p && slices.Contains(o.Hosts, v.Host) {
			lifecycle, out.Becomes = o.Provide.Path.Lifecycle(), o.Provide.Path.State()
		}
	}
	var others []string
	fault := ""
	for _, s := range applied {
		if s.Path.Lifecycle() == lifecycle {
			out.Now = s.Top()
		} else {
			others = append(others, s.Path.Lifecycle()+" "+s.Top())
		}
		if s.Fault != nil {
			fault = s.Path.Lifecycle() + ": " + s.Fault.Step.Name() + " failed"
		}
	}
	out.Note = strings.Join(others, ", ")
	if m.tree.Tree != nil && slices.ContainsFunc(m.tree.Tree.Items, func(x tree.Item) bool { return x.Node.Host == v.Host }) {
		out.Work += 0.5 // it has a part in this already
	}
	if lifecycle == "" { // the pattern means more than one thing
		out.Becomes = ""
	}
	busy := v.Info.Busy
	if v.Version != "" { // the fleet knows better, without being asked
		busy = v.Busy
	}
	switch {
	case v.Link == spec.LinkLost:
		out.Sign, out.Style = l.Checking, l.Unsure
	case v.Link != spec.LinkOn:
		out.Sign, out.Style = l.Off, l.Bad
	case busy != "":
		out.Sign, out.Style, out.Note = l.Glyphs.Run, l.Busy, "busy with "+m.runName(busy)
		out.Work += 1000
	case fault != "":
		out.Sign, out.Style, out.Note = l.Fail, l.Bad, fault
		out.Work += 100
	case len(applied) == 0:
		out.Sign, out.Style = l.Wait, l.Dim
	default:
		out.Style = l.Dim
	}
	return out
}
