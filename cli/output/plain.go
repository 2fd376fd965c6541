package output

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Plain writes lines for a person, append-only.
type Plain struct {
	out   io.Writer
	nodes func(resolver.NodeID) *resolver.Node
	width int // of the longest host name
	begun map[resolver.TaskID]time.Time
}

// NewPlain makes a printer of one host, of no deployment.
func NewPlain(out io.Writer, host spec.Host) *Plain {
	return &Plain{out: out, width: len(host), begun: map[resolver.TaskID]time.Time{}}
}

// Interactive is true: questions may come between the lines.
func (p *Plain) Interactive() bool { return true }

func (p *Plain) say(format string, args ...any) { Printf(p.out, format, args...) }

// Failure prints nothing: the error is printed in the end.
func (p *Plain) Failure(err error) error { return err }

// Plan prints the steps, host by host.
func (p *Plain) Plan(s *deploy.Session, previews map[resolver.TaskID]deploy.TaskPreview) {
	plan := s.Result().Plan
	p.nodes = s.Result().Node
	p.say("\nPlan for %s: %s on %s\n", s.Pattern(), spec.Count(plan.Steps(), "step", "steps"), spec.Count(len(plan.Hosts), "host", "hosts"))
	for _, h := range plan.Hosts {
		p.width = max(p.width, len(h))
	}
	for _, h := range plan.Hosts {
		p.say("\n%s\n", h)
		for i := range plan.Tasks {
			if t := &plan.Tasks[i]; t.Host == h {
				p.task(plan, t, previews[t.ID])
			}
		}
	}
	p.say("\n")
}

func (p *Plain) task(plan *resolver.Plan, t *resolver.Task, preview deploy.TaskPreview) {
	wait := ""
	if hosts := waitsFor(plan, t); len(hosts) > 0 {
		wait = "   waits for " + strings.Join(hosts, ", ")
	}
	move := Top(t.From)
	if to := Top(spec.StackAfter(t.From, t.Steps)); to != move {
		move += " -> " + to
	}
	p.say("  %s  %s%s\n", t.Lifecycle, move, wait)
	for i, s := range t.Steps {
		p.say("    %s%s\n", s.Name(), p.inputs(s.Inputs))
		if i < len(preview.Steps) {
			Changes(p.out, "      ", preview.Steps[i])
		}
	}
	if preview.Err != nil {
		p.say("      ? %s\n", preview.Err)
	}
}

// waitsFor names the other hosts that a task depends on.
func waitsFor(plan *resolver.Plan, t *resolver.Task) []string {
	var out []string
	for i := range plan.Tasks {
		o := &plan.Tasks[i]
		if o.Host != t.Host && slices.Contains(t.After, o.ID) && !slices.Contains(out, string(o.Host)) {
			out = append(out, string(o.Host))
		}
	}
	return out
}

// inputs writes the values of a step: "  conf.port=80".
func (p *Plain) inputs(in spec.Inputs) string { return inputs(in, p.value) }

// value writes a value, and of one that is not known yet who will return it.
func (p *Plain) value(x any) string {
	d, ok := x.(value.Deferred)
	if !ok {
		return Value(x)
	}
	var n *resolver.Node
	if p.nodes != nil {
		n = p.nodes(resolver.NodeID(d.Node))
	}
	if n == nil {
		return Value(x)
	}
	return fmt.Sprintf("(%s from %s on %s)", d.Name, n.Provide.Path.Lifecycle(), n.Host)
}

// Start prints the name of the deployment.
func (p *Plain) Start(id spec.DeploymentID) {
	p.begun = map[resolver.TaskID]time.Time{}
	p.say("Deployment %s\n", id)
}

// Update prints an event, in a line or none.
func (p *Plain) Update(u deploy.Update) {
	line := func(format string, args ...any) {
		p.say("%s %-*s  %s\n", u.Event.At.Format("15:04:05"), p.width, u.Host, fmt.Sprintf(format, args...))
	}
	switch u.Event.Kind {
	case spec.EventStepStarted:
		p.begun[u.Task] = u.Event.At
		line("%s: %s%s", u.Lifecycle, u.Step.Name(), p.inputs(u.Step.Inputs))
	case spec.EventLog:
		line("  | %s", u.Event.Text)
	case spec.EventStepDone:
		line("%s: %s done, %.1fs%s", u.Lifecycle, u.Step.Name(), u.Event.At.Sub(p.begun[u.Task]).Seconds(), Returns(u.Event.Returns))
	case spec.EventStepFailed:
		line("%s: %s FAILED", u.Lifecycle, u.Step.Name())
	case spec.EventRunDone:
		if u.Event.Err != nil {
			line("! %v", u.Event.Err)
			if u.Event.Err.Hint != "" {
				line("  hint: %s", u.Event.Err.Hint)
			}
		}
	case spec.EventQueued, spec.EventStarted, spec.EventProgress:
	}
}

// Result prints how the deployment ended.
func (p *Plain) Result(s *deploy.Snapshot) {
	state := "done"
	if !s.OK {
		state = "NOT DONE"
	}
	took := ""
	if !s.Ended.IsZero() {
		took = fmt.Sprintf(" in %.1fs", s.Ended.Sub(s.Started).Seconds())
	}
	p.say("\nDeployment %s %s: %s%s\n", s.ID, state, spec.CountOf(s.StepsDone, s.Steps, "step", "steps"), took)
	for i := range s.Tasks {
		t := &s.Tasks[i]
		switch t.Status {
		case deploy.Done:
			continue
		case deploy.Held:
			p.say("  %-7s %s %s, needs %s\n", t.Status, t.Host, t.Lifecycle, s.HeldBy(t))
		case deploy.Waiting, deploy.Running, deploy.FailedTask, deploy.Stopped, deploy.LostTask:
			p.say("  %-7s %s %s\n", t.Status, t.Host, t.Lifecycle)
			if t.Err != nil {
				p.say("          %s\n", t.Err.Error())
			}
		}
	}
	stacks := stacksOf(s)
	for _, h := range slices.Sorted(maps.Keys(stacks)) {
		for _, l := range slices.Sorted(maps.Keys(stacks[h])) {
			p.say("  %-*s  %s: %s\n", p.width, h, l, strings.Join(stacks[h][l], " > "))
		}
	}
	for _, r := range value.Rows(s.Result) {
		p.say("  returned %s = %s\n", cmp.Or(r.Name, "value"), Value(r.Value))
	}
}

// stacksOf are the stacks of all lifecycles that the deployment touched.
func stacksOf(s *deploy.Snapshot) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for _, t := range s.Tasks {
		h := string(t.Host)
		if out[h] == nil {
			out[h] = map[string][]string{}
		}
		if _, known := out[h][t.Lifecycle]; !known || t.Attempt > 0 {
			out[h][t.Lifecycle] = t.Stack
		}
	}
	return out
}
