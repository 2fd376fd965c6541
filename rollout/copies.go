package rollout

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Copies of the log of a deployment are kept by agents, so that any operator who may deploy
// sees it, and can go on with it when whoever carried it out is gone.
const (
	copies     = 3           // agents that keep one, of those that the deployment touches
	copyEvery  = time.Second // at most
	copyWithin = 5 * time.Second
	maxPieces  = 64
)

// maxEpoch is more records than a log has.
const maxEpoch = 1 << 24

// revision grows with each record; and when somebody else goes on with a deployment, by so
// much that whoever carried it out before is found out. By how much is random, so that of two
// who go on from the same copy one is always found out, too.
func (s *State) revision() int { return s.epoch*maxEpoch + s.n }

// copier hands the log to agents, one copy after the other.
type copier struct {
	r       *Rollout
	turn    chan struct{} // full while a copy is sent: an older one must not come after a newer
	keepers []spec.Host   // that have taken a copy
	sent    int           // the revision of the last copy
	encoded int           // records that are packed, or in the text
	packed  []byte        // in pieces, which read one after the other as one
	pieces  int
	text    bytes.Buffer // of the records since
}

// keepCopies keeps copies at agents up to date. An agent that has a newer one says that
// somebody else goes on with the deployment: then it is not carried out here any more.
func (r *Rollout) keepCopies(ctx context.Context) {
	for version := -1; ; {
		if err := r.copier.send(ctx, false); spec.KindOf(err) == spec.Conflict {
			r.takenOver(err)
			return
		}
		wait, stop := context.WithTimeout(ctx, copyEvery)
		<-wait.Done()
		stop()
		if version = r.Changed(ctx, version); ctx.Err() != nil {
			return
		}
	}
}

// lastCopy sends how the deployment stands when it is left.
func (r *Rollout) lastCopy() {
	ctx, stop := context.WithTimeout(context.Background(), copyWithin)
	defer stop()
	_ = r.copier.send(ctx, false) // the log here is what counts
}

// send hands the log over, unless that was done: with again also then, to hear from agents
// whether somebody else has handed over a newer one since.
func (c *copier) send(ctx context.Context, again bool) error {
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	c.r.mu.Lock()
	s := c.r.state
	revision := s.revision()
	if revision == c.sent && !again {
		c.r.mu.Unlock()
		return nil
	}
	for _, rec := range c.r.records[c.encoded:] {
		text, err := value.Encode(rec, value.HandOver())
		if err != nil {
			c.r.mu.Unlock()
			return err
		}
		c.text.Write(append(text, '\n'))
		c.encoded++
	}
	sum := s.Summary()
	record := spec.DeploymentRecord{DeploymentSummary: spec.DeploymentSummary{ID: s.ID, Name: s.Name, Root: string(s.Root), By: s.MadeBy,
		Made: s.MadeAt, Ended: s.Ended, State: sum.State, Awaits: brief(sum.Awaits), Revision: revision}}
	hosts := slices.Clone(s.Hosts)
	c.r.mu.Unlock()
	if err := c.pack(); err != nil {
		return err
	}
	record.Log = value.Secret(c.packed)
	kept, err := putCopies(ctx, c.r.fleet, record, c.keepers, hosts)
	c.keepers, c.sent = kept, revision
	return err
}

// brief cuts what has no room in a summary.
func brief(text string) string {
	const most = 200
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}

// pack packs what has come since. Every now and then all is packed again, since small pieces
// take more room.
func (c *copier) pack() error {
	if c.text.Len() == 0 {
		return nil
	}
	if c.pieces++; c.pieces > maxPieces {
		before, err := spec.DeploymentRecord{Log: value.Secret(c.packed)}.UnpackLog()
		if err != nil {
			return err
		}
		c.packed, c.pieces = spec.AppendLog(nil, append(before, c.text.Bytes()...)), 1
	} else {
		c.packed = spec.AppendLog(c.packed, c.text.Bytes())
	}
	c.text = bytes.Buffer{} // the text of a large plan is not needed again
	return nil
}

