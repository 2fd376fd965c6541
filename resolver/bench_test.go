package resolver_test

import (
	"fmt"
	"testing"

	"github.com/armonic/armonic/internal/benchreport"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// BenchmarkResolve computes deployments of n nodes of which all is known, as after one more
// answer. Wide ones are a farm of sites on at most 500 hosts, each of three nodes, as
// those of the shipped Proxy. Deep ones are chains on one host, in which each link wishes a variable
// of the same name of the next, and takes what it returns. Compare the sizes: the time should
// grow like n.
func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("wide/nodes=%d", n), func(b *testing.B) { benchResolve(b, wideWorld(n), n) })
	}
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("deep/nodes=%d", n), func(b *testing.B) { benchResolve(b, deepWorld(n), n) })
	}
}

func benchResolve(b *testing.B, w *world, n int) {
	b.Helper()
	res := settled(w)
	if res.Plan == nil || len(res.Nodes) < n*9/10 {
		b.Fatalf("no plan of %d nodes: %d nodes, %d needs, %v", n, len(res.Nodes), len(res.Needs), res.Problems)
	}
	b.ReportAllocs()
	before := benchreport.CPUTime(b)
	for b.Loop() {
		resolver.Resolve(w.root, w.facts, w.answers)
	}
	b.ReportMetric(float64(benchreport.CPUTime(b)-before)/float64(b.N)/1e6, "cpu-ms/op")
}

// know adds a provide of a host to what is known, and the way to it.
func (w *world) know(h spec.Host, lc string, enter, call []spec.Require) {
	p := spec.Provide{Path: spec.MakePath(h, lc, "On", "start"), Requires: call, Returns: []spec.Variable{{Name: "url"}}}
	pattern := spec.Pattern("//" + lc + "//start")
	w.facts.Learned[resolver.Need{Kind: resolver.NeedProvides, Host: h, Pattern: pattern}.Key()] = resolver.Fact{Provides: []spec.Provide{p}}
	last := spec.Step{Action: spec.Call, State: "On", Provide: "start", Requires: call}
	route := func(from []string, steps ...spec.Step) {
		q := spec.RouteQuery{Provide: p.Path, From: from}
		w.facts.Learned[resolver.Need{Kind: resolver.NeedRoute, Host: h, Route: q}.Key()] = resolver.Fact{Route: spec.Route{Lifecycle: lc, From: from,
			After: []string{"Off", "On"}, Steps: steps, Provide: p}}
	}
	route([]string{"Off"}, spec.Step{Action: spec.Enter, State: "On", Requires: enter}, last)
	route([]string{"Off", "On"}, last)
	k := resolver.Need{Kind: resolver.NeedStacks, Host: h}.Key()
	f := w.facts.Learned[k]
	f.Stacks = append(f.Stacks, spec.Stack{Path: spec.MakePath(h, lc), Applied: []spec.Applied{{State: "Off"}}})
	w.facts.Learned[k] = f
	w.facts.Hosts[h] = resolver.HostFact{Online: true}
}

func textVar(name string, def any) spec.Variable {
	return spec.Variable{Name: name, Type: spec.Type{Kind: spec.KindStr}, Default: def}
}

func wideWorld(n int) *world {
	w := emptyWorld()
	w.root = "/main/Farm/On/start"
	farm := spec.Require{Name: "sites", Kind: spec.External, Nargs: spec.Nargs{Max: spec.Many}, Pattern: "//Site//start", Returns: []spec.Variable{textVar("url", nil)}}
	w.know("main", "Farm", nil, []spec.Require{farm})
	w.facts.Learned[resolver.Need{Kind: resolver.NeedProvides, Host: "main", Pattern: w.root}.Key()] = resolver.Fact{Provides: []spec.Provide{
		{Path: "/main/Farm/On/start", Requires: []spec.Require{farm}}}}
	server := func(name string) spec.Require {
		return spec.Require{Name: name, Kind: spec.Local, Pattern: "//Server//start", Args: []spec.Variable{textVar("path", "/srv")}, Returns: []spec.Variable{textVar("url", nil)}}
	}
	conf := spec.Require{Name: "conf", Vars: []spec.Variable{textVar("path", "/var"), textVar("size", "1")}}
	for i := range 500 {
		h := spec.Host(fmt.Sprintf("h%d", i))
		w.know(h, "Site", []spec.Require{server("root")}, []spec.Require{server("server")})
		w.know(h, "Server", []spec.Require{conf}, []spec.Require{conf})
	}
	var hosts []spec.Host
	sites := n / 3
	if sites > 500 { // a second site on a host is one node less
		sites = 500 + (n-1500)/2
	}
	for i := range sites {
		hosts = append(hosts, spec.Host(fmt.Sprintf("h%d", i%500)))
	}
	w.answers[resolver.Key{Node: resolver.Root, Kind: resolver.AskHosts, Name: "On.start.sites"}] = resolver.Answer{Value: hosts}
	return w
}

func deepWorld(n int) *world {
	w := emptyWorld()
	w.root = "//L0//start"
	w.answers[resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}] = resolver.Answer{Value: spec.Host("h")}
	for i := range n {
		var call []spec.Require
		if i+1 < n {
			call = append(call, spec.Require{Name: "next", Kind: spec.Local, Pattern: spec.Pattern(fmt.Sprintf("//L%d//start", i+1)),
				Args: []spec.Variable{textVar("path", "/srv"), textVar("size", "1")}, Returns: []spec.Variable{textVar("url", nil)}})
		}
		call = append(call, spec.Require{Name: "conf", Vars: []spec.Variable{textVar("path", "/var"), textVar("size", "2")}})
		w.know("h", fmt.Sprintf("L%d", i), nil, call)
	}
	return w
}
