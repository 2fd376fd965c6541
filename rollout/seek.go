package rollout

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
)

// How often agents are asked whether somebody has decided: with many hosts less often.
const (
	seekEvery   = time.Second
	seekEach    = 20 * time.Millisecond
	superviseIn = 5 * time.Second
)

// asking is what is known only here of an approval that is waited for.
type asking struct {
	supervised int         // the number of the plan of which is known which hosts need an approval
	unknown    []spec.Host // but for these, which did not answer
	at         time.Time   // when they were asked
	seeking    bool        // agents are asked whether somebody has decided
	hosts      []Asked     // what they said last
	tell       bool        // those who may approve have not been told yet
}

// Asked is how it stands with the approval of what is done on a host.
type Asked struct {
	Host    spec.Host
	Missing string      // who has to approve yet, "" if nobody has to
	Err     *spec.Error // why the host could not be asked
}

// supervise finds out, once for each plan, which hosts take only what somebody else has
// approved, and records that. Nothing is handed over before. Hosts that do not answer are asked
// again when they are back; until then they refuse by themselves what they have to.
func (r *Rollout) supervise(ctx context.Context) {
	r.mu.Lock()
	plan := r.state.plans
	var hosts []spec.Host
	switch {
	case r.ask.supervised != plan:
		for _, t := range r.state.tasks {
			if !t.status.met() && !slices.Contains(hosts, t.Host) {
				hosts = append(hosts, t.Host)
			}
		}
	case r.now().Sub(r.ask.at) >= superviseIn:
		hosts = r.ask.unknown
	}
	known := r.ask.supervised == plan && len(hosts) == 0
	r.mu.Unlock()
	if known {
		return
	}
	infos, errs := r.infos(ctx, hosts)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.plans != plan {
		return // planned again meanwhile: the loop looks again
	}
	r.ask.supervised, r.ask.unknown, r.ask.at = plan, nil, r.now()
	for i, err := range errs {
		if err != nil {
			r.ask.unknown = append(r.ask.unknown, hosts[i])
		}
	}
	var rules []ApprovalRule
	if r.state.Approval != nil && (r.state.Awaits() != nil || r.state.consent.approved == plan) {
		rules = slices.Clone(r.state.Approval.Rules)
	}
	n := len(rules)
	for i, h := range hosts {
		covered := slices.ContainsFunc(rules[:n], func(x ApprovalRule) bool { return slices.Contains(x.Hosts, h) })
		if infos[i].Supervised && !covered {
			rules = addSupervised(rules, n, h, infos[i].Approvers)
		}
	}
	if len(rules) > n {
		r.awaitApproval(rules)
		r.bump()
	}
}

// infos asks those hosts that are online what they are.
func (r *Rollout) infos(ctx context.Context, hosts []spec.Host) ([]spec.Info, []error) {
	infos := make([]spec.Info, len(hosts))
	ctx, stop := context.WithTimeout(ctx, superviseIn)
	defer stop()
	on := map[spec.Host]bool{}
	for _, h := range r.fleet.Hosts() {
		on[h.Host] = h.Link == spec.LinkOn
	}
	return infos, deploy.InParallel(len(hosts), func(i int) error {
		if !on[hosts[i]] {
			return spec.Errorf(spec.Unavailable, "%s is offline", hosts[i])
		}
		return deploy.AskHost(ctx, r.fleet, hosts[i], func(ctx context.Context, a spec.Agent) (err error) {
			infos[i], err = a.Info(ctx)
			return err
		})
	})
}

// addSupervised adds a host to the rule with those who may approve there.
func addSupervised(rules []ApprovalRule, from int, h spec.Host, by []string) []ApprovalRule {
	for i := from; i < len(rules); i++ {
		if slices.Equal(rules[i].By, by) {
			rules[i].Hosts = append(rules[i].Hosts, h)
			return rules
		}
	}
	return append(rules, ApprovalRule{By: by, Hosts: []spec.Host{h}, Why: "it takes only what somebody else has approved"})
}

// seek sees to it that agents are asked for an approval as long as one is waited for.
func (r *Rollout) seek(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ask.seeking || r.state.Stopped || r.state.Awaits() == nil || r.ask.supervised != r.state.plans {
		return
	}
	r.ask.seeking = true
	r.wg.Go(func() {
		for r.seekOnce(ctx) {
		}
		r.poke()
	})
}