// putCopies has agents keep a record: those that did before, and others until there are
// enough. The error is spec.Conflict if one has a newer revision; that others cannot be
// reached is none.
func putCopies(ctx context.Context, f deploy.Fleet, record spec.DeploymentRecord, keepers, hosts []spec.Host) (kept []spec.Host, err error) {
	for _, h := range slices.Concat(keepers, hosts) {
		if len(kept) == copies {
			break
		}
		if slices.Contains(kept, h) {
			continue
		}
		a, err := f.Agent(h)
		if err != nil {
			continue
		}
		limited, stop := context.WithTimeout(ctx, copyWithin)
		err = a.PutDeployment(limited, record)
		stop()
		switch {
		case err == nil:
			kept = append(kept, h)
		case spec.KindOf(err) == spec.Conflict:
			return kept, err
		}
	}
	return kept, nil
}

// mayDecide finds out, before somebody's decision is taken into the log, whether the deployment
// is still carried out here. That no agent can be asked is no error.
func (r *Rollout) mayDecide() error {
	if !r.copies {
		return nil
	}
	ctx, stop := context.WithTimeout(context.Background(), copyWithin)
	defer stop()
	if err := r.copier.send(ctx, true); spec.KindOf(err) == spec.Conflict {
		r.takenOver(err)
		return r.detachedWhy()
	}
	return nil
}

// takenOver ends carrying the deployment out, since somebody else does.
func (r *Rollout) takenOver(why error) {
	r.change(func() { r.lost = why })
	if r.cancel != nil {
		r.cancel()
	}
}

// Listed is a deployment as the agents of a fleet know it.
type Listed struct {
	spec.DeploymentSummary
	Hosts []spec.Host // whose agents keep a copy
}

// ListCopies asks all agents which deployments they know, the newest first. What cannot be
// asked is in errs.
func ListCopies(ctx context.Context, f deploy.Fleet) (all []Listed, errs map[spec.Host]error) {
	var hosts []spec.Host
	for _, h := range f.Hosts() {
		if h.Link == spec.LinkOn {
			hosts = append(hosts, h.Host)
		}
	}
	answers := make([][]spec.DeploymentSummary, len(hosts))
	failed := deploy.InParallel(len(hosts), func(i int) error {
		return deploy.AskHost(ctx, f, hosts[i], func(ctx context.Context, a spec.Agent) (err error) {
			answers[i], err = a.Deployments(ctx)
			return err
		})
	})
	at := map[spec.DeploymentID]int{}
	for i, h := range hosts {
		if failed[i] != nil {
			if errs == nil {
				errs = map[spec.Host]error{}
			}
			errs[h] = failed[i]
		}
		for _, x := range answers[i] {
			j, known := at[x.ID]
			if !known {
				j = len(all)
				at[x.ID] = j
				all = append(all, Listed{DeploymentSummary: x})
			}
			if x.Revision > all[j].Revision {
				all[j].DeploymentSummary = x
			}
			all[j].Hosts = append(all[j].Hosts, h)
		}
	}
	slices.SortFunc(all, func(a, b Listed) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(b.ID, a.ID)) })
	return all, errs
}

// ReadCopy gives the records of a deployment as agents keep them, the newest that there are.
func ReadCopy(ctx context.Context, f deploy.Fleet, x Listed) ([]Record, error) {
	var best spec.DeploymentRecord
	var last error
	for _, h := range x.Hosts {
		err := deploy.AskHost(ctx, f, h, func(ctx context.Context, a spec.Agent) error {
			rec, err := a.Deployment(ctx, x.ID)
			if err == nil && rec.Revision > best.Revision {
				best = rec
			}
			return err
		})
		if err != nil {
			last = err
		}
	}
	if best.Revision == 0 {
		return nil, cmp.Or(last, error(spec.Errorf(spec.NotFound, "no agent has the log of deployment %s any more", x.ID)))
	}
	text, err := best.UnpackLog()
	if err != nil {
		return nil, err
	}
	records, _, err := readRecords(bytes.NewReader(text), value.HandOver())
	return records, err
}
