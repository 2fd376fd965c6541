package rollout

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Approval is what somebody else has to agree to before anything of a plan is handed over.
type Approval struct {
	Digest string         `json:"digest"` // of the plan
	Rules  []ApprovalRule `json:"rules"`  // all of them hold
}

// ApprovalRule says who has to approve what is done on some hosts.
type ApprovalRule struct {
	By    []string    `json:"by"` // one of these accounts
	Hosts []spec.Host `json:"hosts"`
	Why   string      `json:"why,omitempty"` // there is the rule
}

// Demand says when somebody has to approve, before it is known what is done where.
type Demand struct {
	By           []string // one of these accounts
	Hosts        []string // names of hosts or patterns of them; without any it is about all
	Irreversible bool     // only where something is changed that cannot be taken back
	Why          string
}

// Who names those who have to approve: "ann, and bob or eve".
func (a *Approval) Who() string {
	var all []string
	for _, r := range a.Rules {
		if one := strings.Join(r.By, " or "); !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return strings.Join(all, ", and ")
}

// WaitsFor names those who have to approve before the deployment goes on, "" if nobody has to.
func (s *Snapshot) WaitsFor() string {
	if s.Awaits == nil {
		return ""
	}
	return s.Awaits.Who()
}

// accounts are those who may have a say in it.
func (a *Approval) accounts() []string {
	var out []string
	for _, r := range a.Rules {
		out = append(out, r.By...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hosts are those on which something has to be approved.
func (a *Approval) hosts() []spec.Host {
	var out []spec.Host
	for _, r := range a.Rules {
		for _, h := range r.Hosts {
			if !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	return out
}

// missing says who has not approved yet what is done on a host, "" if nobody has to any more.
func (a *Approval) missing(h spec.Host, by []string) string {
	var out []string
	for _, r := range a.Rules {
		if slices.Contains(r.Hosts, h) && !slices.ContainsFunc(r.By, func(who string) bool { return slices.Contains(by, who) }) {
			out = append(out, strings.Join(r.By, " or "))
		}
	}
	return strings.Join(out, ", and ")
}

// consent is how it stands with the approval of the last plan.
type consent struct {
	approved, refused int // the number of the plan for which that was said last
	who, reason       string
	at                time.Time
}

// Awaits is what has to be approved before the deployment goes on; nil if nothing has to.
func (s *State) Awaits() *Approval {
	if s.Approval == nil || s.consent.approved == s.plans || s.consent.refused == s.plans || !slices.ContainsFunc(s.tasks, func(t *task) bool { return !t.status.met() }) {
		return nil
	}
	return s.Approval
}

// Refused reports whether somebody has refused what is planned.
func (s *State) Refused() bool { return s.Approval != nil && s.consent.refused == s.plans }

// withheld reports whether nothing may be handed over.
func (s *State) withheld() bool { return s.Awaits() != nil || s.Refused() }

// applyApproval takes a record about an approval. One of an earlier plan is void.
func (s *State) applyApproval(r Record) {
	switch {
	case r.Kind == RecordAwaitsApproval && r.Approval != nil:
		s.Approval, s.consent, s.Ended = r.Approval, consent{}, time.Time{}
	case s.Approval == nil || r.Digest != s.Approval.Digest:
	case r.Kind == RecordApproved:
		s.consent = consent{approved: s.plans, who: r.Who, reason: r.Reason, at: r.At}
	case r.Kind == RecordRefused:
		s.consent = consent{refused: s.plans, who: r.Who, reason: r.Reason, at: r.At}
	}
}

// digest identifies the last plan, what was shown of it included. Secrets are not in it: with
// others it would be another plan.
func (s *State) digest() string {
	text, _ := value.Encode(s.last, value.Hide()) // it was written to the log, or will be
	sum := sha256.Sum256(fmt.Appendf(text, "%s %d", s.ID, s.plans))
	return hex.EncodeToString(sum[:8])
}

// demand records that a plan has to be approved, if something says so: the demands of whoever
// goes on, and the rules that held for the plan before. mu is held.
func (r *Rollout) demand(plan *Plan, previews map[resolver.TaskID]deploy.TaskPreview) {
	var rules []ApprovalRule
	for _, d := range r.demands {
		if hosts := d.hosts(plan, previews); len(hosts) > 0 {
			rules = append(rules, ApprovalRule{By: d.By, Hosts: hosts, Why: d.Why})
		}
	}
	if r.state.Approval != nil {
		for _, x := range r.state.Approval.Rules {
			x.Hosts = slices.DeleteFunc(slices.Clone(x.Hosts), func(h spec.Host) bool {
				return !slices.ContainsFunc(plan.Tasks, func(t PlannedTask) bool { return t.Host == h })
			})
			if len(x.Hosts) > 0 && !slices.ContainsFunc(rules, func(y ApprovalRule) bool { return slices.Equal(x.By, y.By) && slices.Equal(x.Hosts, y.Hosts) }) {
				rules = append(rules, x)
			}
		}
	}
	r.awaitApproval(rules)
}

// awaitApproval records that the last plan has to be approved. mu is held.
func (r *Rollout) awaitApproval(rules []ApprovalRule) {
	if len(rules) > 0 {
		r.record(Record{Kind: RecordAwaitsApproval, Who: r.by, Approval: &Approval{Digest: r.state.digest(), Rules: rules}})
		r.ask.tell = true
	}
}

// Concerns gives the hosts of a plan that a demand is about, as far as it is known what would
// change: before it is carried out.
func (d *Demand) Concerns(plan *resolver.Plan, previews map[resolver.TaskID]deploy.TaskPreview) []spec.Host {
	var out []spec.Host
	for i := range plan.Tasks {
		out = d.add(out, plan.Tasks[i].Host, plan.Tasks[i].ID, previews)
	}
	return out
}

// hosts are those of a plan that a demand is about.
func (d *Demand) hosts(plan *Plan, previews map[resolver.TaskID]deploy.TaskPreview) []spec.Host {
	var out []spec.Host
	for i := range plan.Tasks {
		out = d.add(out, plan.Tasks[i].Host, plan.Tasks[i].ID, previews)
	}
	return out
}

// add adds the host of a task, if the demand is about it.
func (d *Demand) add(out []spec.Host, h spec.Host, id resolver.TaskID, previews map[resolver.TaskID]deploy.TaskPreview) []spec.Host {
	x, shown := previews[id]
	if slices.Contains(out, h) || d.Irreversible && shown && x.Err == nil && !irreversible(x.Steps) {
		return out
	}
	if len(d.Hosts) == 0 || slices.ContainsFunc(d.Hosts, func(p string) bool { fits, err := path.Match(p, string(h)); return fits && err == nil }) {
		out = append(out, h)
	}
	return out
}

// irreversible reports whether something is changed that cannot be taken back.
func irreversible(steps []spec.StepPreview) bool { return len(forever(steps)) > 0 }

// forever says what of some steps cannot be taken back.
func forever(steps []spec.StepPreview) []string {
	var out []string
	for i := range steps {
		s := &steps[i]
		n := len(out)
		for _, c := range s.Changes {
			if c.Forever != "" {
				out = append(out, c.What+": "+c.Forever)
			}
		}
		if s.Irreversible && len(out) == n {
			out = append(out, s.Step.Name())
		}
	}
	return out
}

// proposal is what is left to be done on a host.
func (s *State) proposal(h spec.Host) spec.Proposal {
	out := spec.Proposal{Deployment: s.ID, Name: s.Name, Root: string(s.Root), Plan: s.Approval.Digest, By: s.By}
	for _, t := range s.tasks {
		if t.Host != h || t.status.met() {
			continue
		}
		steps := slices.Clone(t.Steps)
		for i := range steps {
			steps[i].Requires = nil // the agent knows what it requires
		}
		out.Tasks = append(out.Tasks, spec.ProposedTask{ID: string(t.ID), Work: spec.Work{Lifecycle: t.Lifecycle, From: t.From, Steps: steps, Changed: s.Changed, Node: string(t.Node)}})
	}
	return out
}
