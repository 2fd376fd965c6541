package deploy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Two plans differ in the hosts, steps and values that they do not share; a secret is only
// said to differ.
func TestDiffPlans(t *testing.T) {
	f := fleettest.New(t, fleettest.NewLab().Lifecycles(), "main", "a", "b")
	pass := resolver.Key{Node: "./On.go.parts[a]", Kind: resolver.AskValue, Name: "Part/On/go/conf/pass"}
	plan := func(size, secret string, parts ...spec.Host) *resolver.Result {
		s := fleettest.Planned(t, f, parts...)
		s.Answer(sizeOfA, resolver.Text(size))
		s.Answer(pass, resolver.Text(secret))
		if err := s.Settle(t.Context()); err != nil || s.Result().Plan == nil {
			t.Fatalf("no plan: %v", err)
		}
		return s.Result()
	}
	same := deploy.DiffPlans(plan("4", "s3cret!", "a"), plan("4", "s3cret!", "a"))
	if !same.Same() {
		t.Errorf("equal plans differ: %+v", same)
	}
	got := deploy.DiffPlans(plan("4", "s3cret!", "a"), plan("5", "0ther!!", "a", "b"))
	wantHosts := []deploy.HostDiff{{In: deploy.OnlyB, Host: "b"}}
	if diff := cmp.Diff(wantHosts, got.Hosts); diff != "" {
		t.Error(diff)
	}
	values := map[string][2]any{}
	for _, v := range got.Values {
		values[string(v.Path)] = [2]any{v.A, v.B}
	}
	if values["/a/Part/On/go/conf/size"] != [2]any{4, 5} || values["/a/Part/On/go/conf/pass"] != [2]any{value.Hidden, value.Hidden} {
		t.Errorf("%+v", got.Values)
	}
	var steps []string
	for _, s := range got.Steps {
		steps = append(steps, string(s.In)+" "+string(s.Host)+" "+s.Step)
	}
	if diff := cmp.Diff([]string{"b b enter Ready", "b b enter On", "b b call On.go"}, steps); diff != "" {
		t.Error(diff)
	}
	text, err := value.JSON(got)
	if err != nil || strings.Contains(text, "s3cret!") || strings.Contains(text, "0ther!!") {
		t.Errorf("secrets are told: %s %v", text, err)
	}
}
