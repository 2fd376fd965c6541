package rollout

import "github.com/armonic/armonic/spec"

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
