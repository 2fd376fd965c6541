package output

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
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
func (p *Plain) Plan(x Planned) {
	plan, previews := x.Plan, x.Previews
	p.nodes = x.Node
	usually := ""
	if d := x.Takes.Round(time.Second); d > 0 {
		usually = ", usually " + d.String()
	}
	p.say("\n%s: %s on %s%s%s\n", x.title(), spec.Count(plan.Steps(), "step", "steps"), spec.Count(len(plan.Hosts), "host", "hosts"), comma(plan.Simulation()), usually)
	for _, h := range plan.Hosts {
		p.width = max(p.width, len(h))
	}
	for _, h := range plan.Hosts {
		p.say("\n%s\n", h)
		for i := range plan.Tasks {
			if t := &plan.Tasks[i]; t.Host == h {
				p.task(x, t, previews[t.ID])
			}
		}
	}
	if len(plan.Batches) > 0 {
		p.say("\n")
	}
	for _, b := range plan.Batches {
		p.say("%s\n", batches(b))
	}
	if k := deploy.KnownOf(slices.Collect(maps.Values(previews))); k.Changes > 0 {
		p.say("\n%d of %s known exactly", k.Exact, spec.Count(k.Changes, "change", "changes"))
		if more := k.More(); more != "" {
			p.say("; %s", more)
		}
		p.say("\n")
	}
	p.say("\n")
}

func (p *Plain) task(x Planned, t *resolver.Task, preview deploy.TaskPreview) {
	plan := x.Plan
	wait := ""
	if hosts := waitsFor(plan, t); len(hosts) > 0 {
		wait = "   waits for " + strings.Join(hosts, ", ")
	}
	move := Top(t.From)
	if to := Top(spec.StackAfter(t.From, t.Steps)); to != move {
		move += " -> " + to
	}
	if t.Simulated && plan.Simulation() != Simulated {
		wait += "   only pretends"
	}
	switch {
	case t.Checks != "":
		wait += "   a check, before the next batch"
	case t.Relay != nil:
		wait += fmt.Sprintf("   told of batch %d, before the next one", t.Relay.Batch+1)
	}
	p.say("  %s  %s%s\n", t.Lifecycle, move, wait)
	for i, s := range t.Steps {
		usually := ""
		if d := x.usual(t, i); d > 0 {
			usually = "   usually " + d.String()
		}
		p.say("    %s%s%s\n", s.Name(), p.inputs(s.Inputs), usually)
		if i < len(preview.Steps) {
			Changes(p.out, "      ", preview.Steps[i])
		}
	}
	if preview.Err != nil {
		p.say("      ? %s\n", preview.Err)
	}
}

// batches says in which portions a require is rolled out.
func batches(b resolver.Batches) string {
	sizes := make([]string, len(b.Of))
	for i, nodes := range b.Of {
		sizes[i] = strconv.Itoa(len(nodes))
	}
	return fmt.Sprintf("%s in %s of %s (%s)", b.Require[strings.LastIndexAny(b.Require, "./")+1:],
		spec.Count(len(b.Of), "batch", "batches"), strings.Join(sizes, ", "), b.How)
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
func (p *Plain) Update(u rollout.Update) {
	line := func(format string, args ...any) {
		p.say("%s %-*s  %s\n", u.Event.At.Local().Format("15:04:05"), p.width, u.Host, fmt.Sprintf(format, args...))
	}
	switch u.Event.Kind {
	case spec.EventStepStarted:
		p.begun[u.Task] = u.Event.At
		line("%s: %s%s", u.Lifecycle, u.Step.Name(), p.inputs(u.Step.Inputs))
	case spec.EventLog:
		line("  | %s", u.Event.Text)
	case spec.EventGuarded:
		line("  ! %s", u.Event.Text)
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
func (p *Plain) Result(s *rollout.Snapshot) {
	state, steps, done := "done", s.Steps, s.StepsDone
	if !s.OK {
		state = "NOT DONE"
	}
	if s.RolledBack {
		state, done, steps = strings.Replace(state, "done", "rolled back", 1), 0, 0
		state = strings.Replace(state, "NOT DONE", "NOT ROLLED BACK", 1)
		for _, t := range s.Tasks {
			if t.Undoes != "" {
				steps, done = steps+len(t.Steps), done+t.StepsDone
			}
		}
	}
	took := ""
	if !s.Ended.IsZero() {
		took = fmt.Sprintf(" in %.1fs", s.Took(s.Ended).Seconds())
	}
	p.say("\nDeployment %s %s: %s%s%s\n", s.ID, state, spec.CountOf(done, steps, "step", "steps"), took, comma(s.Simulation()))
	for i := range s.Tasks {
		t := s.Tasks[i]
		switch t.Status {
		case rollout.Done, rollout.Dropped:
			continue
		case rollout.SkippedTask:
			p.say("  %-7s %s %s: %s\n", t.Status, t.Host, t.Lifecycle, t.Reason)
		case rollout.Held:
			p.say("  %-7s %s %s, needs %s\n", t.Status, t.Host, t.Lifecycle, s.HeldBy(t))
		case rollout.Waiting, rollout.Running, rollout.FailedTask, rollout.Stopped, rollout.LostTask:
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
	for _, r := range resultRows(s.Result) {
		p.say("  returned %s = %s\n", cmp.Or(r.Name, "value"), Value(r.Value))
	}
}

// stacksOf are the stacks of all lifecycles that the deployment touched.
func stacksOf(s *rollout.Snapshot) map[string]map[string][]string {
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
