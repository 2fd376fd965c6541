package hostbench_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
)

// prospect is what a deployment said beforehand of its steps.
type prospect struct {
	changes map[string]int  // by host, step and change: how often it was said
	maybe   map[string]bool // likewise, of those that depend on what scripts of packages make
	marked  map[string]bool // by host and step: it may change more
	scripts map[string]bool // of these: only since packages have scripts
}

// foretold reads the plan in what a command printed, an object a line.
func foretold(t *testing.T, out string) prospect {
	t.Helper()
	p := prospect{map[string]int{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for line := range strings.Lines(out) {
		var x struct {
			Type  string
			Tasks []struct {
				Host      spec.Host
				Lifecycle string
				Steps     []spec.Step
				Changes   []spec.StepPreview
			}
		}
		if json.Unmarshal([]byte(line), &x) != nil || x.Type != "plan" {
			continue
		}
		for _, task := range x.Tasks {
			if len(task.Changes) != len(task.Steps) {
				t.Fatalf("%s says something of %d of %d steps of %s", task.Host, len(task.Changes), len(task.Steps), task.Lifecycle)
			}
			for i, s := range task.Changes {
				step := fmt.Sprint(task.Host, " ", task.Lifecycle, " ", task.Steps[i].Name(), ": ")
				for _, c := range s.Changes {
					if what, conditional := strings.CutSuffix(c.What, ", if a script of a package makes it"); conditional {
						p.maybe[step+what] = true
					} else if c.Key != "" && isMade(c.What) {
						p.changes[step+c.What]++
					}
				}
				if s.Unpredictable || s.Scripts() > 0 {
					p.marked[step] = true
					p.scripts[step] = !s.Unpredictable
				}
			}
		}
	}
	if len(p.changes) == 0 {
		t.Fatalf("nothing is said beforehand:\n%s", out)
	}
	return p
}

// isMade reports whether a line says what becomes of something.
func isMade(line string) bool {
	return len(line) > 2 && strings.ContainsRune("+-~", rune(line[0])) && line[1] == ' '
}

// known says how much is marked.
func (p prospect) known() string {
	scripts := 0
	for _, only := range p.scripts {
		if only {
			scripts++
		}
	}
	return fmt.Sprintf("%d steps may change more since packages have scripts, %d others", scripts, len(p.marked)-scripts)
}

// compare counts the changes that a deployment then made, as it printed them, an object a line.
func (p prospect) compare(t *testing.T, out string, r *storyRun) {
	t.Helper()
	for _, n := range p.changes {
		r.said += n
	}
	for line := range strings.Lines(out) {
		var x struct {
			Type, Host, Lifecycle string
			Step                  *spec.Step
			Event                 struct{ Kind, Text string }
		}
		if json.Unmarshal([]byte(line), &x) != nil || x.Type != "event" || x.Event.Kind != string(spec.EventLog) || x.Step == nil || !isMade(x.Event.Text) {
			continue
		}
		r.made++
		step := x.Host + " " + x.Lifecycle + " " + x.Step.Name() + ": "
		gone, _, _ := strings.Cut(x.Event.Text, " (")
		switch change := step + x.Event.Text; {
		case p.changes[change] > 0:
			p.changes[change]--
			r.rightly++
		case p.marked[step], p.maybe[step+gone]:
			r.marked++
		default:
			t.Logf("not said: %s", change)
		}
	}
	for change, n := range p.changes {
		if n > 0 {
			t.Logf("said, and not made: %s", change)
		}
	}
}
