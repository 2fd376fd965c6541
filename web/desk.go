package web

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Desk is what one person works with. Its exported fields do not change.
type Desk struct {
	Who     string // the account, or the operator's name
	Fleet   deploy.Fleet
	Logs    *rollout.Store // keeps deployments; nil keeps none, as for the demo
	Groups  deploy.Groups
	Seal    value.Sealer     // for secrets in saved answers; nil leaves them out
	Demands []rollout.Demand // who has to approve deployments
	Close   func()           // ends the fleet's connection; may be nil

	mu     sync.Mutex
	drafts map[string]*draft
	own    map[spec.DeploymentID]*carried // that are carried out here
	survey survey
	asked  shownRequest
}

// carried is a deployment that is carried out here.
type carried struct {
	*rollout.Rollout
	back *pending // a rollback that was shown
}

type pending struct {
	id       string
	rollback *rollout.Rollback
	preview  previews
}

// survey is what the hosts said last.
type survey struct {
	mu    sync.Mutex
	views []deploy.HostView
	at    time.Time
}

// mostDrafts is how many drafts a desk keeps: the oldest goes.
const mostDrafts = 50

func (d *Desk) keep(x *draft) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.drafts == nil {
		d.drafts = map[string]*draft{}
	}
	d.drafts[x.id] = x
	if len(d.drafts) > mostDrafts {
		oldest := x
		for _, y := range d.drafts {
			if y.made.Before(oldest.made) {
				oldest = y
			}
		}
		delete(d.drafts, oldest.id)
	}
}

func (d *Desk) draft(id string) (*draft, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if x := d.drafts[id]; x != nil {
		return x, nil
	}
	return nil, spec.Errorf(spec.NotFound, "this draft is not here any more").WithHint("begin with what can be deployed")
}

func (d *Desk) forget(x *draft) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.drafts, x.id)
}

// unfinished are the drafts, the newest first.
func (d *Desk) unfinished() []*draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*draft
	for _, x := range d.drafts {
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b *draft) int { return b.made.Compare(a.made) })
	return out
}

// carry takes a deployment that is carried out here.
func (d *Desk) carry(r *rollout.Rollout) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.own == nil {
		d.own = map[spec.DeploymentID]*carried{}
	}
	d.own[r.ID()] = &carried{Rollout: r}
}

// carried finds a deployment that is carried out here, nil if it is not.
func (d *Desk) carried(id spec.DeploymentID) *carried {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.own[id]
}

// leave gives a deployment back, so that somebody else can go on with it.
func (d *Desk) leave(id spec.DeploymentID) {
	d.mu.Lock()
	c := d.own[id]
	delete(d.own, id)
	d.mu.Unlock()
	if c != nil {
		c.Close()
	}
}

func (d *Desk) all() []*carried {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*carried
	for _, c := range d.own {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *carried) int { return cmp.Compare(b.ID(), a.ID()) })
	return out
}

// busy reports whether something is carried out here.
func (d *Desk) busy() bool {
	return slices.ContainsFunc(d.all(), func(c *carried) bool { return !c.Snapshot().Over })
}

// end gives everything back.
func (d *Desk) end() {
	for _, c := range d.all() {
		d.leave(c.ID())
	}
	if d.Close != nil {
		d.Close()
	}
}

// port is what there is to do with deployments.
func (d *Desk) port() rollout.Deployments {
	return rollout.Deployments{Fleet: d.Fleet, Options: d.options()}
}

func (d *Desk) options() rollout.Options {
	return rollout.Options{By: d.Who, Logs: d.Logs, Approval: d.Demands}
}

// surveyAge is how old what hosts said may be before they are asked again.
const surveyAge = 5 * time.Second

// look asks all hosts what they are, unless they said so just now. Who comes while they are
// asked waits for the same answers.
func (d *Desk) look(ctx context.Context, now time.Time, age time.Duration) ([]deploy.HostView, time.Time) {
	d.survey.mu.Lock()
	defer d.survey.mu.Unlock()
	if d.survey.at.IsZero() || now.Sub(d.survey.at) > age {
		d.survey.views, d.survey.at = deploy.Survey(ctx, d.Fleet), now
	}
	return d.survey.views, d.survey.at
}

// known is what the hosts said last, without asking them: nil if they are being asked.
func (d *Desk) known() []deploy.HostView {
	if !d.survey.mu.TryLock() {
		return nil
	}
	defer d.survey.mu.Unlock()
	return d.survey.views
}
