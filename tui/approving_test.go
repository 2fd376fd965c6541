package tui_test

import (
	"testing"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// walkApproval looks at what anna asks to be approved.
func walkApproval(d *driver, a anna, visit func(string)) *rollout.Rollout {
	r := a.deploys("web1", "20000101-000010-aaaaaa", "shop", rollout.Demand{By: []string{"tester"}})
	d.wait(5 * time.Second)
	d.keys("4")
	d.wait(time.Second)
	visit("approval-list")
	d.keys("p")
	d.wait(time.Second)
	visit("approval")
	d.keys("R")
	visit("approval-ask")
	return r
}

// Who may approve sees the plan as the agents have it, and agrees to exactly that.
func TestADeploymentIsApproved(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, a anna, _ *fakeFleet) {
		want := map[string][]string{
			"approval-list": {"approval", "shop", "anna"},
			"approval":      {"shop, asked for by anna", "WebServer", "R APPROVE", "X REFUSE", "Nothing of it is done before it is approved"},
			"approval-ask":  {"Approve shop?", "on 1 host: web1"},
		}
		r := walkApproval(d, a, func(name string) { d.see(want[name]...) })
		defer r.Close()
		d.see("? 1 approval wanted")
		d.keys("agreed enter")
		d.wait(time.Second)
		d.see("You have approved shop on 1 host.")
		d.wait(20 * time.Second)
		if err := r.Wait(a.t.Context()); err != nil || r.Snapshot().Approved != "tester" {
			t.Errorf("%v, approved by %q", err, r.Snapshot().Approved)
		}
		d.keys("4 p")
		d.see("not now: shop does not wait for an approval")
		d.notSee("approval wanted")
	})
}

func TestADeploymentIsRefused(t *testing.T) {
	withAnna(t, 120, 36, func(d *driver, a anna, _ *fakeFleet) {
		r := walkApproval(d, a, func(string) {})
		defer r.Close()
		d.keys("esc X enter")
		d.see("say why it is refused")
		d.keys("X not space today enter")
		d.wait(5 * time.Second)
		d.see("You have refused shop")
		if s := r.Snapshot(); s.Refused != "tester" || s.RefusedWhy != "not today" || s.StepsDone > 0 {
			t.Errorf("refused by %q: %q, %d steps done", s.Refused, s.RefusedWhy, s.StepsDone)
		}
		if err := r.Wait(a.t.Context()); spec.KindOf(err) == "" && r.Snapshot().OK {
			t.Error("it was carried out")
		}
	})
}
