package lifecycle_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Who enters a state again does not know the secrets with which it was entered; a call that
// it requires has those that it had before.
func TestACallKeepsItsSecrets(t *testing.T) {
	var got []string
	add := &lifecycle.Provide{Name: "add", Provide: spec.Provide{Requires: []spec.Require{{Name: "user", Vars: []spec.Variable{
		{Name: "name", Type: spec.Type{Kind: spec.KindStr}},
		{Name: "password", Type: spec.Type{Kind: spec.KindPassword}, Generate: 24},
	}}}}, Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
		set := c.Inputs["user"][0]
		if c.Preview != nil {
			c.Preview.Change(spec.Change{What: set["name"].(string) + " " + set["password"].(value.Secret).Reveal()})
			return nil, nil
		}
		got = append(got, set["name"].(string)+" "+set["password"].(value.Secret).Reveal())
		return nil, nil
	}}
	e := newEngine(t, &lifecycle.Lifecycle{Name: "Db", Previews: true, States: []*lifecycle.State{{Name: "On", Provides: []*lifecycle.Provide{add}}}}, nil)
	call := func(by spec.Path, name string, password any) error {
		set := spec.Set{"name": name}
		if password != nil {
			set["password"] = password
		}
		w := spec.Work{Lifecycle: "Db", From: e.Applied(), Steps: []spec.Step{{Action: spec.Call, State: "On", Provide: "add", Inputs: spec.Inputs{"user": {set}}, For: []spec.Path{by}}}}
		ready, err := e.Prepare(t.Context(), w)
		if err != nil {
			return err
		}
		shown, err := e.Preview(t.Context(), w)
		if err == nil {
			_, err = e.Execute(t.Context(), "run", ready[0], lifecycle.Sink{})
		}
		if last := got[len(got)-1]; err == nil && shown[0].Changes[0].What != last {
			t.Errorf("it was called with %q, and the preview called it with %q", last, shown[0].Changes[0].What)
		}
		return err
	}
	for _, c := range []struct {
		by       spec.Path
		name     string
		password any
	}{
		{"/web1/Shop/On", "shop", value.Secret("first one")},
		{"/web2/Shop/On", "shop", value.Secret("second one")},
		{"/web1/Shop/On", "shop", nil},
		{"/web1/Shop/On", "other", value.Secret("third one")},
		{"/web1/Shop/On", "shop", nil},
		{"/web2/Shop/On", "renamed", nil},
	} {
		if err := call(c.by, c.name, c.password); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"shop first one", "shop second one", "shop first one", "other third one", "shop first one", "renamed second one"}; !slices.Equal(got, want) {
		t.Errorf("called with %q, want %q", got, want)
	}
	if err := call("/web3/Shop/On", "shop", nil); err == nil || !strings.Contains(err.Error(), "not known any more") {
		t.Errorf("one that was never given: %v", err)
	}
}
