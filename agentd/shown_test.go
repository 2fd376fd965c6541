package agentd_test

import (
	"context"
	"strings"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// A run that would do something else by now than its operator was shown does nothing.
func TestARunDoesWhatWasShownOrNothing(t *testing.T) {
	content, did := "one", ""
	l := &lifecycle.Lifecycle{Name: "File", Previews: true, States: []*lifecycle.State{{Name: "Off"}, {Name: "On", Enter: func(_ context.Context, c *lifecycle.Call) error {
		if c.Preview != nil {
			c.Preview.Change(spec.Change{What: "/etc/file", Diff: content})
			return nil
		}
		did = content
		return nil
	}}}}
	s, err := agentd.New(agentd.Config{Info: spec.Info{Host: "h"}, Lifecycles: []*lifecycle.Lifecycle{l}, Store: lifecycle.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	work := spec.Work{Lifecycle: "File", From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Enter, State: "On"}}}
	shown, err := s.Preview(t.Context(), work)
	if err != nil {
		t.Fatal(err)
	}
	run := func(id spec.RunID) *spec.Error {
		if err := s.Start(t.Context(), spec.Run{ID: id, Work: work, Shown: spec.Shown(shown)}); err != nil {
			t.Fatal(err)
		}
		events := follow(t, s, id)
		return events[len(events)-1].Err
	}
	content = "two"
	if err := run("r1"); err == nil || err.Kind != spec.Conflict || !strings.Contains(err.Error(), "something else than was shown") || did != "" {
		t.Errorf("with another content: %v, and it wrote %q", err, did)
	}
	l.Digest = "d2"
	work.Module = "d1"
	if err := run("r3"); err == nil || err.Kind != spec.Conflict || !strings.Contains(err.Error(), "the module of File on h was changed") || did != "" {
		t.Errorf("with another module: %v, and it wrote %q", err, did)
	}
	work.Module = ""
	content = "one"
	if err := run("r2"); err != nil || did != "one" {
		t.Errorf("as it was shown: %v, and it wrote %q", err, did)
	}
}
