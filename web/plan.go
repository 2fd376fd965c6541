package web

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
)

// previews are what hosts say that tasks would change.
type previews = map[resolver.TaskID]deploy.TaskPreview

// plan is what a page shows of what will be done.
type plan struct {
	ID         string // of the draft
	Title      string
	Name       string
	Pattern    spec.Pattern
	Hosts      []planHost
	Steps      int
	Usual      time.Duration
	Busy       []string
	Simulation string
	Looked     bool // hosts have said what would change
	deploy.Known
	Forever       int // changes that cannot be taken back
	Replanned     bool
	Shown         []planHost // of the hosts, from one on
	Before, After string     //  where the others are shown; "" if there are none
	Approvable    bool       // somebody else can be asked to approve it
	Demanded      []demanded // who has to approve it by the settings
	May           rights
	Problems      []spec.Problem
	RollbackOf    spec.DeploymentID
	RollbackKey   string
}

// mostPlanHosts is how many hosts of a plan a page shows at once.
const mostPlanHosts = 50

// window says which hosts are shown: those from one on.
func (p *plan) window(v *visit) {
	from, _ := strconv.Atoi(v.r.URL.Query().Get("from")) // what is no number is none
	from = min(max(from, 0), len(p.Hosts))
	to := min(from+mostPlanHosts, len(p.Hosts))
	p.Shown = p.Hosts[from:to]
	at := func(from int) string {
		q := v.r.URL.Query()
		q.Set("from", strconv.Itoa(from))
		return "?" + q.Encode()
	}
	if from > 0 {
		p.Before = at(max(0, from-mostPlanHosts))
	}
	if to < len(p.Hosts) {
		p.After = at(to)
	}
}

// planHost is what will be done on a host.
type planHost struct {
	Host  spec.Host
	Tasks []planTask
}

type planTask struct {
	resolver.Task
	Steps []planStep
	Err   error // why the host did not say what would change
}

type planStep struct {
	spec.Step
	Preview *spec.StepPreview
}

// demanded is a rule of the settings that a plan falls under.
type demanded struct {
	By    string
	Hosts []spec.Host
	Why   string
}

// demanded says who has to approve a plan, by the settings.
func (d *Desk) demanded(p *resolver.Plan, seen previews) (out []demanded) {
	for i := range d.Demands {
		x := &d.Demands[i]
		if hosts := x.Concerns(p, seen); len(hosts) > 0 {
			out = append(out, demanded{strings.Join(x.By, " or "), hosts, x.Why})
		}
	}
	return out
}

// planOf describes a plan, host by host.
func planOf(p *resolver.Plan, seen previews) plan {
	out := plan{Steps: p.Steps(), Simulation: p.Simulation(), Looked: seen != nil}
	out.Known = deploy.KnownOf(slices.Collect(maps.Values(seen)))
	for _, h := range p.Hosts {
		ph := planHost{Host: h}
		for _, t := range p.Tasks {
			if t.Host != h {
				continue
			}
			x, looked := seen[t.ID]
			pt := planTask{Task: t, Err: x.Err}
			for i, s := range t.Steps {
				ps := planStep{Step: s}
				if looked && i < len(x.Steps) {
					ps.Preview = &x.Steps[i]
					out.Forever += forever(&x.Steps[i])
				}
				pt.Steps = append(pt.Steps, ps)
			}
			ph.Tasks = append(ph.Tasks, pt)
		}
		if len(ph.Tasks) > 0 {
			out.Hosts = append(out.Hosts, ph)
		}
	}
	return out
}

func forever(s *spec.StepPreview) (n int) {
	for _, c := range s.Changes {
		if c.Forever != "" {
			n++
		}
	}
	if n == 0 && s.Irreversible {
		n = 1
	}
	return n
}

// Confirm is what has to be typed before it runs, "" if nothing: the number of hosts, where
// something cannot be taken back.
func (p plan) Confirm() string {
	if p.Forever == 0 {
		return ""
	}
	return strconv.Itoa(len(p.Hosts))
}

