package plan_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/plan"
	"github.com/armonic/armonic/tui/widget"
)

// What the hosts say that they would change stands below the steps, of this plan only.
func TestChangesStandBelowTheSteps(t *testing.T) {
	p := &resolver.Plan{Hosts: []spec.Host{"a"}, Tasks: []resolver.Task{{ID: "1", Host: "a", Lifecycle: "L", From: []string{"Off"},
		Steps: []spec.Step{{Action: spec.Enter, State: "On"}}}}}
	m := plan.New(widget.Look{})
	m.Show(&resolver.Result{Plan: p})
	if !m.Wants() || m.Wants() {
		t.Error("the hosts are not asked once")
	}
	m.SetPreviews(p, map[resolver.TaskID]deploy.TaskPreview{"1": {Steps: []spec.StepPreview{{
		Changes: []spec.Change{{What: "~ /etc/x\x1b[31m", Diff: "-a\n+b\n"}, {What: "+ package x", Scripts: true}}, Unpredictable: true, Why: "what x changes is not known before"}}}}, nil)
	drawn := func() string {
		lines, _ := m.Draw(120, 20)
		return strings.Join(lines, "\n")
	}
	for _, want := range []string{"~ /etc/x", "-a", "+b", "? what x changes is not known before", "? scripts of 1 package may change more"} {
		if !strings.Contains(drawn(), want) {
			t.Errorf("%q is not in\n%s", want, drawn())
		}
	}
	if strings.Contains(drawn(), "\x1b[31m") {
		t.Error("a host paints")
	}
	other := &resolver.Plan{Hosts: p.Hosts, Tasks: p.Tasks}
	m.Show(&resolver.Result{Plan: other})
	m.SetPreviews(p, map[resolver.TaskID]deploy.TaskPreview{"1": {Err: spec.Errorf(spec.Timeout, "late")}}, nil)
	if strings.Contains(drawn(), "/etc/x") || strings.Contains(drawn(), "late") || !m.Wants() {
		t.Errorf("the preview of another plan stands in\n%s", drawn())
	}
}
