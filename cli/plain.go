package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// plainPrinter writes lines for a person, append-only.
type plainPrinter struct {
	out   io.Writer
	nodes func(resolver.NodeID) *resolver.Node
	width int // of the longest host name
	begun map[resolver.TaskID]time.Time
}

// newPlain makes a printer of one host, of no deployment.
func newPlain(out io.Writer, host spec.Host) *plainPrinter {
	return &plainPrinter{out: out, width: len(host), begun: map[resolver.TaskID]time.Time{}}
}

func (p *plainPrinter) talks() bool { return true }

func (p *plainPrinter) say(format string, args ...any) { _, _ = fmt.Fprintf(p.out, format, args...) }

func (p *plainPrinter) failure(err error) error { return err }

func (p *plainPrinter) plan(s *deploy.Session) {
	plan := s.Result().Plan
	p.nodes = s.Result().Node
	p.say("\nPlan for %s: %d steps on %d hosts\n", s.Pattern(), plan.Steps(), len(plan.Hosts))
	for _, h := range plan.Hosts {
		p.width = max(p.width, len(h))
	}
	for _, h := range plan.Hosts {
		p.say("\n%s\n", h)
		for i := range plan.Tasks {
			if t := &plan.Tasks[i]; t.Host == h {
				p.task(plan, t)
			}
		}
	}
	p.say("\n")
}

func (p *plainPrinter) task(plan *resolver.Plan, t *resolver.Task) {
	wait := ""
	if hosts := waitsFor(plan, t); len(hosts) > 0 {
		wait = "   waits for " + strings.Join(hosts, ", ")
	}
	move := top(t.From)
	if to := top(spec.StackAfter(t.From, t.Steps)); to != move {
		move += " -> " + to
	}
	p.say("  %s  %s%s\n", t.Lifecycle, move, wait)
	for _, s := range t.Steps {
		p.say("    %s%s\n", s.Name(), p.inputs(s.Inputs))
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
func (p *plainPrinter) inputs(in spec.Inputs) string { return inputsBy(in, p.value) }

// formatInputs writes values of which all are known.
func formatInputs(in spec.Inputs) string { return inputsBy(in, show) }

func inputsBy(in spec.Inputs, value func(any) string) string {
	var b strings.Builder
	for _, req := range slices.Sorted(maps.Keys(in)) {
		for i, set := range in[req] {
			for _, name := range slices.Sorted(maps.Keys(set)) {
				fmt.Fprintf(&b, "  %s.%s=%s", spec.Indexed(req, i), name, value(set[name]))
			}
		}
	}
	return b.String()
}

// value writes a value, and of one that is not known yet who will return it.
func (p *plainPrinter) value(x any) string {
	d, ok := x.(spec.Deferred)
	if !ok {
		return show(x)
	}
	var n *resolver.Node
	if p.nodes != nil {
		n = p.nodes(resolver.NodeID(d.Node))
	}
	if n == nil {
		return show(x)
	}
	return fmt.Sprintf("(%s from %s on %s)", d.Name, n.Provide.Path.Lifecycle(), n.Host)
}

func top(stack []string) string {
	if len(stack) == 0 {
		return "nothing"
	}
	return stack[len(stack)-1]
}

func (p *plainPrinter) start(id spec.DeploymentID) {
	p.begun = map[resolver.TaskID]time.Time{}
	p.say("Deployment %s\n", id)
}

func (p *plainPrinter) update(u deploy.Update) {
	line := func(format string, args ...any) {
		p.say("%s %-*s  %s\n", u.Event.At.Format("15:04:05"), p.width, u.Host, clean(fmt.Sprintf(format, args...)))
	}
	switch u.Event.Kind {
	case spec.EventStepStarted:
		p.begun[u.Task] = u.Event.At
		line("%s: %s%s", u.Lifecycle, u.Step.Name(), p.inputs(u.Step.Inputs))
	case spec.EventLog:
		line("  | %s", u.Event.Text)
	case spec.EventStepDone:
		line("%s: %s done, %.1fs%s", u.Lifecycle, u.Step.Name(), u.Event.At.Sub(p.begun[u.Task]).Seconds(), returns(u.Event.Returns))
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

func returns(x any) string {
	if x == nil {
		return ""
	}
	m, ok := x.(map[string]any)
	if !ok {
		return ", returned " + show(x)
	}
	parts := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, k+"="+show(m[k]))
	}
	return ", returned " + strings.Join(parts, " ")
}

// clean makes control characters of a module's text harmless to the terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '·'
		}
		return r
	}, s)
}

func (p *plainPrinter) result(s *deploy.Snapshot) {
	state := "done"
	if !s.OK {
		state = "NOT DONE"
	}
	took := ""
	if !s.Ended.IsZero() {
		took = fmt.Sprintf(" in %.1fs", s.Ended.Sub(s.Started).Seconds())
	}
	p.say("\nDeployment %s %s: %d of %d steps%s\n", s.ID, state, s.StepsDone, s.Steps, took)
	for _, t := range s.Tasks {
		switch t.Status {
		case deploy.Done:
			continue
		case deploy.Held:
			p.say("  %-7s %s %s, needs %s\n", t.Status, t.Host, t.Lifecycle, t.HeldBy[0])
		case deploy.Waiting, deploy.Running, deploy.FailedTask, deploy.Stopped, deploy.LostTask:
			p.say("  %-7s %s %s\n", t.Status, t.Host, t.Lifecycle)
			if t.Err != nil {
				p.say("          %s\n", clean(t.Err.Error()))
			}
		}
	}
	stacks := stacksOf(s)
	for _, h := range slices.Sorted(maps.Keys(stacks)) {
		for _, l := range slices.Sorted(maps.Keys(stacks[h])) {
			p.say("  %-*s  %s: %s\n", p.width, h, l, strings.Join(stacks[h][l], " > "))
		}
	}
	if m, ok := s.Result.(map[string]any); ok {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			p.say("  returned %s = %s\n", k, show(m[k]))
		}
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
