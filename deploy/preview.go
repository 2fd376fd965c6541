package deploy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// TaskPreview is what the host of a task says that it would change.
type TaskPreview struct {
	Steps []spec.StepPreview // as many as the task has; nil if the host did not say
	Err   error              // why it did not
}

// Preview asks the hosts of a plan what its tasks would change, all at once. A host looks
// at itself as it is, and at what earlier tasks of the plan would change there. Where one of
// them is not possible, or the agent is older, what other lifecycles change on the host before
// is not seen, which the steps say.
func Preview(ctx context.Context, f Fleet, plan *resolver.Plan) map[resolver.TaskID]TaskPreview {
	var hosts []spec.Host
	tasks := map[spec.Host][]*resolver.Task{}
	for i := range plan.Tasks {
		t := &plan.Tasks[i]
		if tasks[t.Host] == nil {
			hosts = append(hosts, t.Host)
		}
		tasks[t.Host] = append(tasks[t.Host], t)
	}
	answers := make([][]TaskPreview, len(hosts))
	each(len(hosts), func(i int) { answers[i] = previewHost(ctx, f, hosts[i], tasks[hosts[i]]) })
	out := map[resolver.TaskID]TaskPreview{}
	for i, h := range hosts {
		for j, t := range tasks[h] {
			out[t.ID] = answers[i][j]
		}
	}
	return out
}

// previewHost asks a host what its tasks would change: all in a row, or, if it cannot say that,
// those of each lifecycle by themselves.
func previewHost(ctx context.Context, f Fleet, h spec.Host, tasks []*resolver.Task) []TaskPreview {
	works, all := make([]spec.Work, len(tasks)), 0
	for i, t := range tasks {
		works[i] = workOf(t)
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

// workOf is what a task does. Its host knows what the steps ask.
func workOf(t *resolver.Task) spec.Work {
	w := spec.Work{Lifecycle: t.Lifecycle, From: t.From, Steps: slices.Clone(t.Steps)}
	for i := range w.Steps {
		w.Steps[i].Requires = nil
	}
	return w
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
