package deploy_test

import (
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
)

// carryOut carries the plan of a session out, to its end.
func carryOut(t testing.TB, s *deploy.Session) *rollout.Snapshot {
	t.Helper()
	r, err := rollout.New(s, rollout.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	r.Start(t.Context())
	if err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r.Snapshot()
}
