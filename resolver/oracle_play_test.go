package resolver_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func sortedKeys[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}

// player plays one case.
type player struct {
	t       *testing.T
	c       *oracleCase
	w       *world
	report  *oracleReport
	nodes   int                                            // how many nodes the original has made
	path    []resolver.NodeID                              // from the root to the node that the original is at
	answers []resolver.Key                                 // in the order in which the original asked
	last    map[resolver.NodeID]map[string]*oracleVariable // of the last validation, by rel
	ran     []oracleCall
}

func play(t *testing.T, c *oracleCase, report *oracleReport) {
	t.Helper()
	p := &player{t: t, c: c, report: report, last: map[resolver.NodeID]map[string]*oracleVariable{}}
	p.w = c.world(t, func(x oracleCall) { p.ran = append(p.ran, x) })
	p.w.answers[resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}] = resolver.Answer{Value: c.RootHost}
	report.cases++
	for i := range c.Events {
		if e := &c.Events[i]; e.Ev == "step" && !p.step(e) {
			return
		}
	}
	p.order()
	p.carryOut(slices.Contains(c.Quirks, "endless_validation_loop_truncated"))
}

// step compares one step of the original, and answers as it was answered; false if the
// rest of the case means nothing.
func (p *player) step(e *oracleEvent) bool {
	switch e.Step {
	case "manage":
		res := p.w.resolve(p.t)
		if p.nodes >= len(res.Nodes) || string(res.Nodes[p.nodes].Pattern) != e.Provide {
			p.report.differ(difference{what: "node", text: fmt.Sprintf("node %d is not %s", p.nodes, e.Provide)})
			return false
		}
		id := res.Nodes[p.nodes].ID
		p.nodes++
		if e.Sent == false { // it goes back to the requirer at once
			p.answer(resolver.Key{Node: id, Kind: resolver.AskManage}, false)
			return id != resolver.Root
		}
		p.path = append(p.path, id)
	case "lfm":
		p.ask(resolver.Key{Node: p.at(), Kind: resolver.AskHost}, spec.Host(e.Sent.(string)))
	case "multiplicity":
		hosts := []spec.Host{}
		for _, x := range e.Sent.([]any) {
			hosts = append(hosts, spec.Host(x.(string)))
		}
		name := strings.Split(e.Require, "/")
		p.ask(resolver.Key{Node: p.at(), Kind: resolver.AskHosts, Name: strings.Join(name[1:], ".")}, hosts)
	case "validation":
		p.validation(e)
	case "done":
		p.path = p.path[:len(p.path)-1]
	}
	return true
}

func (p *player) at() resolver.NodeID { return p.path[len(p.path)-1] }

// ask answers a question about the tree.
func (p *player) ask(k resolver.Key, x any) {
	q := p.w.resolve(p.t).Question(k)
	p.report.asked++
	if q == nil || q.Status != resolver.Missing {
		p.report.differ(difference{what: "not asked", text: fmt.Sprint(k)})
	}
	p.answer(k, x)
}

func (p *player) answer(k resolver.Key, x any) {
	p.w.answers[k] = resolver.Answer{Value: x}
	if !slices.Contains(p.answers, k) {
		p.answers = append(p.answers, k)
	}
}

// validation compares the variables that the original asks for at once, and those that it
// has values for.
func (p *player) validation(e *oracleEvent) {
	at := p.at()
	seen := map[string]*oracleVariable{}
	filled := 0
	res := p.w.resolve(p.t)
	given := map[resolver.Key]any{}
	for i := range e.Variables {
		v := &e.Variables[i]
		seen[v.rel()] = v
		k := p.key(res, v.rel())
		if !v.asked() {
			continue
		}
		if filled >= len(e.Filled) {
			break // the recording was cut there
		}
		x := e.Filled[filled][1]
		filled++
		p.report.asked++
		d := difference{node: res.Node(at), v: v, q: res.Question(k), typed: x, p: p}
		switch {
		case d.q == nil, d.q.Fixed, d.q.Settled() && p.w.answers[k].Value == nil, d.q.Source == resolver.FromXPath:
			d.what = "not asked"
			d.text = fmt.Sprintf("%s %s is not asked: %s; %s", at, v.rel(), shownQuestion(d.q), shownVariable(v))
			p.report.differ(d)
			continue
		default:
			p.suggestion(d)
		}
		if f, ok := x.(float64); ok {
			x = int(f)
		}
		given[k] = x
	}
	for i := range res.Questions {
		q := &res.Questions[i]
		rel := q.Path.Relative()
		if q.Key != p.key(res, rel) || !q.Required() {
			continue
		}
		if v := seen[rel]; given[q.Key] == nil && (v == nil || !v.asked()) {
			d := difference{what: "asked", node: res.Node(at), v: v, q: q, p: p, text: fmt.Sprintf("%s %s is asked, the original has %v", at, q.Key.Name, shownVariable(v))}
			p.report.differ(d)
			if v != nil {
				given[q.Key] = v.Value
			}
		}
	}
	for i := range e.Variables {
		k := p.key(res, e.Variables[i].rel())
		x, ok := given[k]
		if s, text := x.(string); text && k.Kind == resolver.AskHost {
			x = spec.Host(s)
		}
		if ok {
			p.answer(k, x)
		}
	}
	p.last[at] = seen
}

