package resolver_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Ten times the nodes take about ten times the memory, be the tree wide or deep.
func TestResolveGrowsWithTheNodes(t *testing.T) {
	for name, make := range map[string]func(int) *world{"wide": wideWorld, "deep": deepWorld} {
		allocated := func(n int) uint64 {
			w := make(n)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			resolver.Resolve(w.root, w.facts, w.answers)
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		if few, many := allocated(200), allocated(2000); many > 20*few {
			t.Errorf("%s: 200 nodes take %d kB, 2000 nodes %d kB", name, few/1000, many/1000)
		}
	}
}

// A chain may be as long as memory allows, and is planned from its end.
func TestLongChain(t *testing.T) {
	w := deepWorld(3000)
	res := settled(w)
	if res.Plan == nil || len(res.Nodes) != 3000 || res.Plan.Tasks[0].Lifecycle != "L2999" {
		t.Fatalf("%d nodes, %v", len(res.Nodes), res.Problems)
	}
	ids := map[resolver.NodeID]bool{}
	for _, n := range res.Nodes {
		if ids[n.ID] || len(n.ID) > 1100 {
			t.Fatalf("the id %s is there twice, or too long", n.ID)
		}
		ids[n.ID] = true
	}
}

// A circle is found however long it is, and shown from where it begins.
func TestCircle(t *testing.T) {
	for _, length := range []int{1, 2, 100} {
		w := emptyWorld()
		w.root = "//Top//start"
		w.answers[resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}] = resolver.Answer{Value: spec.Host("h")}
		needs := func(i int) []spec.Require {
			return []spec.Require{{Name: "next", Kind: spec.Local, Pattern: spec.Pattern(fmt.Sprintf("//L%d//start", i%length))}}
		}
		w.know("h", "Top", nil, needs(0))
		var want []string
		for i := range length {
			w.know("h", fmt.Sprintf("L%d", i), nil, needs(i+1))
			want = append(want, fmt.Sprintf("L%d/On/start", i))
		}
		want = append(want, "L0/On/start")
		res := settled(w)
		if len(res.Problems) != 1 || res.Problems[0].Msg != "the requirements form a loop: "+strings.Join(want, " > ") {
			t.Errorf("a circle of %d: %+v", length, res.Problems)
		}
	}
}

// settled resolves until nothing is to be learned: agents find nothing wrong, and hosts that
// nothing is known of offer nothing.
func settled(w *world) *resolver.Result {
	for {
		res := resolver.Resolve(w.root, w.facts, w.answers)
		if len(res.Needs) == 0 {
			return res
		}
		for _, need := range res.Needs {
			w.facts.Learned[need.Key()] = resolver.Fact{}
		}
	}
}
