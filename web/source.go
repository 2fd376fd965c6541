package web

import (
	"context"
	"sync"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// source is where a page has a deployment from: it is carried out here, or its log is read.
type source struct {
	own   *carried
	other *watched
}

// watched is a deployment that is carried out elsewhere: all pages of a desk that show it look
// at it together.
type watched struct {
	mu     sync.Mutex
	watch  *rollout.Watch
	looked time.Time
}

// watchAge is after how long without a look a deployment is found anew.
const watchAge = time.Minute

func (v *visit) source() (source, error) {
	id := spec.DeploymentID(v.r.PathValue("id"))
	if c := v.carried(id); c != nil {
		return source{own: c}, nil
	}
	w, err := v.watched(id)
	return source{other: w}, err
}

// watched finds a deployment that is carried out elsewhere.
func (v *visit) watched(id spec.DeploymentID) (*watched, error) {
	v.Desk.mu.Lock()
	if v.Desk.others == nil {
		v.Desk.others = map[spec.DeploymentID]*watched{}
	}
	now := time.Now()
	for id, w := range v.Desk.others {
		if w.mu.TryLock() { // else somebody looks
			if now.Sub(w.looked) > watchAge {
				delete(v.Desk.others, id)
			}
			w.mu.Unlock()
		}
	}
	w := v.Desk.others[id]
	v.Desk.mu.Unlock()
	if w != nil {
		err := w.look(v.r.Context())
		return w, err
	}
	found, err := v.port().Attach(v.r.Context(), string(id))
	if err != nil {
		return nil, err
	}
	w = &watched{watch: found, looked: time.Now()}
	v.Desk.mu.Lock()
	v.Desk.others[id] = w
	v.Desk.mu.Unlock()
	return w, nil
}

// look reads what is new, unless that was done just now.
func (w *watched) look(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.looked) < lookPace*9/10 {
		return nil
	}
	_, err := w.watch.Look(ctx)
	if err == nil {
		w.looked = time.Now()
	}
	return err
}

func (s source) snapshot() *rollout.Snapshot {
	if s.own != nil {
		return s.own.Snapshot()
	}
	s.other.mu.Lock()
	defer s.other.mu.Unlock()
	return s.other.watch.Snapshot()
}

func (s source) summary() rollout.Summary {
	if s.own != nil {
		return s.own.Summary()
	}
	s.other.mu.Lock()
	defer s.other.mu.Unlock()
	return s.other.watch.State().Summary()
}

// again plans the same with the same answers, as a deployment of its own, on other hosts where
// some are in the places of others.
func (s source) again(ctx context.Context, moves map[spec.Host]spec.Host) (*deploy.Session, error) {
	if s.own != nil {
		out := s.own.NewSession()
		return out, s.own.Move(ctx, out, moves)
	}
	s.other.mu.Lock()
	defer s.other.mu.Unlock()
	out := s.other.watch.Session()
	return out, s.other.watch.State().Move(ctx, out, moves)
}

func (s source) planRollback(ctx context.Context, hosts []spec.Host) (*rollout.Rollback, error) {
	if s.own != nil {
		return s.own.PlanRollback(ctx, hosts)
	}
	s.other.mu.Lock()
	defer s.other.mu.Unlock()
	return s.other.watch.PlanRollback(ctx, hosts)
}

// lines are those of the log after a number, the newest of them if there are more than so many;
// the number to go on from, and how many are left out. Of a deployment that is carried out
// elsewhere they are made of what is recorded of it.
func (s source) lines(after, most int) (lines []rollout.LogLine, next, missed int) {
	if s.own != nil {
		return s.own.after(after, most)
	}
	s.other.mu.Lock()
	defer s.other.mu.Unlock()
	records := s.other.watch.Records()
	after = min(after, len(records))
	missed = max(0, len(records)-after-most)
	return told(s.other.watch.State(), records[after+missed:], after+missed), len(records), missed
}
