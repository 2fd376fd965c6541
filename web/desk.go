package web

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	others map[spec.DeploymentID]*watched // that are looked at
	survey survey
	past   rememberedPast
	offers offers
	asked  shownRequest
	move   shownMove
	back   shownRollback
}

// survey is what the hosts said last.
type survey struct {
	mu   sync.Mutex // while they are asked
	last atomic.Pointer[surveyed]
}

type surveyed struct {
	views []deploy.HostView
	at    time.Time
	links string // of the hosts then
}

// links says how the hosts are reached, and what they do: who asks them again need not if that is
// the same.
func (d *Desk) links() string {
	var out strings.Builder
	for _, h := range d.Fleet.Hosts() {
		out.WriteString(string(h.Host) + string(h.Link) + string(h.Busy) + " ")
	}
	return out.String()
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

// carried finds a deployment that is carried out here, nil if it is not, or not any more.
func (d *Desk) carried(id spec.DeploymentID) *carried {
	d.mu.Lock()
	c := d.own[id]
	d.mu.Unlock()
	if c != nil && c.Gone() != nil {
		d.leave(id)
		return nil
	}
	return c
}

// leave gives a deployment back, so that somebody else can go on with it.
func (d *Desk) leave(id spec.DeploymentID) {
	d.mu.Lock()
	c := d.own[id]
	delete(d.own, id)
	d.mu.Unlock()
	if c != nil {
		c.leave()
	}
}

func (d *Desk) all() []*carried {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*carried
	for _, c := range d.own {
		if c.Gone() == nil {
			out = append(out, c)
		}
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
	d.mu.Lock()
	ids := slices.Collect(maps.Keys(d.own))
	d.mu.Unlock()
	for _, id := range ids {
		d.leave(id)
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

// look asks all hosts what they are, unless they said so just now and did nothing since. Who comes while they are
// asked waits for the same answers.
func (d *Desk) look(ctx context.Context, now time.Time, age time.Duration) surveyed {
	d.survey.mu.Lock()
	defer d.survey.mu.Unlock()
	links := d.links()
	if last := d.known(); !last.at.IsZero() && now.Sub(last.at) <= age && last.links == links {
		return last
	}
	views := deploy.Survey(ctx, d.Fleet)
	if ctx.Err() != nil { // who asked has left: what is missing is not the hosts' fault
		return d.known()
	}
	d.survey.last.Store(&surveyed{views, now, links})
	return d.known()
}

// known is what the hosts said last, without asking them; nothing if they never were.
func (d *Desk) known() surveyed {
	if last := d.survey.last.Load(); last != nil {
		return *last
	}
	return surveyed{}
}

// rights is what somebody may not do on some hosts, as their agents said last.
type rights struct {
	Looks     []spec.Host // where nothing may be started
	Asks      []spec.Host // where somebody else has to approve what is started
	Approvers []string    // who that may be
}

// may says what somebody may do on hosts. Agents decide anyway: this is to say it beforehand.
func (d *Desk) may(hosts []spec.Host) (out rights) {
	wanted := map[spec.Host]bool{}
	for _, h := range hosts {
		wanted[h] = true
	}
	views := d.known().views
	for i := range views {
		if x := &views[i]; wanted[x.Host] {
			out.add(x.Host, &x.Info)
		}
	}
	return out
}

func (r *rights) add(h spec.Host, said *spec.Info) {
	if said.Observer {
		r.Looks = append(r.Looks, h)
	}
	if said.Supervised {
		r.Asks = append(r.Asks, h)
		for _, who := range said.Approvers {
			if !slices.Contains(r.Approvers, who) {
				r.Approvers = append(r.Approvers, who)
			}
		}
	}
}
