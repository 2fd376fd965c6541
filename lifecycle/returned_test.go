package lifecycle_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// What a call would return is known to the work that comes after it in a preview, in the types of
// the variables that take it; without secrets it is told.
func TestAPreviewKnowsWhatCallsWouldReturn(t *testing.T) {
	port, password := spec.Variable{Name: "port", Type: spec.Type{Kind: spec.KindPort}}, spec.Variable{Name: "password", Type: spec.Type{Kind: spec.KindStr}, Secret: true}
	for _, tt := range []struct {
		name      string
		port      any
		command   bool // a command decides what is done
		told      any
		want, why string
	}{
		{"a value", "81", false, map[string]any{"port": "81"}, "port 81, password correct", ""},
		{"a bad value", "http", false, map[string]any{"port": "http"}, "", "it depends on what another step returns"},
		{"no value", nil, false, map[string]any{"port": nil}, "", "it depends on what another step returns"},
		{"what depends on a command", "81", true, nil, "", "it depends on what another step returns"},
	} {
		give := func(_ context.Context, c *lifecycle.Call) (any, error) {
			if tt.command {
				c.Preview.Stop("it depends on a command")
			}
			return map[string]any{"port": tt.port, "password": "correct"}, nil
		}
		take := func(_ context.Context, c *lifecycle.Call) error {
			in := c.Inputs["server"][0]
			secret, _ := in["password"].(value.Secret)
			c.Preview.Change(spec.Change{What: fmt.Sprintf("port %v, password %s", in["port"], secret.Reveal())})
			return nil
		}
		server := newEngine(t, &lifecycle.Lifecycle{Name: "Server", Previews: true, States: []*lifecycle.State{{Name: "On",
			Provides: []*lifecycle.Provide{{Name: "give", Provide: spec.Provide{Returns: []spec.Variable{port, password}}, Do: give}}}}}, nil)
		client := newEngine(t, &lifecycle.Lifecycle{Name: "Client", Previews: true, States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Enter: take,
			Requires: []spec.Require{{Name: "server", Kind: spec.Local, Pattern: "//Server//give", Returns: []spec.Variable{port, password}}}}}}, nil)
		var f lifecycle.Forecast
		called, err := f.Preview(t.Context(), server, spec.Work{Lifecycle: "Server", From: []string{"On"}, Node: "./server", Steps: steps("call On.give")})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.told, called[0].Returns); diff != "" {
			t.Errorf("%s: told is, -want +got:\n%s", tt.name, diff)
		}
		later := func(name string) any { return value.Deferred{Node: "./server", Name: name} }
		entered, err := f.Preview(t.Context(), client, spec.Work{Lifecycle: "Client", From: []string{"Off"}, Steps: []spec.Step{
			{Action: spec.Enter, State: "On", Inputs: spec.Inputs{"server": {{"port": later("port"), "password": later("password")}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range entered[0].Changes {
			got += c.What
		}
		if got != tt.want || entered[0].Why != tt.why || !value.IsDeferred(entered[0].Step.Inputs) {
			t.Errorf("%s: %q, %q, of %v", tt.name, got, entered[0].Why, entered[0].Step.Inputs)
		}
	}
}
