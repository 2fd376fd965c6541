package resolver_test

import (
	"fmt"
	"maps"

	"pgregory.net/rapid"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// names are those of all variables of random worlds: there are few, so that variables
// share them.
var names = []string{"a", "b", "port", "url"}

// randomWorld draws lifecycles L0, L1 …, of which each may require later ones, and two
// hosts. The root is a provide of L0.
func randomWorld(t *rapid.T) *world {
	w := emptyWorld()
	n := rapid.IntRange(1, 5).Draw(t, "lifecycles")
	var all []*lifecycle.Lifecycle
	for i := range n {
		all = append(all, randomLifecycle(t, i, n))
	}
	w.root = "//L0//start"
	for _, h := range []spec.Host{"h0", "h1"} {
		w.addHost(t, all, h)
	}
	return w
}

func randomLifecycle(t *rapid.T, i, n int) *lifecycle.Lifecycle {
	requires := func(what string) []spec.Require {
		var out []spec.Require
		for j := range rapid.IntRange(0, 2).Draw(t, what) {
			out = append(out, randomRequire(t, fmt.Sprintf("%s%d", what, j), i, n))
		}
		return out
	}
	start := spec.Provide{Requires: requires("s")}
	for _, name := range names {
		if rapid.IntRange(0, 3).Draw(t, "returned") > 0 {
			start.Returns = append(start.Returns, randomVariable(t, name))
		}
	}
	return &lifecycle.Lifecycle{Name: fmt.Sprintf("L%d", i), States: []*lifecycle.State{
		{Name: "Off"}, {Name: "Conf", Requires: requires("c")},
		{Name: "On", Requires: requires("e"), Provides: []*lifecycle.Provide{{Name: "start", Provide: start}}}}}
}

func randomRequire(t *rapid.T, name string, i, n int) spec.Require {
	r := spec.Require{Name: name, Nargs: rapid.SampledFrom([]spec.Nargs{{}, {}, {Min: 0, Max: 1}, {Min: 0, Max: spec.Many}, {Min: 2, Max: 2}}).Draw(t, "nargs")}
	kind := spec.Simple
	if i+1 < n {
		kind = rapid.SampledFrom([]spec.RequireKind{spec.Simple, spec.Local, spec.Local, spec.External}).Draw(t, "kind")
	}
	vars := func() []spec.Variable {
		var out []spec.Variable
		for _, name := range names {
			if rapid.Bool().Draw(t, name) {
				out = append(out, randomVariable(t, name))
			}
		}
		return out
	}
	if r.Kind = kind; kind == spec.Simple {
		r.Vars = vars()
		return r
	}
	r.Pattern = spec.Pattern(fmt.Sprintf("//L%d//start", rapid.IntRange(i+1, n-1).Draw(t, "target")))
	r.Args, r.Returns = vars(), vars()
	if len(r.Args) > 0 && rapid.IntRange(0, 3).Draw(t, "bind") == 0 {
		v := r.Args[0].Name
		r.Bind = map[string]string{v: name + "." + v}
	}
	return r
}

func randomVariable(t *rapid.T, name string) spec.Variable {
	kind := map[string]spec.TypeKind{"a": spec.KindStr, "b": spec.KindInt, "port": spec.KindPort, "url": spec.KindURL}[name]
	if rapid.IntRange(0, 7).Draw(t, "other type") == 0 {
		kind = rapid.SampledFrom([]spec.TypeKind{spec.KindStr, spec.KindInt, spec.KindPort, spec.KindURL}).Draw(t, "type")
	}
	v := spec.Variable{Name: name, Type: spec.Type{Kind: kind}, Optional: rapid.IntRange(0, 3).Draw(t, "optional") == 0}
	if rapid.IntRange(0, 2).Draw(t, "default") == 0 {
		v.Default = goodValue(t, kind)
	}
	return v
}

func goodValue(t *rapid.T, kind spec.TypeKind) any {
	switch kind {
	case spec.KindInt, spec.KindPort:
		return rapid.IntRange(1, 9).Draw(t, "number")
	case spec.KindURL:
		return rapid.SampledFrom([]string{"http://a/", "http://b:8/"}).Draw(t, "url")
	}
	return rapid.SampledFrom([]string{"7", "x", "http://c/"}).Draw(t, "text")
}

// plan answers questions at random, first those that must be, until there is a plan; nil
// if there is none.
func (w *world) plan(t *rapid.T) *resolver.Result {
	for range 60 {
		res := w.resolve(t)
		if res.Plan != nil {
			return res
		}
		answered := false
		for _, q := range res.Questions {
			if q.Required() && !q.Fixed {
				w.answers[q.Key] = resolver.Answer{Value: randomAnswer(t, &q)}
				answered = true
				break
			}
		}
		if !answered {
			return nil
		}
	}
	return nil
}

func randomAnswer(t *rapid.T, q *resolver.Question) any {
	host := func() spec.Host { return rapid.SampledFrom([]spec.Host{"h0", "h1"}).Draw(t, "host") }
	switch q.Key.Kind {
	case resolver.AskHost:
		return host()
	case resolver.AskHosts:
		hosts := []spec.Host{}
		for range max(q.Min, rapid.IntRange(0, min(q.Max, 2)).Draw(t, "hosts")) {
			hosts = append(hosts, host())
		}
		return hosts
	case resolver.AskValue, resolver.AskReturn:
		return goodValue(t, q.Var.Type.Kind)
	case resolver.AskChoose, resolver.AskCount, resolver.AskManage:
	}
	return nil
}

// randomReturns is what a call might return: some of it absent, nothing, or of a bad type.
func randomReturns(t *rapid.T) any {
	out := map[string]any{"a": "text", "b": 7, "port": "8", "url": "http://r/"}
	switch rapid.IntRange(0, 19).Draw(t, "odd") {
	case 0:
		return nil
	case 1:
		delete(out, rapid.SampledFrom(names).Draw(t, "absent"))
	case 2:
		out[rapid.SampledFrom(names).Draw(t, "bad")] = rapid.SampledFrom([]any{nil, "", 1.5, []any{"x"}}).Draw(t, "value")
	}
	return out
}

// returned gives what calls returned.
func (w *world) returned(id resolver.NodeID) (any, bool) {
	x, ok := w.facts.Returns[id]
	return x, ok
}

// withReturns is the world after a call.
func (w *world) withReturns(id resolver.NodeID, x any) {
	w.facts.Returns = maps.Clone(w.facts.Returns)
	w.facts.Returns[id] = x
}