// seekOnce proposes to the agents what they have not got yet, and takes into the log what was
// decided there. It reports whether an approval is still waited for.
func (r *Rollout) seekOnce(ctx context.Context) bool {
	r.mu.Lock()
	a := r.state.Awaits()
	if a == nil || r.state.Stopped || ctx.Err() != nil {
		r.ask.seeking, r.ask.hosts = false, nil
		r.mu.Unlock()
		return false
	}
	hosts := a.hosts()
	want := make([]spec.Proposal, len(hosts))
	for i, h := range hosts {
		want[i] = r.state.proposal(h)
	}
	tell := r.ask.tell
	r.mu.Unlock()

	found := make([]spec.Proposal, len(hosts))
	errs := deploy.InParallel(len(hosts), func(i int) (err error) {
		if len(want[i].Tasks) == 0 { // all that was to be approved there is done
			return nil
		}
		found[i], err = propose(ctx, r.fleet, hosts[i], want[i])
		return err
	})
	if r.decided(a, hosts, want, found, errs) {
		return true
	}
	if tell && !slices.ContainsFunc(errs, func(err error) bool { return err != nil }) {
		r.mu.Lock()
		r.ask.tell = false
		r.mu.Unlock()
		r.tellApprovers(ctx, a)
	}
	pause(ctx, max(seekEvery, time.Duration(len(hosts))*seekEach))
	return true
}

// propose gives a proposal as its agent has it, after handing it over if need be.
func propose(ctx context.Context, f deploy.Fleet, h spec.Host, want spec.Proposal) (out spec.Proposal, err error) {
	find := func(ctx context.Context, a spec.Agent) (bool, error) {
		all, err := a.Proposals(ctx)
		i := slices.IndexFunc(all, func(p spec.Proposal) bool { return p.Deployment == want.Deployment && p.Plan == want.Plan })
		if i >= 0 {
			out = all[i]
		}
		return i >= 0, err
	}
	err = deploy.AskLong(ctx, f, h, func(ctx context.Context, a spec.Agent) error {
		if is, err := find(ctx, a); is || err != nil {
			return err
		}
		if err := a.Propose(ctx, want); err != nil {
			return err
		}
		_, err := find(ctx, a)
		return err
	})
	return out, err
}

// decided takes into the log what was decided about the plan, and reports whether that is all.
func (r *Rollout) decided(a *Approval, hosts []spec.Host, want, found []spec.Proposal, errs []error) bool {
	asked := make([]Asked, len(hosts))
	var by []string
	var refusal *spec.Decision
	reason, missing := "", false
	for i, h := range hosts {
		asked[i] = Asked{Host: h, Err: spec.AsError(errs[i])}
		if x := found[i].Refusal(); x != nil && refusal == nil {
			refusal = x
		}
		if len(want[i].Tasks) > 0 {
			asked[i].Missing = a.missing(h, found[i].ApprovedBy())
		}
		missing = missing || asked[i].Missing != ""
		for _, d := range found[i].Decisions {
			if !slices.Contains(by, d.By) {
				by = append(by, d.By)
			}
			if d.Reason != "" {
				reason = d.Reason
			}
		}
	}
	slices.Sort(by)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.state.Awaits() != a {
		return true
	}
	switch {
	case refusal != nil:
		r.record(Record{Kind: RecordRefused, Who: refusal.By, Reason: refusal.Reason, Digest: a.Digest})
	case !missing:
		r.record(Record{Kind: RecordApproved, Who: strings.Join(by, ", "), Reason: reason, Digest: a.Digest})
	case slices.EqualFunc(asked, r.ask.hosts, func(x, y Asked) bool {
		return x.Host == y.Host && x.Missing == y.Missing && (x.Err == nil) == (y.Err == nil)
	}):
		return false
	}
	r.ask.hosts = asked
	r.bump()
	return r.state.Awaits() == nil
}

// tellApprovers writes to those who may decide, where the fleet has a way to them. Who does not
// get it sees the deployment in the list.
func (r *Rollout) tellApprovers(ctx context.Context, a *Approval) {
	m, ok := r.fleet.(deploy.Messenger)
	if !ok {
		return
	}
	q, err := Deployments{Fleet: r.fleet}.requestOn(ctx, r.ID(), a.hosts())
	if err != nil {
		return
	}
	for _, who := range a.accounts() {
		m.Message(who, q.Text(r.by, r.fleet))
	}
}
