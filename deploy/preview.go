package deploy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// TaskPreview is what the host of a task says that it would change.
type TaskPreview struct {
	Steps []spec.StepPreview // as many as the task has; nil if the host did not say
	Err   error              // why it did not
}

// Preview asks the hosts of a plan what its tasks would change. A host looks at itself as it is,
// and at what earlier tasks of the plan would change and return there. Hosts are asked at once,
// but for those that need what calls on others would return: these are asked after them, if
// they do not wait for each other. Where one of the tasks is not possible, or the agent is older,
// what other lifecycles change on the host before is not seen, which the steps say.
func Preview(ctx context.Context, f Fleet, plan *resolver.Plan) map[resolver.TaskID]TaskPreview {
	p := previewing{plan: plan, tasks: map[spec.Host][]*resolver.Task{}, returned: map[resolver.NodeID]any{}}
	var left []spec.Host
	for i := range plan.Tasks {
		t := &plan.Tasks[i]
		if p.tasks[t.Host] == nil {
			left = append(left, t.Host)
		}
		p.tasks[t.Host] = append(p.tasks[t.Host], t)
	}
	needs := p.needs()
	out := map[resolver.TaskID]TaskPreview{}
	for len(left) > 0 {
		waits := func(h spec.Host) bool {
			return slices.ContainsFunc(left, func(other spec.Host) bool { return needs[h][other] })
		}
		now := slices.DeleteFunc(slices.Clone(left), waits)
		if len(now) == 0 {
			now = left
		}
		answers := make([][]TaskPreview, len(now))
		each(len(now), func(i int) { answers[i] = p.host(ctx, f, now[i]) })
		for i, h := range now {
			for j, t := range p.tasks[h] {
				out[t.ID] = p.learn(t, answers[i][j])
			}
		}
		left = slices.DeleteFunc(slices.Clone(left), func(h spec.Host) bool { return slices.Contains(now, h) })
	}
	return out
}

// previewing is a plan of which hosts are asked.
type previewing struct {
	plan     *resolver.Plan
	tasks    map[spec.Host][]*resolver.Task
	returned map[resolver.NodeID]any // what calls would return
}

// needs gives for each host those on which calls are made whose returns it needs.
func (p *previewing) needs() map[spec.Host]map[spec.Host]bool {
	on := map[string]spec.Host{}
	for i := range p.plan.Tasks {
		on[string(p.plan.Tasks[i].Node)] = p.plan.Tasks[i].Host
	}
	out := map[spec.Host]map[spec.Host]bool{}
	for h, tasks := range p.tasks {
		out[h] = map[spec.Host]bool{}
		for _, t := range tasks {
			for i := range t.Steps {
				value.Walk(t.Steps[i].Inputs, func(leaf any) {
					if d, is := leaf.(value.Deferred); is && on[d.Node] != h {
						out[h][on[d.Node]] = true
					}
				})
			}
		}
	}
	return out
}

// learn keeps what the call of a task would return, which is no part of what people are shown.
func (p *previewing) learn(t *resolver.Task, x TaskPreview) TaskPreview {
	for i := range x.Steps {
		if s := &x.Steps[i]; s.Returns != nil {
			p.returned[t.Node], s.Returns = s.Returns, nil
		}
	}
	return x
}

// host asks a host what its tasks would change: all in a row, or, if it cannot say that, those
// of each lifecycle by themselves.
func (p *previewing) host(ctx context.Context, f Fleet, h spec.Host) []TaskPreview {
	tasks := p.tasks[h]
	works, all := make([]spec.Work, len(tasks)), 0
	for i, t := range tasks {
		works[i] = p.work(t)
		all += len(t.Steps)
	}
	asked := time.Now()
	steps, err := askPreview(ctx, f, h, works...)
	switch kind := spec.KindOf(err); {
	case err == nil && len(steps) == all:
		return divided(steps, tasks)
	case kind == spec.Timeout && time.Since(asked) < previewTime: // its agent said so: one after the other it may have the time
	case err != nil && kind != spec.Invalid && kind != spec.NotFound && kind != spec.Conflict:
		return slices.Repeat([]TaskPreview{{Err: err}}, len(tasks))
	}
	out := make([]TaskPreview, len(tasks))
	first := tasks[0].Lifecycle
	for i, t := range tasks {
		if out[i].Steps != nil || out[i].Err != nil {
			continue
		}
		w := spec.Work{Lifecycle: t.Lifecycle, From: t.From}
		var same []int
		for j, o := range tasks {
			if o.Lifecycle == t.Lifecycle {
				same, w.Steps = append(same, j), append(w.Steps, works[j].Steps...)
			}
		}
		steps, err := askPreview(ctx, f, h, w)
		for _, j := range same {
			if out[j].Err = err; err == nil {
				n := len(tasks[j].Steps)
				out[j].Steps, steps = steps[:n:n], steps[n:]
			}
			if t.Lifecycle != first {
				doubt(out[j].Steps, first)
			}
		}
	}
	return out
}

func askPreview(ctx context.Context, f Fleet, h spec.Host, works ...spec.Work) (steps []spec.StepPreview, err error) {
	err = askHost(ctx, f, h, previewTime, func(ctx context.Context, a spec.Agent) (err error) {
		steps, err = a.Preview(ctx, works[0], works[1:]...)
		if n := len(works[0].Steps); err == nil && len(steps) < n {
			err = spec.Errorf(spec.Protocol, "%s answered for %d of %d steps", h, len(steps), n)
		}
		return err
	})
	return steps, err
}

// work is what a task does. Its host knows what the steps ask.
func (p *previewing) work(t *resolver.Task) spec.Work {
	steps := p.plan.FillKnown(t, func(n resolver.NodeID) (any, bool) {
		x, known := p.returned[n]
		return x, known
	})
	for i := range steps {
		steps[i].Requires = nil
	}
	return spec.Work{Lifecycle: t.Lifecycle, From: t.From, Steps: steps, Node: string(t.Node)}
}

// divided gives each task its steps.
func divided(steps []spec.StepPreview, tasks []*resolver.Task) []TaskPreview {
	out := make([]TaskPreview, len(tasks))
	for i, t := range tasks {
		n := len(t.Steps)
		out[i].Steps, steps = steps[:n:n], steps[n:]
	}
	return out
}

// doubt says that steps were previewed without what another lifecycle changes first.
func doubt(steps []spec.StepPreview, before string) {
	for i := range steps {
		if len(steps[i].Changes) > 0 && !steps[i].Unpredictable {
			steps[i].Unpredictable, steps[i].Why = true, fmt.Sprintf("what %s changes on this host before is not seen here", before)
		}
	}
}
