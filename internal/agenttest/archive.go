//nolint:thelper // these are the tests themselves, not helpers of tests
package agenttest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// record is a revision of the record of a deployment.
func record(id spec.DeploymentID, revision int, log string) spec.DeploymentRecord {
	return spec.DeploymentRecord{
		DeploymentSummary: spec.DeploymentSummary{ID: id, Name: "shop", Root: "//Proxy//start", By: "ann", State: "running", Revision: revision,
			Made: time.Date(2026, 1, 2, 3, 4, 5, revision, time.UTC)},
		Log: spec.PackLog([]byte(log)),
	}
}

func put(t testing.TB, a spec.Agent, all ...spec.DeploymentRecord) {
	t.Helper()
	for _, r := range all {
		if err := a.PutDeployment(t.Context(), r); err != nil {
			t.Fatalf("cannot put %s: %v", r.ID, err)
		}
	}
}

func wantLog(t testing.TB, a spec.Agent, id spec.DeploymentID, revision int, log string) {
	t.Helper()
	r, err := a.Deployment(t.Context(), id)
	if err != nil {
		t.Fatalf("cannot read %s: %v", id, err)
	}
	text, err := r.UnpackLog()
	if err != nil || r.Revision != revision || string(text) != log || !strings.Contains(fmt.Sprintf("%+v", r), value.Hidden) {
		t.Errorf("kept is %+v with a log of %d bytes, error %v", r, len(text), err)
	}
}

func deploymentsAreKept(t testing.TB, a spec.Agent) {
	long := strings.Repeat("the password is \xff\x00 swordfish\n", 20_000)
	put(t, a, record("d1", 1, "one"), record("d2", 2, "two"), record("d1", 7, long))
	wantLog(t, a, "d1", 7, long)
	wantLog(t, a, "d2", 2, "two")
	all, err := a.Deployments(t.Context())
	if err != nil || len(all) != 2 || all[0].ID != "d1" || all[1].ID != "d2" {
		t.Fatalf("kept are %+v, error %v", all, err)
	}
	want := record("d1", 7, long)
	got := all[0]
	if got.Size != len(want.Log) || got.PutAt.IsZero() || !got.Made.Equal(want.Made) {
		t.Errorf("the summary is %+v", got)
	}
	got.Size, got.PutAt, got.PutBy, got.Made = 0, time.Time{}, "", want.Made
	if got != want.DeploymentSummary {
		t.Errorf("the summary is %+v", got)
	}
	_, err = a.Deployment(t.Context(), "d3")
	wantKind(t, err, spec.NotFound, "d3")
}

func deploymentConflict(t testing.TB, a spec.Agent) {
	now := record("d1", 3, "three")
	put(t, a, record("d1", 1, "one"), now, now)
	wantKind(t, a.PutDeployment(t.Context(), record("d1", 2, "two")), spec.Conflict, "revision 3", "read what is kept")
	wantKind(t, a.PutDeployment(t.Context(), record("d1", 3, "another three")), spec.Conflict, "revision 3")
	wantLog(t, a, "d1", 3, "three")
}

func deploymentRefused(t testing.TB, a spec.Agent) {
	wantKind(t, a.PutDeployment(t.Context(), record("", 1, "x")), spec.Invalid, "id")
	wantKind(t, a.PutDeployment(t.Context(), record("d1", 0, "x")), spec.Invalid, "revision 0")
	large := record("d1", 1, "")
	large.Log = Password
	for len(large.Log) <= spec.MaxDeploymentLog {
		large.Log += large.Log
	}
	wantKind(t, a.PutDeployment(t.Context(), large), spec.Invalid, "at most")
	large = record("d1", 1, "x")
	large.Name = strings.Repeat("x", 1000)
	wantKind(t, a.PutDeployment(t.Context(), large), spec.Invalid, "name")
	if all, err := a.Deployments(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("kept are %+v, error %v", all, err)
	}
}

func oldDeploymentsAreDropped(t testing.TB, a spec.Agent) {
	for i := range spec.MaxDeployments + 3 {
		r := record(spec.DeploymentID(fmt.Sprintf("d%03d", i)), 1, "x")
		if i%2 == 1 {
			r.Ended = r.Made
		}
		put(t, a, r)
	}
	all, err := a.Deployments(t.Context())
	if err != nil || len(all) != spec.MaxDeployments {
		t.Fatalf("kept are %d, error %v", len(all), err)
	}
	for _, id := range []spec.DeploymentID{"d001", "d003", "d005"} { // the first that have ended
		_, err := a.Deployment(t.Context(), id)
		wantKind(t, err, spec.NotFound, string(id))
	}
	wantLog(t, a, "d000", 1, "x")
}
