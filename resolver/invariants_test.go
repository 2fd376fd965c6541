package resolver_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// FuzzResolve gives random answers to the questions of a world and checks what must
// always hold: no panic, the same result every time, answers of which nothing asks
// change nothing, a plan only where nothing is open, and nodes apart from the edited
// one unchanged.
func FuzzResolve(f *testing.F) {
	f.Add([]byte{0})
	f.Add([]byte{3, 1, 2, 0, 5, 8080 % 256})
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	f.Add([]byte("\x01\x02\v\a\x06\x05\x04\b0000")) // two nodes share one call
	ar, err := txtar.ParseFile("testdata/proxy_two_sites.txtar")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		w := newWorld(t, ar)
		w.answers = resolver.Answers{}
		for len(choices) >= 2 && len(w.answers) < 40 {
			res := w.resolve(t)
			invariants(t, w, res)
			if len(res.Questions) == 0 {
				return
			}
			q := res.Questions[int(choices[0])%len(res.Questions)]
			x := answerFor(q, choices[1])
			choices = choices[2:]
			if q.Fixed {
				continue
			}
			w.answers[q.Key] = resolver.Answer{Value: x}
			if q.Key.Kind == resolver.AskValue {
				unrelated(t, q.Key.Node, res, w.resolve(t))
			}
		}
		invariants(t, w, w.resolve(t))
	})
}

// answerFor makes a good or bad answer of the kind that the question wants.
func answerFor(q resolver.Question, b byte) any {
	hosts := []spec.Host{"lb1", "web1", "web2", "web1", "nowhere", ""}
	switch q.Key.Kind {
	case resolver.AskManage:
		return b%4 != 0
	case resolver.AskHost:
		return hosts[int(b)%len(hosts)]
	case resolver.AskHosts:
		return hosts[int(b)%3 : int(b)%3+int(b)%4]
	case resolver.AskCount:
		return int(b) - 2
	case resolver.AskChoose:
		if len(q.Options) > 0 {
			return q.Options[int(b)%len(q.Options)].Value
		}
	case resolver.AskValue, resolver.AskReturn:
	}
	return []any{nil, "", "x", "80", 70000, 8080, -1, true, 1.5, []any{"a"}, "http://h/", "/srv"}[int(b)%12]
}

func invariants(t *testing.T, w *world, res *resolver.Result) {
	t.Helper()
	again := resolver.Resolve(w.root, w.facts, w.answers)
	if diff := cmp.Diff(render(res), render(again)); diff != "" {
		t.Fatalf("not deterministic: %s", diff)
	}
	more := maps.Clone(w.answers)
	more[resolver.Key{Node: "./no.such.node", Kind: resolver.AskValue, Name: "A/B/c/d/e"}] = resolver.Answer{Value: 1}
	if got := resolver.Resolve(w.root, w.facts, more); len(got.Unused) != len(res.Unused)+1 || len(got.Nodes) != len(res.Nodes) {
		t.Fatal("an answer that nothing asks for changed the result")
	}
	missing, wrong, checking := res.Counts()
	if res.Plan != nil && missing+wrong+checking > 0 {
		t.Fatalf("a plan with %d missing, %d wrong, %d checking", missing, wrong, checking)
	}
	if res.Plan != nil {
		seen := map[resolver.TaskID]bool{}
		for _, task := range res.Plan.Tasks {
			for _, id := range task.After {
				if !seen[id] {
					t.Fatalf("%s is after %s, which does not come before it", task.ID, id)
				}
			}
			seen[task.ID] = true
		}
	}
	ids := map[resolver.NodeID]bool{}
	for _, n := range res.Nodes {
		if ids[n.ID] {
			t.Fatalf("two nodes are called %s", n.ID)
		}
		ids[n.ID] = true
	}
}

// snapshot writes down what each node is.
func snapshot(res *resolver.Result) map[resolver.NodeID]string {
	out := map[resolver.NodeID]string{}
	for _, n := range res.Nodes {
		s := string(n.Host) + " " + string(n.Provide.Path)
		for _, step := range n.Steps {
			s += " " + step.Name() + inputs(step.Inputs)
		}
		out[n.ID] = s
	}
	return out
}

// unrelated checks that answering a value changes no node but the one it belongs to,
// those above it and those below it, which see its value, and those that share a call
// with one of these.
func unrelated(t *testing.T, edited resolver.NodeID, before, after *resolver.Result) {
	t.Helper()
	was := snapshot(before)
	for id, now := range snapshot(after) {
		if then, ok := was[id]; ok && then != now && !related(id, edited) && !shared(id, edited, before, after) {
			t.Fatalf("answering at %s changed %s:\n%s\n%s", edited, id, then, now)
		}
	}
}

func related(a, b resolver.NodeID) bool {
	return a == b || below(a, b) || below(b, a) || a == "." || b == "."
}

// shared tells whether a node is called as another of which one is related to a, the
// other to b.
func shared(a, b resolver.NodeID, results ...*resolver.Result) bool {
	for _, res := range results {
		for _, n := range res.Nodes {
			if c := n.CalledAs; c != nil && (related(n.ID, a) && related(c.ID, b) || related(n.ID, b) && related(c.ID, a)) {
				return true
			}
		}
	}
	return false
}

func below(a, b resolver.NodeID) bool {
	return len(a) > len(b) && a[:len(b)] == b && a[len(b)] == '/'
}
