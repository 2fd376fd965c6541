package agentd

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"sync"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// ProposalStore keeps what is to be approved, as durably as it can. It is used by one at a
// time.
type ProposalStore interface {
	// KeptProposals lists what is kept, without the tasks. Those that cannot be read are the
	// error, and the others are listed all the same.
	KeptProposals() ([]spec.Proposal, error)
	// KeptProposal gives one as a whole.
	KeptProposal(id spec.DeploymentID) (spec.Proposal, error)
	// KeepProposal keeps one in the place of that of its deployment.
	KeepProposal(p spec.Proposal) error
	// DropProposal forgets one.
	DropProposal(id spec.DeploymentID) error
}

// memoryProposals forgets when the process ends.
type memoryProposals map[spec.DeploymentID]spec.Proposal

func (memoryProposals) KeptProposals() ([]spec.Proposal, error) { return nil, nil }
func (m memoryProposals) KeptProposal(id spec.DeploymentID) (spec.Proposal, error) {
	return m[id], nil
}
func (m memoryProposals) KeepProposal(p spec.Proposal) error {
	p.Tasks = slices.Clone(p.Tasks)
	m[p.Deployment] = p
	return nil
}
func (m memoryProposals) DropProposal(id spec.DeploymentID) error { delete(m, id); return nil }

// approvals is what is kept of proposals. Their tasks are in the store.
type approvals struct {
	mu  sync.Mutex // held while the store is used
	all map[spec.DeploymentID]spec.Proposal
}

// openApprovals reads what is kept. What cannot be read has to be approved again.
func (s *Service) openApprovals() {
	kept, err := s.config.Proposals.KeptProposals()
	if err != nil {
		s.config.Logger.Warn("what was approved cannot be read, and has to be approved again", "error", err, "hint", spec.HintOf(err))
	}
	s.approvals.all = map[spec.DeploymentID]spec.Proposal{}
	for _, p := range kept {
		s.approvals.all[p.Deployment] = p
	}
}

// Propose keeps what is to be approved, and what the host says of it now.
func (s *Service) Propose(ctx context.Context, p spec.Proposal) error {
	if err := p.Check(); err != nil {
		return err
	}
	for i := range p.Tasks {
		if _, err := s.engine(p.Tasks[i].Lifecycle); err != nil {
			return err
		}
	}
	if s.proposed(p) {
		return nil
	}
	p.Tasks = slices.Clone(p.Tasks)
	for i := range p.Tasks { // as it is now, whatever who asks says
		if e, err := s.engine(p.Tasks[i].Lifecycle); err == nil {
			p.Tasks[i].Module = e.Definition().Digest
		}
	}
	s.preview(ctx, p.Tasks)
	if err := ctx.Err(); err != nil {
		return err
	}
	a := &s.approvals
	a.mu.Lock()
	defer a.mu.Unlock()
	p.At = s.config.Clock()
	p, err := p.Sealed(rand.Text())
	if err != nil {
		return err
	}
	for len(a.all) >= spec.MaxProposals && a.all[p.Deployment].Digest == "" {
		old := slices.MinFunc(a.list(), func(x, y spec.Proposal) int {
			return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Deployment, y.Deployment))
		})
		if err := s.config.Proposals.DropProposal(old.Deployment); err != nil {
			return err
		}
		delete(a.all, old.Deployment)
	}
	return a.keep(s.config.Proposals, p)
}

func (a *approvals) list() []spec.Proposal {
	out := make([]spec.Proposal, 0, len(a.all))
	for _, p := range a.all {
		out = append(out, p)
	}
	return out
}

// keep keeps a proposal as it is now. mu is held.
func (a *approvals) keep(store ProposalStore, p spec.Proposal) error {
	if err := store.KeepProposal(p); err != nil {
		return err
	}
	a.all[p.Deployment] = p.Without()
	return nil
}

// proposed reports whether the same is kept already.
func (s *Service) proposed(p spec.Proposal) bool {
	a := &s.approvals
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all[p.Deployment].Plan != p.Plan {
		return false
	}
	kept, err := s.config.Proposals.KeptProposal(p.Deployment)
	return err == nil && slices.EqualFunc(kept.Tasks, p.Tasks, func(x, y spec.ProposedTask) bool {
		return x.ID == y.ID && value.Equal(workContent(x.Work), workContent(y.Work))
	})
}

// preview asks what tasks would change, one after the other.
func (s *Service) preview(ctx context.Context, tasks []spec.ProposedTask) {
	var f lifecycle.Forecast
	for i := range tasks {
		t := &tasks[i]
		steps, err := s.foresee(ctx, &f, t.Work)
		for j, x := range t.Steps[:len(steps)] {
			steps[j].Step = spec.Step{Action: x.Action, State: x.State, Provide: x.Provide, Again: x.Again}
		}
		t.Preview, t.Err, t.Run = steps, spec.AsError(err), ""
	}
}

// Proposals lists what is kept.
func (s *Service) Proposals(context.Context) ([]spec.Proposal, error) {
	s.approvals.mu.Lock()
	defer s.approvals.mu.Unlock()
	out := s.approvals.list()
	slices.SortFunc(out, func(x, y spec.Proposal) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(x.Deployment, y.Deployment))
	})
	return out, nil
}

