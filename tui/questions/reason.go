package questions

import (
	"cmp"
	"fmt"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
)

// why says, from the root down, how a question came to be asked.
func (m *Model) why(q *resolver.Question) []string {
	n := m.res.Node(q.Key.Node)
	if n == nil {
		return nil
	}
	out := m.chain(n)
	switch q.Key.Kind {
	case resolver.AskValue:
		p := q.Path
		req, _ := p.Require()
		what := "calling " + p.State() + "." + p.Provide()
		if p.Provide() == string(spec.Enter) || p.Provide() == "" {
			what = "entering " + p.State()
		}
		out = append(out, fmt.Sprintf("%s of %s asks for %s/%s", what, p.Lifecycle(), req, p.Variable()))
	case resolver.AskHost:
		out = append(out, "it must be known on which host")
	case resolver.AskHosts, resolver.AskCount:
		out = append(out, nodeName(n)+" takes "+format.Asked(q)+": "+bounds(q))
	case resolver.AskChoose:
		out = append(out, "several provides match")
	case resolver.AskManage:
		out = append(out, "Armonic can call it, or take it as given")
	case resolver.AskPath:
		out = append(out, "several ways lead to "+q.Path.State())
	case resolver.AskCall:
		out = append(out, "Armonic can call it, or only enter the states that it needs")
	case resolver.AskRoll:
		out = append(out, nodeName(n)+" takes several, which can be rolled out some at a time")
	case resolver.AskReturn:
		out = append(out, "it is not managed, so its result must be told")
	}
	return out
}

func bounds(q *resolver.Question) string {
	switch {
	case q.Max <= 0 || q.Max >= spec.Many:
		return fmt.Sprintf("%d or more", q.Min)
	case q.Min == q.Max:
		return fmt.Sprintf("exactly %d", q.Min)
	}
	return fmt.Sprintf("%d to %d", q.Min, q.Max)
}

// chain says why a node is there.
func (m *Model) chain(n *resolver.Node) []string {
	var up []*resolver.Node
	for x := n; x != nil; x = x.Parent {
		up = append(up, x)
	}
	out := make([]string, 0, len(up)+1)
	for i := len(up) - 1; i >= 0; i-- {
		x := up[i]
		out = append(out, reason(x))
	}
	return out
}

// reason says in a line why a node is there.
func reason(n *resolver.Node) string {
	if n.Parent == nil {
		s := "you deploy " + string(n.Pattern)
		if n.Host != "" {
			s += " on " + string(n.Host)
		}
		return s
	}
	by := n.Via.State
	if n.Via.Provide != string(spec.Enter) {
		by += "." + n.Via.Provide
	}
	s := fmt.Sprintf("%s needs %s: %s", by, n.Via.Require.Name, nodeName(n))
	if n.Via.Require.Kind == spec.External {
		return s + " on " + cmp.Or(string(n.Host), "a host you choose")
	}
	return s + ", on the same host"
}

func nodeName(n *resolver.Node) string {
	if p := n.Provide.Path; p != "" {
		return p.Lifecycle() + "." + p.Provide()
	}
	return string(n.Pattern)
}