// key is the question about a variable of the node that the original is at: of a child
// that is not managed, it is asked what it returns, and where it is.
func (p *player) key(res *resolver.Result, rel string) resolver.Key {
	at := p.at()
	for _, c := range res.Node(at).Children {
		lead := strings.Join([]string{res.Node(at).Provide.Path.Lifecycle(), c.Via.State, c.Via.Provide, spec.Indexed(c.Via.Require.Name, c.Via.Index), ""}, "/")
		name, ok := strings.CutPrefix(rel, lead)
		switch {
		case !ok || !c.Unmanaged:
		case name == spec.HostVariable:
			return resolver.Key{Node: c.ID, Kind: resolver.AskHost}
		case slices.ContainsFunc(c.Via.Require.Returns, func(v spec.Variable) bool { return v.Name == name }):
			return resolver.Key{Node: c.ID, Kind: resolver.AskReturn, Name: name}
		}
	}
	return resolver.Key{Node: at, Kind: resolver.AskValue, Name: rel}
}

// suggestion compares what is proposed for a variable that both ask, and who proposes it.
func (p *player) suggestion(d difference) {
	ours := d.q.Acceptable()
	d.ours = ours
	if !same(ours, d.v.Suggestion) {
		d.what = "suggestion"
		d.text = fmt.Sprintf("%s: ours suggests %v (%s %q), the original %v", d.q.Path, ours, d.q.Source, d.q.Why, shownVariable(d.v))
		p.report.differ(d)
		return
	}
	if ours == nil {
		return
	}
	if want := d.v.reason(p.c); want != d.q.Why {
		d.what = "reason"
		d.text = fmt.Sprintf("%s: ours suggests %v as %q, the original %q: %v", d.q.Path, ours, d.q.Why, want, shownVariable(d.v))
		p.report.differ(d)
	}
}

// reason says in our words where the original has a suggestion from.
func (v *oracleVariable) reason(c *oracleCase) string {
	for i := range c.Lifecycles {
		l := &c.Lifecycles[i]
		for _, r := range slices.Concat(l.Enter, l.Start) {
			for _, w := range slices.Concat(r.Variables, r.Args, r.Ret) {
				if w.Name == v.Name && w.Default != nil && same(w.Default, v.Suggestion) && (strings.HasPrefix(v.XPath, l.Name+"/") || !same(v.Default, v.Suggestion)) {
					return "default of " + l.Name
				}
			}
		}
	}
	return "?"
}

func same(ours, theirs any) bool {
	if s, ok := ours.(value.Secret); ok {
		ours = s.Reveal()
	}
	return ours == nil && theirs == nil || ours != nil && theirs != nil && cmp.Equal(plainText(ours), plainText(theirs))
}

func plainText(x any) string {
	if hosts, ok := x.([]spec.Host); ok {
		list := []any{}
		for _, h := range hosts {
			list = append(list, string(h))
		}
		x = list
	}
	return fmt.Sprint(x)
}

func shownVariable(v *oracleVariable) string {
	if v == nil {
		return "no such variable"
	}
	return fmt.Sprintf("%s %s value=%v suggestion=%v default=%v error=%v set_by=%s suggested_by=%s resolved_by=%s ret=%v",
		v.rel(), v.Type, v.Value, v.Suggestion, v.Default, v.Error, v.SetBy, v.SuggestedBy, v.ResolvedBy, v.ProvideRet)
}

func shownQuestion(q *resolver.Question) string {
	if q == nil {
		return "there is no question"
	}
	return fmt.Sprintf("%v (%s, %s %q) %s", q.Value, q.Status, q.Source, q.Why, q.Problem)
}

// order compares the order of asking.
func (p *player) order() {
	res := p.w.resolve(p.t)
	last := -1
	for _, k := range p.answers {
		i := slices.IndexFunc(res.Questions, func(q resolver.Question) bool { return q.Key == k })
		if i >= 0 && i < last {
			p.report.differ(difference{what: "order", res: res, key: k, text: fmt.Sprintf("%v is asked before %v", k, res.Questions[last].Key)})
		}
		if i >= 0 {
			last = i
		}
	}
	if p.nodes != len(res.Nodes) {
		p.report.differ(difference{what: "node", text: fmt.Sprintf("%d nodes, the original has %d", len(res.Nodes), p.nodes)})
	}
}

