package deploy_test

import (
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

// What was decided for a host is for another one: in lists, nodes and values, but for what was
// said of its address.
func TestDecisionsAreMovedToAnotherHost(t *testing.T) {
	key := func(node resolver.NodeID, kind resolver.Kind, name string) resolver.Key {
		return resolver.Key{Node: node, Kind: kind, Name: name}
	}
	s := deploy.NewSession(fleettest.New(t, nil, "a", "b", "c"), "//Front//go")
	s.SetAnswers(resolver.Answers{
		key(".", resolver.AskHost, ""):                          {Value: spec.Host("b")},
		key(".", resolver.AskHosts, "On.enter.sites"):           {Value: []spec.Host{"a", "b"}},
		key(".", resolver.AskHosts, "On.enter.more"):            {Value: []spec.Host{"b", "c"}},
		key("./On.enter.sites[b]", resolver.AskValue, "x/name"): {Value: "b", Typed: true},
		key("./On.enter.sites[b]", resolver.AskValue, "x/addr"): {Value: "192.0.2.2"},
		key("./On.enter.sites[b]", resolver.AskValue, "x/port"): {Value: 80, Typed: true},
		key("./On.enter.sites[a]", resolver.AskValue, "x/addr"): {Value: "192.0.2.2"},
		key("./On.enter.more[b#2]/x", resolver.AskChoose, ""):   {Value: "Bb/On/go"},
	})
	s.Elsewhere(map[spec.Host]spec.Host{"b": "c"}, []string{"192.0.2.2"})
	want := resolver.Answers{
		key(".", resolver.AskHost, ""):                          {Value: spec.Host("c")},
		key(".", resolver.AskHosts, "On.enter.sites"):           {Value: []spec.Host{"a", "c"}},
		key(".", resolver.AskHosts, "On.enter.more"):            {Value: []spec.Host{"c"}},
		key("./On.enter.sites[c]", resolver.AskValue, "x/name"): {Value: resolver.Text("c")},
		key("./On.enter.sites[c]", resolver.AskValue, "x/port"): {Value: 80, Typed: true},
		key("./On.enter.sites[a]", resolver.AskValue, "x/addr"): {Value: "192.0.2.2"},
		key("./On.enter.more[c#2]/x", resolver.AskChoose, ""):   {Value: "Bb/On/go"},
	}
	if diff := cmp.Diff(want, s.Answers()); diff != "" {
		t.Error(diff)
	}
	if !s.Undo() || s.Answers()[key(".", resolver.AskHost, "")].Value != spec.Host("b") {
		t.Error("it cannot be undone")
	}
}

func TestTwoHostsChangePlaces(t *testing.T) {
	at := func(node resolver.NodeID) resolver.Key {
		return resolver.Key{Node: node, Kind: resolver.AskValue, Name: "x/port"}
	}
	s := deploy.NewSession(fleettest.New(t, nil, "a", "b"), "//Front//go")
	s.SetAnswers(resolver.Answers{at("./sites[a]"): {Value: 1, Typed: true}, at("./sites[b]"): {Value: 2, Typed: true}})
	s.Elsewhere(map[spec.Host]spec.Host{"a": "b", "b": "a"}, nil)
	want := resolver.Answers{at("./sites[b]"): {Value: 1, Typed: true}, at("./sites[a]"): {Value: 2, Typed: true}}
	if diff := cmp.Diff(want, s.Answers()); diff != "" {
		t.Error(diff)
	}
}
