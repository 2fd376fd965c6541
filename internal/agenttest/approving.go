//nolint:thelper // these are the tests themselves, not helpers of tests
package agenttest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func echo(text any) spec.Run { return benchRun("r1", "Off", call("echo", one("say", "text", text))) }

// proposal asks for a run of the contract's lifecycles.
func proposal(id spec.DeploymentID, plan string, r spec.Run) spec.Proposal {
	return spec.Proposal{Deployment: id, Name: "shop", Root: "/host1/Web/On/start", Plan: plan, By: "ann", Tasks: []spec.ProposedTask{{ID: ".#0", Work: r.Work}}}
}

func propose(t testing.TB, a spec.Agent, p spec.Proposal) spec.Proposal {
	t.Helper()
	if err := a.Propose(t.Context(), p); err != nil {
		t.Fatalf("cannot propose %s: %v", p.Deployment, err)
	}
	out, err := a.Proposal(t.Context(), p.Deployment)
	if err != nil {
		t.Fatalf("cannot read the proposal of %s: %v", p.Deployment, err)
	}
	return out
}

func proposalsAreKept(t testing.TB, a spec.Agent) {
	one := propose(t, a, proposal("d1", "p1", echo("hi")))
	if one.Digest == "" || one.At.IsZero() || one.By == "" || len(one.Tasks) != 1 || len(one.Tasks[0].Preview) != len(one.Tasks[0].Steps) || len(one.Decisions) > 0 {
		t.Fatalf("it is kept as %+v", one)
	}
	again := propose(t, a, proposal("d1", "p1", echo("hi")))
	if again.Digest != one.Digest || !again.At.Equal(one.At) {
		t.Errorf("the same again is kept as %+v, before it was %+v", again, one)
	}
	two := propose(t, a, proposal("d1", "p2", echo("hi")))
	if two.Digest == one.Digest || two.Plan != "p2" {
		t.Errorf("another plan is kept as %+v", two)
	}
	all, err := a.Proposals(t.Context())
	if err != nil || len(all) != 1 || all[0].Digest != two.Digest || len(all[0].Tasks) > 0 {
		t.Errorf("the list is %+v, error %v", all, err)
	}
	_, err = a.Proposal(t.Context(), "d2")
	wantKind(t, err, spec.NotFound, "d2")
}

func proposalsRefused(t testing.TB, a spec.Agent) {
	wantKind(t, a.Propose(t.Context(), proposal("", "p1", echo("hi"))), spec.Invalid, "no deployment")
	wantKind(t, a.Propose(t.Context(), proposal("d1", "", echo("hi"))), spec.Invalid, "no plan")
	empty := proposal("d1", "p1", echo("hi"))
	empty.Tasks = nil
	wantKind(t, a.Propose(t.Context(), empty), spec.Invalid, "nothing to be approved")
	unknown := proposal("d1", "p1", echo("hi"))
	unknown.Tasks[0].Lifecycle = "Nowhere"
	wantKind(t, a.Propose(t.Context(), unknown), spec.NotFound, "Nowhere")
	large := proposal("d1", "p1", echo("hi"))
	large.Name = strings.Repeat("x", 5000)
	wantKind(t, a.Propose(t.Context(), large), spec.Invalid, "name")
}

func decisionsNameWhatTheyAreAbout(t testing.TB, a spec.Agent) {
	ctx := t.Context()
	one := propose(t, a, proposal("d1", "p1", echo("hi")))
	wantKind(t, a.Decide(ctx, spec.Decision{Deployment: "d2", Digest: one.Digest, By: one.By, Refused: true, Reason: "no"}), spec.NotFound, "d2")
	wantKind(t, a.Decide(ctx, spec.Decision{Deployment: "d1", Digest: "another", By: one.By, Refused: true, Reason: "no"}), spec.Conflict, "something else")
	wantKind(t, a.Decide(ctx, spec.Decision{Deployment: "d1", Digest: one.Digest, By: one.By, Refused: true}), spec.Invalid, "why")
	wantKind(t, a.Decide(ctx, spec.Decision{Deployment: "d1", Digest: one.Digest, By: one.By}), spec.Denied, "somebody else")
	no := spec.Decision{Deployment: "d1", Digest: one.Digest, By: one.By, Refused: true, Reason: "not on a Friday"}
	for range 2 {
		if err := a.Decide(ctx, no); err != nil {
			t.Fatal(err)
		}
	}
	got, err := a.Proposal(ctx, "d1")
	if err != nil || got.Refusal() == nil || got.Refusal().Reason != "not on a Friday" || got.Refusal().By != one.By || len(got.Decisions) != 1 || got.Refusal().At.IsZero() {
		t.Errorf("it is refused so: %+v, error %v", got.Decisions, err)
	}
	if got = propose(t, a, proposal("d1", "p2", echo("hi"))); len(got.Decisions) > 0 {
		t.Errorf("decided of another plan is %+v", got.Decisions)
	}
}

func proposedSecretsAreHidden(t testing.TB, a spec.Agent) {
	got := propose(t, a, proposal("d1", "p1", echo(value.Secret("swordfish"))))
	if text := fmt.Sprintf("%+v", got); strings.Contains(text, "swordfish") || !strings.Contains(text, value.Hidden) {
		t.Errorf("it is told as %s", text)
	}
	other := propose(t, a, proposal("d1", "p1", echo(value.Secret("marlin"))))
	if other.Digest == got.Digest {
		t.Error("with another secret it is still the same proposal")
	}
}

func oldProposalsAreDropped(t testing.TB, a spec.Agent) {
	for i := range spec.MaxProposals + 2 {
		propose(t, a, proposal(spec.DeploymentID(fmt.Sprintf("d%03d", i)), "p", echo("hi")))
	}
	all, err := a.Proposals(t.Context())
	if err != nil || len(all) != spec.MaxProposals {
		t.Fatalf("kept are %d, error %v", len(all), err)
	}
	_, err = a.Proposal(t.Context(), "d000")
	wantKind(t, err, spec.NotFound, "d000")
}
