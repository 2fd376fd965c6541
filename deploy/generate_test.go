package deploy_test

import (
	"context"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// A secret that is to be made at random is made once, is not asked for, and stays when the
// deployment is said again, or the state entered again with another port.
func TestASecretIsMadeAtRandomOnce(t *testing.T) {
	var given []value.Secret
	conf := []spec.Require{{Name: "conf", Vars: []spec.Variable{
		{Name: "password", Type: spec.Type{Kind: spec.KindPassword}, Generate: 24},
		{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Default: 80},
	}}}
	db := &lifecycle.Lifecycle{Name: "DB", States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Requires: conf,
		Enter: func(_ context.Context, c *lifecycle.Call) error {
			given = append(given, c.Inputs["conf"][0]["password"].(value.Secret))
			return nil
		}, Provides: []*lifecycle.Provide{{Name: "go"}}}}}
	f := fleettest.New(t, []*lifecycle.Lifecycle{db}, "a")
	for _, port := range []string{"", "", "81"} {
		s := deploy.NewSession(f, "//DB//go")
		s.Answer(resolver.Key{Node: resolver.Root, Kind: resolver.AskHost}, resolver.Text("a"))
		if port != "" {
			if err := s.Set("//DB//conf/port", port); err != nil {
				t.Fatal(err)
			}
		}
		settle(t, s)
		if b := s.Blocking(); len(b) > 0 {
			t.Fatalf("it is blocked by %+v", b)
		}
		if end := carryOut(t, s); !end.OK {
			t.Fatalf("%+v", end)
		}
	}
	if len(given) != 2 || len(given[0].Reveal()) != 24 || given[0].Reveal() != given[1].Reveal() {
		t.Errorf("the states were entered with %d passwords of %d characters", len(given), len(given[0].Reveal()))
	}
	if err := (spec.Variable{Name: "x", Type: spec.Type{Kind: spec.KindStr}, Generate: 24}).CheckDefinition(); err == nil {
		t.Error("what is no secret can be made at random")
	}
}
