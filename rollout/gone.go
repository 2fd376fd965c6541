package rollout

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// Gone says why the deployment is not carried out here any more, nil if it is: somebody else goes
// on with it, or it was closed.
func (r *Rollout) Gone() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.lost != nil {
		return r.gone()
	}
	return nil
}

// LookElsewhere asks the agents that keep copies whether somebody else has gone on with the
// deployment: while nothing happens here, nothing else finds that out. Gone says so then.
func (r *Rollout) LookElsewhere(ctx context.Context) {
	if !r.copies {
		return
	}
	r.copier.turn <- struct{}{}
	keepers := slices.Clone(r.copier.keepers)
	<-r.copier.turn
	r.mu.Lock()
	id, revision := r.state.ID, r.state.revision()
	r.mu.Unlock()
	var newer atomic.Bool
	deploy.InParallel(len(keepers), func(i int) error {
		return deploy.AskHost(ctx, r.fleet, keepers[i], func(ctx context.Context, a spec.Agent) error {
			all, err := a.Deployments(ctx)
			for _, x := range all {
				if x.ID == id && x.Revision > revision {
					newer.Store(true)
				}
			}
			return err
		})
	}) // one that does not answer says nothing
	if newer.Load() {
		r.takenOver(spec.Errorf(spec.Conflict, "agents have a newer copy of it"))
	}
}

// detachedWhy says why the rollout is not carried out here any more.
func (r *Rollout) detachedWhy() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gone()
}

func (r *Rollout) gone() error {
	if r.lost != nil {
		return spec.Errorf(spec.Canceled, "somebody else goes on with the deployment: %v", r.lost)
	}
	return errDetached()
}

func errDetached() error {
	return spec.Errorf(spec.Canceled, "the deployment is no longer followed from here")
}