// carryOut does what is planned, one task after the other, and compares what is called.
// Where a case was cut, nothing is said of the rest.
func (p *player) carryOut(cut bool) {
	res := p.w.resolve(p.t)
	if res.Plan == nil {
		for _, b := range res.Blockers() {
			var text string
			if b.Question != nil {
				text = fmt.Sprint(b.Question.Key, shownQuestion(b.Question))
			} else {
				text = fmt.Sprintf("%+v", b.Problem)
			}
			p.report.differ(difference{what: "no plan", text: text, q: b.Question, p: p})
		}
		return
	}
	ctx := context.Background()
	for i := range res.Plan.Tasks {
		task := &res.Plan.Tasks[i]
		steps, err := res.Plan.FillReturns(task, p.w.returned)
		if err != nil {
			p.report.differ(difference{what: "no value", text: err.Error()})
			return
		}
		e := p.w.engines[task.Host][task.Lifecycle]
		ready, err := e.Prepare(ctx, spec.Work{Lifecycle: task.Lifecycle, From: task.From, Steps: steps})
		if err != nil {
			p.report.differ(difference{what: "refused", text: err.Error()})
			return
		}
		for j, s := range ready {
			before := len(p.ran)
			out, err := e.Execute(ctx, "oracle", s, lifecycle.Sink{})
			if err != nil {
				p.t.Fatal(err)
			}
			for k := before; k < len(p.ran); k++ {
				p.ran[k].node = res.Node(task.Node)
			}
			if steps[j].Action == spec.Call {
				p.w.withReturns(task.Node, out)
				if len(p.ran) > before {
					p.ran[len(p.ran)-1].returns = out
				}
			}
		}
	}
	if p.compareCalls(res, cut); cut {
		return
	}
	if out := p.w.facts.Returns[resolver.Root]; !cmp.Equal(out, p.c.Return) {
		p.report.differ(difference{what: "result", text: fmt.Sprintf("%v is returned, the original returned %v", out, p.c.Return)})
	}
}

// compareCalls compares what ran, in its order.
func (p *player) compareCalls(res *resolver.Result, cut bool) {
	var theirs []oracleCall
	var host spec.Host
	for i := range p.c.Events {
		e := &p.c.Events[i]
		switch {
		case e.Ev == "run":
			x := oracleCall{host: host, lf: e.Lf, state: e.State, provide: e.Provide, values: map[string]any{}, returns: e.Ret}
			for _, each := range e.Values.([]any) {
				v := each.([]any)
				x.values[spec.Indexed(v[0].(string), int(v[1].(float64)))+"/"+v[2].(string)] = v[3]
			}
			theirs = append(theirs, x)
		case e.Step == "call":
			host = e.Host
			if e.Ret != nil && len(theirs) > 0 && !cmp.Equal(theirs[len(theirs)-1].returns, e.Ret) {
				p.report.differ(difference{what: "return", text: fmt.Sprintf("%s returned %v", &theirs[len(theirs)-1], e.Ret)})
			}
		}
	}
	i := 0
	for j := range theirs {
		p.report.calls++
		if i < len(p.ran) && p.ran[i].String() == theirs[j].String() {
			p.compareValues(res, &p.ran[i], &theirs[j])
			i++
			continue
		}
		next := "nothing"
		if i < len(p.ran) {
			next = p.ran[i].String()
		}
		p.report.differ(difference{what: "call", p: p, res: res, theirs: &theirs[j], ran: p.ran[:i], text: fmt.Sprintf("the original runs %s %v, ours %s", &theirs[j], theirs[j].values, next)})
	}
	for ; i < len(p.ran) && !cut; i++ {
		p.report.differ(difference{what: "call", p: p, text: "only ours runs " + p.ran[i].String()})
	}
}

func (p *player) compareValues(res *resolver.Result, ours, theirs *oracleCall) {
	if ours.provide != "enter" && !cmp.Equal(ours.returns, theirs.returns) {
		p.report.differ(difference{what: "return", text: fmt.Sprintf("%s returns %v, the original's %v", ours, ours.returns, theirs.returns)})
	}
	for name := range sortedKeys(ours.values) {
		if _, ok := theirs.values[name]; !ok {
			p.report.differ(difference{what: "value", text: fmt.Sprintf("%s is given %s = %v, the original nothing", ours, name, ours.values[name])})
		}
	}
	for name := range sortedKeys(theirs.values) {
		if x, ok := ours.values[name]; !ok || !same(x, theirs.values[name]) {
			rel := strings.Join([]string{ours.lf, ours.state, ours.provide, name}, "/")
			p.report.differ(difference{what: "value", node: ours.node, p: p, v: p.last[ours.node.ID][rel], ours: x, typed: theirs.values[name],
				q:    res.Question(resolver.Key{Node: ours.node.ID, Kind: resolver.AskValue, Name: rel}),
				text: fmt.Sprintf("%s is given %s = %v, the original %v: %s; %v", ours, name, x, theirs.values[name], shownQuestion(res.Question(resolver.Key{Node: ours.node.ID, Kind: resolver.AskValue, Name: rel})), shownVariable(p.last[ours.node.ID][rel]))})
		}
	}
}
