package deploy

import (
	"context"
	"fmt"
	"slices"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// TaskPreview is what the host of a task says that it would change.
type TaskPreview struct {
	Steps []spec.StepPreview // as many as the task has; nil if the host did not say
	Err   error              // why it did not
}

// Preview asks the hosts of a plan what its tasks would change, all at once. A host looks
// at itself as it is, and at what earlier tasks of the same lifecycle would change there;
// what other lifecycles change on it before is not seen, which their steps say.
func Preview(ctx context.Context, f Fleet, plan *resolver.Plan) map[resolver.TaskID]TaskPreview {
	type service struct {
		host      spec.Host
		lifecycle string
	}
	var services []service
	tasks := map[service][]*resolver.Task{}
	before := map[service]string{} // another lifecycle that is changed first on the host
	for i := range plan.Tasks {
		t := &plan.Tasks[i]
		s := service{t.Host, t.Lifecycle}
		if tasks[s] == nil {
			if at := slices.IndexFunc(services, func(o service) bool { return o.host == s.host }); at >= 0 {
				before[s] = services[at].lifecycle
			}
			services = append(services, s)
		}
		tasks[s] = append(tasks[s], t)
	}
	answers := make([][]spec.StepPreview, len(services))
	errs := InParallel(len(services), func(i int) error {
		s := services[i]
		w := spec.Work{Lifecycle: s.lifecycle, From: tasks[s][0].From}
		for _, t := range tasks[s] {
			for _, step := range t.Steps {
				step.Requires = nil // the host knows what it asks
				w.Steps = append(w.Steps, step)
			}
		}
		return askHost(ctx, f, s.host, previewTime, func(ctx context.Context, a spec.Agent) (err error) {
			answers[i], err = a.Preview(ctx, w)
			if err == nil && len(answers[i]) != len(w.Steps) {
				err = spec.Errorf(spec.Protocol, "%s answered for %d of %d steps", s.host, len(answers[i]), len(w.Steps))
			}
			return err
		})
	})
	out := map[resolver.TaskID]TaskPreview{}
	for i, s := range services {
		at := 0
		for _, t := range tasks[s] {
			if errs[i] != nil {
				out[t.ID] = TaskPreview{Err: errs[i]}
				continue
			}
			steps := answers[i][at : at+len(t.Steps)]
			at += len(t.Steps)
			for j := range steps {
				if len(steps[j].Changes) > 0 && before[s] != "" && !steps[j].Unpredictable {
					steps[j].Unpredictable, steps[j].Why = true, fmt.Sprintf("what %s changes on this host before is not seen here", before[s])
				}
			}
			out[t.ID] = TaskPreview{Steps: steps}
		}
	}
	return out
}
