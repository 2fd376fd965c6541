package agentd_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func wantKind(t *testing.T, err error, kind spec.Kind, says string) {
	t.Helper()
	if spec.KindOf(err) != kind || err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("error is %v of kind %q, want one of kind %q that says %q", err, spec.KindOf(err), kind, says)
	}
}

// supervised is a run of who needs an approval.
func supervised(id spec.RunID, text any) spec.Run {
	r := bench(id, "echo")
	r.Deployment, r.Supervised = "d1", true
	r.Steps[0].Inputs = spec.Inputs{"say": {{"text": text}}}
	return r
}

func proposed(t *testing.T, s *agentd.Service, plan string, tasks ...spec.Run) spec.Proposal {
	t.Helper()
	p := spec.Proposal{Deployment: "d1", Plan: plan, By: "ann@example.com"}
	for _, r := range tasks {
		p.Tasks = append(p.Tasks, spec.ProposedTask{ID: string(r.ID), Work: r.Work})
	}
	if err := s.Propose(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p, err := s.Proposal(t.Context(), "d1")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func decide(t *testing.T, s *agentd.Service, p spec.Proposal, who, refuse string) {
	t.Helper()
	if err := s.Decide(t.Context(), spec.Decision{Deployment: p.Deployment, Digest: p.Digest, By: who, Refused: refuse != "", Reason: refuse}); err != nil {
		t.Fatal(err)
	}
}

func denied(t *testing.T, s *agentd.Service, r spec.Run, why string) {
	t.Helper()
	wantKind(t, s.Start(t.Context(), r), spec.Denied, why)
}

func TestARunThatNeedsApprovalWaitsForIt(t *testing.T) {
	s := open(t, 0)
	defer s.Close()
	denied(t, s, supervised("d1/a", "hi"), "nothing of this was proposed")
	one := proposed(t, s, "p1", supervised("", "hi"))
	denied(t, s, supervised("d1/a", "hi"), "nobody has approved")
	wantKind(t, s.Decide(t.Context(), spec.Decision{Deployment: "d1", Digest: one.Digest, By: "ann@example.com"}), spec.Denied, "somebody else")
	decide(t, s, one, "bob@example.com", "")
	decide(t, s, one, "eve@example.com", "not now")
	denied(t, s, supervised("d1/a", "hi"), "eve@example.com has refused")
	decide(t, s, one, "eve@example.com", "")
	denied(t, s, supervised("d1/a", "ho"), "does not do what was approved")
	other := supervised("d1/a", "hi")
	other.Deployment = "d2"
	denied(t, s, other, "nothing of this was proposed")

	again := supervised("d1/a", "hi")
	for range 2 { // handed over twice, it is the same run
		if err := s.Start(t.Context(), again); err != nil {
			t.Fatal(err)
		}
	}
	if events := follow(t, s, "d1/a"); events[len(events)-1].Err != nil {
		t.Fatalf("it ended with %v", events[len(events)-1].Err)
	}
	denied(t, s, supervised("d1/b", "hi"), "done once, by the run d1/a")
	wantKind(t, s.Decide(t.Context(), spec.Decision{Deployment: "d1", Digest: one.Digest, By: "eve@example.com", Refused: true, Reason: "late"}), spec.Conflict, "being carried out")

	two := proposed(t, s, "p2", supervised("", "hi"))
	denied(t, s, supervised("d1/b", "hi"), "nobody has approved")
	wantKind(t, s.Decide(t.Context(), spec.Decision{Deployment: "d1", Digest: one.Digest, By: "bob@example.com"}), spec.Conflict, "something else")
	decide(t, s, two, "bob@example.com", "")
	if err := s.Start(t.Context(), supervised("d1/b", "hi")); err != nil {
		t.Error(err)
	}
	free := bench("free", "echo")
	if err := s.Start(t.Context(), free); err != nil {
		t.Errorf("who needs no approval: %v", err)
	}
}

func TestWhatWasNotKnownIsNotPartOfAnApproval(t *testing.T) {
	s := open(t, 0)
	defer s.Close()
	decide(t, s, proposed(t, s, "p1", supervised("", value.Deferred{Node: "db", Name: "port"})), "bob@example.com", "")
	more := supervised("d1/a", "3306")
	more.Steps[0].Inputs["say"][0]["other"] = "x"
	denied(t, s, more, "does not do what was approved")
	if err := s.Start(t.Context(), supervised("d1/a", "3306")); err != nil {
		t.Error(err)
	}
}

func TestWhatFailedMayBeRetriedAsApproved(t *testing.T) {
	s := open(t, 0)
	defer s.Close()
	fails := func(id spec.RunID) spec.Run {
		r := bench(id, "fail")
		r.Deployment, r.Supervised = "d1", true
		return r
	}
	decide(t, s, proposed(t, s, "p1", fails("")), "bob@example.com", "")
	for _, id := range []spec.RunID{"d1/a", "d1/a[2]"} {
		if err := s.Start(t.Context(), fails(id)); err != nil {
			t.Fatal(err)
		}
		follow(t, s, id)
	}
}

func TestApprovalsOutliveTheAgent(t *testing.T) {
	dir := t.TempDir()
	start := func() (*agentd.Service, func()) {
		j := openJournal(t, dir)
		s, err := agentd.New(agentd.Config{Info: spec.Info{Host: agenttest.Host}, Lifecycles: agenttest.Lifecycles(), Store: lifecycle.NewMemory(), RunStore: j, Proposals: j})
		if err != nil {
			t.Fatal(err)
		}
		return s, func() { s.Close(); j.Close() }
	}
	s, end := start()
	p := proposed(t, s, "p1", supervised("", value.Secret("hi")))
	decide(t, s, p, "bob@example.com", "")
	end()
	s, end = start()
	if err := s.Start(t.Context(), supervised("d1/a", value.Secret("hi"))); err != nil {
		t.Fatal(err)
	}
	follow(t, s, "d1/a")
	end()
	s, end = start()
	defer end()
	denied(t, s, supervised("d1/b", value.Secret("hi")), "done once, by the run d1/a")
}
