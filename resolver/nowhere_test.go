package resolver_test

import (
	"testing"

	"github.com/armonic/armonic/resolver"
)

// Where no host offers what is to be deployed, the question where says so, host by host; as
// long as one may, it does not.
func TestNoHostOffersIt(t *testing.T) {
	w := emptyWorld()
	w.root = "//Web//start"
	w.facts.Hosts["a"] = resolver.HostFact{Why: "seen 14m ago"}
	w.facts.Hosts["b"] = resolver.HostFact{Online: true}
	k := resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}
	if q := resolver.Resolve(w.root, w.facts, nil).Question(k); q.Problem != "" || q.Status != resolver.Missing {
		t.Errorf("before b was asked: %+v", q)
	}
	want := "no host offers //Web//start (a: seen 14m ago; b: offers nothing that matches //Web//start)"
	if q := settled(w).Question(k); q.Problem != want || q.Status != resolver.Missing {
		t.Errorf("%q, %s", q.Problem, q.Status)
	}
}
