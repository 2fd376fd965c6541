package rollout

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// Rollback takes back what PlanRollback said. It is carried out like the deployment itself:
// it can be stopped, retried and resumed.
func (r *Rollout) Rollback(p *Rollback, previews map[resolver.TaskID]deploy.TaskPreview) error {
	if err := r.mayDecide(); err != nil {
		return err
	}
	p.planned.show(previews)
	var err error
	r.change(func() {
		switch {
		case r.closed:
			err = errDetached()
		case r.state.running > 0 || len(p.planned.Tasks) == 0 || p.basis != r.state.basis() || r.state.byID[p.planned.Tasks[0].ID] != nil:
			err = spec.Errorf(spec.Conflict, "the deployment has gone on since its rollback was planned")
		default:
			r.record(Record{Kind: RecordRollback, Who: r.by, Plan: p.planned})
			r.demand(p.planned, previews)
		}
	})
	if err == nil {
		err = r.durable()
	}
	r.poke()
	return err
}

// PreviewRollback asks the hosts what a rollback would change there.
func (r *Rollout) PreviewRollback(ctx context.Context, p *Rollback) map[resolver.TaskID]deploy.TaskPreview {
	return deploy.Preview(ctx, r.fleet, p.Plan)
}

// basis says how far each task has come, but those that take others back: a rollback that was
// planned before any of them went on does not take back all that was done.
func (s *State) basis() string {
	var out []byte
	for _, t := range s.tasks {
		if !t.rollback {
			out = fmt.Appendf(out, "%s %d %s\n", t.ID, t.attempt, t.status)
		}
	}
	sum := sha256.Sum256(out)
	return string(sum[:])
}