// plan describes the draft's plan, for somebody's desk. mu is held.
func (d *draft) plan(of *Desk) (plan, error) {
	res := d.session.Result()
	if res.Plan == nil || len(d.session.Blocking()) > 0 {
		return plan{}, spec.Errorf(spec.Conflict, "there is no plan yet").WithHint("answer what is missing first")
	}
	todo := res.Plan
	if d.of != nil {
		todo = d.of.Rest(d.session)
	}
	var seen previews
	if d.shown == res.Plan {
		seen = d.preview
	}
	p := planOf(todo, seen)
	p.Demanded = of.demanded(todo, seen)
	p.ID, p.Title, p.Pattern, p.Replanned = d.id, d.Title(), d.session.Pattern(), d.of != nil
	p.Name, p.Usual = rollout.DefaultName(d.session), rollout.Usual(d.session)
	return p, nil
}

func planPage(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if v.r.URL.Query().Has("look") { // for browsers without scripts
		if err := d.look(v.r.Context(), v.Fleet); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p, err := d.plan(v.Desk)
	if spec.KindOf(err) == spec.Conflict {
		return v.say("/drafts/"+d.id, "Something is missing still.")
	}
	if err != nil {
		return err
	}
	p.Approvable, p.May = v.approvable(), v.may(planned(p))
	p.window(v)
	return v.show("plan", "catalogue", "Plan: "+d.Title(), p)
}

// approvable reports whether there can be somebody else who approves: not where the hosts are in
// this program.
func (v *visit) approvable() bool { return v.Logs != nil && v.conf.Approvers != nil }

// planPreview sends what the hosts say that would change, as soon as they have.
func planPreview(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	s := v.stream()
	if err := d.look(v.r.Context(), v.Fleet); err != nil {
		return nil //nolint:nilerr // the page was left
	}
	d.mu.Lock()
	p, err := d.plan(v.Desk)
	d.mu.Unlock()
	if err != nil {
		return nil //nolint:nilerr // answers were changed in another window
	}
	p.Approvable, p.May = v.approvable(), v.may(planned(p))
	p.window(v)
	p.Busy = rollout.Busy(v.r.Context(), v.Fleet, v.Logs, planned(p))
	if err := s.put("plan", "planned", p); err != nil {
		v.conf.Log.Error("preview", "error", err)
	}
	return s.send("end", "", nil)
}

func planned(p plan) []spec.Host {
	var out []spec.Host
	for _, h := range p.Hosts {
		out = append(out, h.Host)
	}
	return out
}

// look asks the hosts what the plan would change, unless they have said so.
func (d *draft) look(ctx context.Context, f deploy.Fleet) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	res := d.session.Result()
	if res.Plan == nil || d.shown == res.Plan {
		return nil
	}
	seen := deploy.Preview(ctx, f, res.Plan)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	d.shown, d.preview = res.Plan, seen
	return nil
}

// runDraft carries the draft out, if it still does what was shown.
func runDraft(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	p, err := d.plan(v.Desk)
	if err != nil {
		return err
	}
	here := "/drafts/" + d.id + "/plan"
	if !p.Looked {
		return v.say(here, "Look first at what will change.")
	}
	if want := p.Confirm(); want != "" && v.r.PostFormValue("confirm") != want {
		return v.say(here, "%s cannot be undone: type the number of hosts, %s, to go on.", spec.Count(p.Forever, "change", "changes"), want)
	}
	if err := deploy.ObserverError(deploy.Observed(v.r.Context(), v.Fleet, planned(p))); err != nil {
		return err
	}
	opt := v.options()
	opt.Shown = d.preview
	if d.of != nil {
		if err := d.of.Replan(d.session, opt); err != nil {
			return err
		}
		v.forget(d)
		return v.goTo("/deployments/" + string(d.of.ID()))
	}
	if by := strings.TrimSpace(v.r.PostFormValue("approve")); by != "" && v.approvable() {
		accounts, err := v.conf.Approvers(strings.Split(by, ","))
		if err != nil {
			return err
		}
		opt.Approval = append(slices.Clone(opt.Approval), rollout.Demand{By: accounts, Why: "asked for by " + v.Who})
	}
	if opt.Name = v.r.PostFormValue("name"); opt.Name != "" {
		if err := rollout.CheckName(opt.Name); err != nil {
			return err
		}
	}
	r, err := rollout.New(d.session, opt)
	if err != nil {
		return err
	}
	r.Start(context.WithoutCancel(v.r.Context())) // it goes on when the page is left
	v.carry(r)
	v.forget(d)
	return v.goTo("/deployments/" + string(r.ID()))
}
