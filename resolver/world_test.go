package resolver_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v4"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// world is what one test archive describes: hosts that run real engines over the
// archive's modules, and the answers of an operator.
//
//	-- world --     lines: "root PATTERN", "hosts H…", "offline HOST WHY", "shipped",
//	                "applied HOST Lifecycle State" (goes there before planning),
//	                "module HOST Lifecycle DIGEST" (the host has other files of it)
//	-- *.star --    modules
//	-- answers --   lines: "NODE KIND [NAME] = YAML"
//	-- returns --   lines: "NODE = YAML"
//	-- want --      what the result looks like
type world struct {
	root    spec.Pattern
	facts   resolver.Facts
	answers resolver.Answers
	engines map[spec.Host]map[string]*lifecycle.Engine
	trees   map[spec.Host]*query.Node
}

// failer is what worlds need of a test, be it one of rapid.
type failer interface {
	Helper()
	Fatal(args ...any)
}

func emptyWorld() *world {
	return &world{
		answers: resolver.Answers{},
		engines: map[spec.Host]map[string]*lifecycle.Engine{},
		trees:   map[spec.Host]*query.Node{},
		facts: resolver.Facts{Hosts: map[spec.Host]resolver.HostFact{}, Learned: map[resolver.NeedKey]resolver.Fact{},
			Returns: map[resolver.NodeID]any{}},
	}
}

func newWorld(t testing.TB, ar *txtar.Archive) *world {
	t.Helper()
	w := emptyWorld()
	files := fstest.MapFS{}
	var sources []modules.Source
	var lines []string
	for _, f := range ar.Files {
		switch {
		case strings.HasSuffix(f.Name, ".star"):
			files[f.Name] = &fstest.MapFile{Data: f.Data}
		case f.Name == "world":
			lines = nonEmpty(f.Data)
		case f.Name == "answers":
			for _, l := range nonEmpty(f.Data) {
				w.answer(t, l)
			}
		case f.Name == "returns":
			for _, l := range nonEmpty(f.Data) {
				node, text, _ := strings.Cut(l, " = ")
				w.facts.Returns[resolver.NodeID(node)] = fromYAML(t, text)
			}
		}
	}
	if len(files) > 0 {
		sources = append(sources, modules.Source{Name: "test", FS: files})
	}
	for _, l := range lines {
		if l == "shipped" {
			sources = append(sources, modules.ShippedSource())
		}
	}
	set, err := modules.Config{}.Load(sources...)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		w.line(t, set, strings.Fields(l))
	}
	return w
}

func (w *world) line(t testing.TB, set *modules.Set, f []string) {
	t.Helper()
	switch f[0] {
	case "root":
		w.root = spec.Pattern(f[1])
	case "hosts":
		for _, h := range f[1:] {
			w.addHost(t, set.Lifecycles, spec.Host(h))
		}
	case "module":
		all := slices.Clone(set.Lifecycles)
		i := slices.IndexFunc(all, func(l *lifecycle.Lifecycle) bool { return l.Name == f[2] })
		other := *all[i]
		all[i], other.Digest = &other, f[3]
		w.addHost(t, all, spec.Host(f[1]))
	case "offline":
		w.facts.Hosts[spec.Host(f[1])] = resolver.HostFact{Why: strings.Join(f[2:], " ")}
	case "applied":
		e := w.engines[spec.Host(f[1])][f[2]]
		r, err := e.Route(context.Background(), spec.RouteQuery{Provide: spec.MakePath(spec.Host(f[1]), f[2], f[3])})
		if err != nil {
			t.Fatal(err)
		}
		ready, err := e.Prepare(context.Background(), spec.Work{Lifecycle: f[2], Steps: r.Steps})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range ready {
			if _, err := e.Execute(context.Background(), "before", s, lifecycle.Sink{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (w *world) addHost(t failer, lifecycles []*lifecycle.Lifecycle, h spec.Host) {
	t.Helper()
	w.facts.Hosts[h] = resolver.HostFact{Online: true}
	w.engines[h] = map[string]*lifecycle.Engine{}
	store := lifecycle.NewMemory()
	for _, l := range lifecycles {
		e, err := lifecycle.New(l, lifecycle.Deps{Store: store, Me: spec.Info{Host: h, Address: string(h) + ".example", OS: spec.OS{Name: "debian", Release: "13"}}})
		if err != nil {
			t.Fatal(err)
		}
		w.engines[h][l.Name] = e
	}
	w.trees[h] = query.NewRoot()
	lifecycle.Tree(w.trees[h], h, lifecycles...)
}

func (w *world) answer(t testing.TB, line string) {
	t.Helper()
	key, text, ok := strings.Cut(line, " = ")
	f := strings.Fields(key)
	if !ok || len(f) < 2 {
		t.Fatalf("bad answer %q", line)
	}
	k := resolver.Key{Node: resolver.NodeID(f[0]), Kind: resolver.Kind(f[1])}
	if len(f) > 2 {
		k.Name = f[2]
	}
	v := fromYAML(t, text)
	switch k.Kind {
	case resolver.AskHost:
		v = spec.Host(fmt.Sprint(v))
	case resolver.AskHosts:
		hosts := []spec.Host{}
		for _, h := range v.([]any) {
			hosts = append(hosts, spec.Host(fmt.Sprint(h)))
		}
		v = hosts
	case resolver.AskManage, resolver.AskChoose, resolver.AskCount, resolver.AskValue, resolver.AskReturn:
	}
	w.answers[k] = resolver.Answer{Value: v}
}

func fromYAML(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func nonEmpty(data []byte) []string {
	var out []string
	for l := range strings.Lines(string(data)) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// resolve answers needs from the engines until there are none.
func (w *world) resolve(t failer) *resolver.Result {
	t.Helper()
	for range 200 {
		res := resolver.Resolve(w.root, w.facts, w.answers)
		if len(res.Needs) == 0 {
			return res
		}
		for _, n := range res.Needs {
			w.facts.Learned[n.Key()] = w.ask(n)
		}
	}
	t.Fatal("the needs never end")
	return nil
}

func (w *world) ask(n resolver.Need) resolver.Fact {
	var f resolver.Fact
	engines := w.engines[n.Host]
	switch n.Kind {
	case resolver.NeedProvides:
		x, err := query.Compile(n.Pattern)
		if err != nil {
			return resolver.Fact{Err: spec.AsError(err)}
		}
		nodes, err := x.Select(w.trees[n.Host])
		if err != nil {
			return resolver.Fact{Err: spec.AsError(err)}
		}
		for _, m := range nodes {
			for _, p := range engines[m.Path().Lifecycle()].Provides() {
				if p.Path == m.Path() && p.Name() != "enter" {
					f.Provides = append(f.Provides, p)
				}
			}
		}
	case resolver.NeedStacks:
		for _, e := range engines {
			f.Stacks = append(f.Stacks, e.Stack())
		}
	case resolver.NeedRoute:
		r, err := engines[n.Route.Provide.Lifecycle()].Route(context.Background(), n.Route)
		f.Route, f.Err = r, spec.AsError(err)
	case resolver.NeedPaths:
		p, err := engines[n.Paths.State.Lifecycle()].Paths(context.Background(), n.Paths)
		f.Paths, f.Err = p, spec.AsError(err)
	case resolver.NeedCheck:
		f.Problems = engines[n.Work.Lifecycle].Check(context.Background(), n.Work)
	}
	return f
}