// Proposal gives a proposal.
func (s *Service) Proposal(_ context.Context, id spec.DeploymentID) (spec.Proposal, error) {
	s.approvals.mu.Lock()
	defer s.approvals.mu.Unlock()
	return s.proposal(id)
}

func (s *Service) proposal(id spec.DeploymentID) (spec.Proposal, error) {
	if _, known := s.approvals.all[id]; !known {
		return spec.Proposal{}, spec.Errorf(spec.NotFound, "nothing of a deployment %s is to be approved on %s", id, s.config.Info.Host)
	}
	return s.config.Proposals.KeptProposal(id)
}

// Decide approves or refuses a proposal.
func (s *Service) Decide(_ context.Context, d spec.Decision) error {
	if err := d.Check(); err != nil {
		return err
	}
	s.approvals.mu.Lock()
	defer s.approvals.mu.Unlock()
	p, err := s.proposal(d.Deployment)
	if err != nil {
		return err
	}
	began := slices.ContainsFunc(p.Tasks, func(t spec.ProposedTask) bool { return t.Run != "" })
	switch {
	case d.Digest != p.Digest:
		return spec.Errorf(spec.Conflict, "%s is to do something else of the deployment %s by now", s.config.Info.Host, d.Deployment).
			WithHint("it was planned again: look at it as it is now")
	case !d.Refused && d.By == p.By:
		return spec.Errorf(spec.Denied, "%s has asked for the deployment %s, somebody else has to approve it", d.By, d.Deployment)
	case d.Refused && began:
		return spec.Errorf(spec.Conflict, "the deployment %s is being carried out on %s already", d.Deployment, s.config.Info.Host).
			WithHint("stop it, or roll it back")
	}
	i := slices.IndexFunc(p.Decisions, func(x spec.Decision) bool { return x.By == d.By })
	switch d.At = s.config.Clock(); {
	case i < 0:
		p.Decisions = append(slices.Clone(p.Decisions), d)
	case p.Decisions[i].Refused == d.Refused:
		return nil
	default:
		p.Decisions = slices.Clone(p.Decisions)
		p.Decisions[i] = d
	}
	s.config.Logger.Info("decided", "deployment", d.Deployment, "by", d.By, "refused", d.Refused, "reason", d.Reason, "digest", d.Digest)
	return s.approvals.keep(s.config.Proposals, p)
}

// allow refuses a run that is not of a task that was approved, or of one that is done. It is held
// to the module of when it was proposed; and the first task on the host to what was shown of it.
func (s *Service) allow(r *spec.Run) error {
	a := &s.approvals
	a.mu.Lock()
	defer a.mu.Unlock()
	kept := a.all[r.Deployment]
	refused := kept.Refusal()
	switch {
	case kept.Digest == "":
		return spec.Errorf(spec.Denied, "%s takes from you only what somebody else has approved, and nothing of this was proposed", s.config.Info.Host).
			WithHint("armonic deploy proposes it, and waits for the approval")
	case refused != nil:
		return spec.Errorf(spec.Denied, "%s has refused the deployment on %s: %s", refused.By, s.config.Info.Host, refused.Reason).WithHint("plan it again, and ask again")
	case len(kept.ApprovedBy()) == 0:
		return spec.Errorf(spec.Denied, "nobody has approved the deployment on %s yet", s.config.Info.Host).WithHint("armonic deployments approve %s", r.Deployment)
	}
	p, err := s.config.Proposals.KeptProposal(r.Deployment)
	if err != nil {
		return err
	}
	done := spec.RunID("")
	for i := range p.Tasks {
		t := &p.Tasks[i]
		from, ok := t.Allows(r)
		switch {
		case !ok:
			continue
		case t.Run == r.ID:
			return nil
		case t.Run != "" && !s.failed(t.Run):
			done = t.Run
			continue
		case i == 0 && from == 0 && t.Run == "" && t.Err == nil:
			r.Shown = spec.Shown(t.Preview)
		}
		r.Module = t.Module
		p.Tasks = slices.Clone(p.Tasks)
		p.Tasks[i].Run = r.ID
		return a.keep(s.config.Proposals, p)
	}
	if done != "" {
		return spec.Errorf(spec.Denied, "what was approved is done once, by the run %s", done).WithHint("plan it again, and ask again")
	}
	return spec.Errorf(spec.Denied, "the run %s does not do what was approved of the deployment", r.ID).WithHint("plan it again, and ask again")
}

// failed reports whether a run has ended, and not well; or is not known, so it never began.
func (s *Service) failed(id spec.RunID) bool {
	r, err := s.find(id)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		return spec.KindOf(err) == spec.NotFound && !slices.Contains(s.forgotten, id.Fingerprint())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(r.events)
	return r.ended && n > 0 && r.events[n-1].Kind == spec.EventRunDone && r.events[n-1].Err != nil
}

// workContent is what must be the same for work to be the same.
func workContent(w spec.Work) []any {
	steps := make([]any, len(w.Steps))
	for i, s := range w.Steps {
		steps[i] = []any{s.Action, s.State, s.Provide, s.For, s.Run, s.Again, s.Inputs}
	}
	return []any{w.Lifecycle, w.From, w.Changed, steps}
}
