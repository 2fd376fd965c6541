package agentd

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
)

// DeploymentStore keeps records of deployments, as durably as it can. It is used by one
// at a time.
type DeploymentStore interface {
	// KeptDeployments lists what is kept. Records that cannot be read are the error, and
	// the others are listed all the same.
	KeptDeployments() ([]spec.DeploymentSummary, error)
	// KeptDeployment gives a record.
	KeptDeployment(id spec.DeploymentID) (spec.DeploymentRecord, error)
	// KeepDeployment keeps a record in the place of the one with its id.
	KeepDeployment(r spec.DeploymentRecord) error
	// DropDeployment forgets one.
	DropDeployment(id spec.DeploymentID) error
}

// memoryArchive forgets when the process ends.
type memoryArchive map[spec.DeploymentID]spec.DeploymentRecord

func (memoryArchive) KeptDeployments() ([]spec.DeploymentSummary, error) { return nil, nil }
func (m memoryArchive) KeptDeployment(id spec.DeploymentID) (spec.DeploymentRecord, error) {
	return m[id], nil
}
func (m memoryArchive) KeepDeployment(r spec.DeploymentRecord) error { m[r.ID] = r; return nil }
func (m memoryArchive) DropDeployment(id spec.DeploymentID) error    { delete(m, id); return nil }

// archive is what is kept of deployments. The logs are in the store.
type archive struct {
	mu  sync.Mutex // held while the store is used
	all map[spec.DeploymentID]spec.DeploymentSummary
}

// openArchive reads what is kept. It is not the host's: what cannot be read is left out.
func (s *Service) openArchive() {
	kept, err := s.config.Archive.KeptDeployments()
	if err != nil {
		s.config.Logger.Warn("records of deployments cannot be read", "error", err, "hint", spec.HintOf(err))
	}
	s.archive.all = map[spec.DeploymentID]spec.DeploymentSummary{}
	for _, d := range kept {
		s.archive.all[d.ID] = d
	}
}

// PutDeployment keeps a record of a deployment.
func (s *Service) PutDeployment(_ context.Context, r spec.DeploymentRecord) error {
	if err := r.Check(); err != nil {
		return err
	}
	a := &s.archive
	a.mu.Lock()
	defer a.mu.Unlock()
	r.Size, r.PutAt = len(r.Log), s.config.Clock()
	if old, known := a.all[r.ID]; known && r.Revision <= old.Revision {
		if r.Revision == old.Revision {
			kept, err := s.config.Archive.KeptDeployment(r.ID)
			if err == nil && sameDeployment(kept, r) {
				return nil
			}
		}
		return spec.Errorf(spec.Conflict, "%s keeps revision %d of the deployment %s, put by %s at %s; this is revision %d",
			s.config.Info.Host, old.Revision, r.ID, cmp.Or(old.PutBy, "somebody"), old.PutAt.Format(time.DateTime), r.Revision).
			WithHint("somebody else goes on with it: read what is kept first")
	}
	if err := s.config.Archive.KeepDeployment(r); err != nil {
		return err
	}
	a.all[r.ID] = r.DeploymentSummary
	for _, id := range a.surplus(r.ID) {
		if err := s.config.Archive.DropDeployment(id); err != nil {
			return err
		}
		delete(a.all, id)
	}
	return nil
}

// sameDeployment reports whether two records differ only in who put them, and when.
func sameDeployment(a, b spec.DeploymentRecord) bool {
	if !a.Made.Equal(b.Made) || !a.Ended.Equal(b.Ended) {
		return false
	}
	a.Made, a.Ended, a.PutBy, a.PutAt = b.Made, b.Ended, b.PutBy, b.PutAt
	return a == b
}

// surplus lists what is to be dropped for another: those that have ended first, of these
// the one that was put longest ago.
func (a *archive) surplus(but spec.DeploymentID) (drop []spec.DeploymentID) {
	var order []spec.DeploymentSummary
	bytes := 0
	for _, d := range a.all {
		order, bytes = append(order, d), bytes+d.Size
	}
	slices.SortFunc(order, func(x, y spec.DeploymentSummary) int {
		if x.Ended.IsZero() == y.Ended.IsZero() {
			return cmp.Or(x.PutAt.Compare(y.PutAt), cmp.Compare(x.ID, y.ID))
		}
		if y.Ended.IsZero() {
			return -1
		}
		return 1
	})
	for n := len(order); n > spec.MaxDeployments || bytes > spec.MaxDeploymentLogs; n-- {
		at := slices.IndexFunc(order, func(d spec.DeploymentSummary) bool { return d.ID != but })
		if at < 0 {
			break
		}
		drop, bytes = append(drop, order[at].ID), bytes-order[at].Size
		order = slices.Delete(order, at, at+1)
	}
	return drop
}

// Deployments lists what is kept.
func (s *Service) Deployments(context.Context) ([]spec.DeploymentSummary, error) {
	s.archive.mu.Lock()
	defer s.archive.mu.Unlock()
	out := make([]spec.DeploymentSummary, 0, len(s.archive.all))
	for _, d := range s.archive.all {
		out = append(out, d)
	}
	slices.SortFunc(out, func(x, y spec.DeploymentSummary) int {
		return cmp.Or(y.Made.Compare(x.Made), cmp.Compare(x.ID, y.ID))
	})
	return out, nil
}

// Deployment gives a record.
func (s *Service) Deployment(_ context.Context, id spec.DeploymentID) (spec.DeploymentRecord, error) {
	s.archive.mu.Lock()
	defer s.archive.mu.Unlock()
	if _, known := s.archive.all[id]; !known {
		return spec.DeploymentRecord{}, spec.Errorf(spec.NotFound, "%s keeps no record of a deployment %s", s.config.Info.Host, id)
	}
	return s.config.Archive.KeptDeployment(id)
}
