package rollout

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// Watch is a deployment that is watched by its log, wherever it is carried out. It takes no
// part in it: it records nothing and asks for no run. It is not for concurrent use. Who asks for
// its lines closes it.
type Watch struct {
	fleet   deploy.Fleet
	logs    *Store
	now     func() time.Time
	id      spec.DeploymentID
	copies  []spec.Host // whose agents keep a copy
	looks   int
	records []Record
	state   *State

	heard     map[spec.RunID]*hearing
	listening sync.WaitGroup
	mu        sync.Mutex // of what is heard
}

// searchEvery is how many looks it takes until all agents are asked whether they keep a copy.
const searchEvery = 30

// Look reads what has happened since the last look, and gives the new records.
func (w *Watch) Look(ctx context.Context) ([]Record, error) {
	records, err := w.logs.Read(w.id)
	if err != nil && spec.KindOf(err) != spec.NotFound {
		return nil, err
	}
	if w.looks%searchEvery == 0 || len(w.copies) == 0 && len(records) == 0 {
		copies, _ := ListCopies(ctx, w.fleet) // what cannot be asked may be asked the next time
		if i := slices.IndexFunc(copies, func(x Listed) bool { return x.ID == w.id }); i >= 0 {
			w.copies = copies[i].Hosts
		}
	}
	w.looks++
	if x := w.newest(ctx); x.Revision > max(revisionOf(records), revisionOf(w.records)) {
		far, err := ReadCopy(ctx, w.fleet, x)
		if err != nil {
			return nil, err
		}
		records = far
	}
	if revisionOf(records) < revisionOf(w.records) { // who has the newer one does not answer now
		return nil, nil
	}
	if len(records) == 0 {
		return nil, err
	}
	return w.take(records), nil
}

// take takes the records as they are now. Those of before are nearly always the first of them.
func (w *Watch) take(records []Record) []Record {
	n := len(w.records)
	if w.state == nil || n > len(records) || !records[n-1].At.Equal(w.records[n-1].At) || records[n-1].Kind != w.records[n-1].Kind {
		w.state = Replay(records)
		n = min(n, len(records))
	} else {
		for _, r := range records[n:] {
			w.state.Apply(r)
		}
	}
	w.records = records
	return records[n:]
}

// newest asks those that keep a copy which they have.
func (w *Watch) newest(ctx context.Context) Listed {
	best := Listed{Hosts: w.copies}
	found := make([]spec.DeploymentSummary, len(w.copies))
	deploy.InParallel(len(w.copies), func(i int) error {
		return deploy.AskHost(ctx, w.fleet, w.copies[i], func(ctx context.Context, a spec.Agent) error {
			all, err := a.Deployments(ctx)
			for _, x := range all {
				if x.ID == w.id {
					found[i] = x
				}
			}
			return err
		})
	}) // the others, and the log here, may have it
	for _, x := range found {
		if x.Revision > best.Revision {
			best.DeploymentSummary = x
		}
	}
	return best
}

// State is how it stood at the last look.
func (w *Watch) State() *State { return w.state }

// Records are all that have been read.
func (w *Watch) Records() []Record { return w.records }

// Snapshot draws the state of the last look.
func (w *Watch) Snapshot() *Snapshot {
	out := w.state.Snapshot(w.now())
	out.Version = w.looks
	return out
}

// Session plans the same provide again with the same answers, as a deployment of its own.
func (w *Watch) Session() *deploy.Session { return w.state.NewSession(w.fleet) }

// PlanRollback finds what it takes to take the deployment back, as Rollout.PlanRollback does,
// without going on with it.
func (w *Watch) PlanRollback(ctx context.Context, hosts []spec.Host) (*Rollback, error) {
	r := newRollout(w.fleet, Options{Now: w.now})
	r.state = Replay(w.records)
	return r.PlanRollback(ctx, hosts)
}

// revisionOf is the revision of a log.
func revisionOf(records []Record) int {
	var s State
	for i := range records {
		s.count(&records[i])
	}
	return s.revision()
}
