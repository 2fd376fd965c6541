package spec

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/armonic/armonic/value"
)

// How much an agent keeps of what is to be approved.
const (
	MaxProposals     = 50      // beyond these the oldest are dropped
	MaxProposal      = 4 << 20 // bytes of one, as JSON
	maxProposalField = 1024    // bytes
)

// Proposal is what a deployment is to do on one host, for somebody to approve. What is
// approved is this and nothing else: another plan needs another approval.
type Proposal struct {
	Deployment DeploymentID   `json:"deployment"`
	Name       string         `json:"name,omitempty"` // what people call it
	Root       string         `json:"root,omitempty"` // what is deployed
	Plan       string         `json:"plan"`           // identifies the whole plan, to who made it
	By         string         `json:"by,omitempty"`   // who asks; filled in by who vouches for it
	At         time.Time      `json:"at,omitzero"`    // since when it is kept, by the agent's clock
	Tasks      []ProposedTask `json:"tasks,omitempty"`
	Digest     string         `json:"digest,omitempty"` // of all that, filled in by the agent: a decision names it
	Decisions  []Decision     `json:"decisions,omitempty"`
}

// ProposedTask is one task of that.
type ProposedTask struct {
	ID string `json:"id"`
	Work
	Preview []StepPreview `json:"preview,omitempty"` // what the agent says that it would change
	Err     *Error        `json:"error,omitempty"`   // why it cannot say
	Run     RunID         `json:"run,omitempty"`     // the last run that was started for it
}

// Decision approves a proposal, or refuses it.
type Decision struct {
	Deployment DeploymentID `json:"deployment"`
	Digest     string       `json:"digest"`
	By         string       `json:"by,omitempty"` // filled in by who vouches for it
	At         time.Time    `json:"at,omitzero"`  // by the agent's clock
	Refused    bool         `json:"refused,omitempty"`
	Reason     string       `json:"reason,omitempty"`
}

// Approvals keeps proposals, and what was decided about them.
type Approvals interface {
	// Propose keeps a proposal in the place of an earlier one of the deployment, of which
	// all decisions are void then. The same again does nothing. The error is Invalid for one
	// without id, plan or tasks, or that is too large, NotFound for an unknown lifecycle.
	Propose(ctx context.Context, p Proposal) error
	// Proposals lists what is kept, the newest first, without the tasks.
	Proposals(ctx context.Context) ([]Proposal, error)
	// Proposal gives a proposal as a whole. The error is NotFound if none is kept.
	Proposal(ctx context.Context, id DeploymentID) (Proposal, error)
	// Decide approves or refuses a proposal. The last word of each who decides counts. The
	// error is NotFound if none is kept, Conflict if another one is kept by now, or it is being
	// carried out and is refused, Denied for who would approve what he has asked for himself.
	Decide(ctx context.Context, d Decision) error
}

// ApprovedBy lists who has approved it: nobody if anybody has refused it.
func (p Proposal) ApprovedBy() []string {
	var out []string
	for _, d := range p.Decisions {
		if d.Refused {
			return nil
		}
		out = append(out, d.By)
	}
	return out
}

// Refusal is the decision of the first who has refused it; nil if nobody has.
func (p Proposal) Refusal() *Decision {
	if i := slices.IndexFunc(p.Decisions, func(d Decision) bool { return d.Refused }); i >= 0 {
		return &p.Decisions[i]
	}
	return nil
}

// Without gives the proposal without its tasks, for lists.
func (p Proposal) Without() Proposal {
	p.Tasks = nil
	return p
}

// Check says whether this can be a proposal; the error is Invalid.
func (p Proposal) Check() error {
	switch {
	case p.Deployment == "":
		return Errorf(Invalid, "what is to be approved is of no deployment")
	case p.Plan == "":
		return Errorf(Invalid, "what is to be approved of the deployment %s is of no plan", p.Deployment)
	case len(p.Tasks) == 0:
		return Errorf(Invalid, "there is nothing to be approved of the deployment %s", p.Deployment)
	}
	for name, text := range map[string]string{"id": string(p.Deployment), "name": p.Name, "root": p.Root, "plan": p.Plan, "user": p.By} {
		if len(text) > maxProposalField {
			return Errorf(Invalid, "the %s of a deployment is longer than %d bytes", name, maxProposalField)
		}
	}
	for i := range p.Tasks {
		if len(p.Tasks[i].Steps) == 0 {
			return Errorf(Invalid, "the task %s has no steps", p.Tasks[i].ID)
		}
	}
	return nil
}

// Sealed fills in the digest. Secrets are not in it, since who reads it could try them out; the
// nonce is, so that another proposal has another digest, also if only a secret differs.
func (p Proposal) Sealed(nonce string) (Proposal, error) {
	p.Digest, p.Decisions = "", nil
	text, err := value.Encode(p, value.Hide())
	if err != nil {
		return p, err
	}
	if len(text) > MaxProposal {
		return p, Errorf(Invalid, "what is to be approved of the deployment %s has %d bytes, an agent keeps at most %d", p.Deployment, len(text), MaxProposal)
	}
	sum := sha256.Sum256(append(text, nonce...))
	p.Digest = hex.EncodeToString(sum[:8])
	return p, nil
}

// Check says whether this can be a decision; the error is Invalid.
func (d Decision) Check() error {
	switch {
	case d.Deployment == "" || d.Digest == "":
		return Errorf(Invalid, "a decision names a deployment, and the digest of what was proposed")
	case d.Refused && d.Reason == "":
		return Errorf(Invalid, "why is the deployment %s refused?", d.Deployment).WithHint("say it, for who has asked for it")
	case len(d.Reason) > maxProposalField:
		return Errorf(Invalid, "the reason is longer than %d bytes", maxProposalField)
	}
	return nil
}

// Allows reports whether a run does what the task says, from some step on. What was not known
// when it was planned may be anything by now.
func (t *ProposedTask) Allows(r *Run) (from int, ok bool) {
	from = len(t.Steps) - len(r.Steps)
	if from < 0 || len(r.Steps) == 0 || t.Lifecycle != r.Lifecycle || t.Changed != r.Changed || !slices.Equal(r.From, StackAfter(t.From, t.Steps[:from])) {
		return 0, false
	}
	for i := range r.Steps {
		want, got := &t.Steps[from+i], &r.Steps[i]
		if want.Action != got.Action || want.State != got.State || want.Provide != got.Provide || want.Run != got.Run || want.Again != got.Again ||
			!slices.Equal(want.For, got.For) || !fits(anyInputs(want.Inputs), anyInputs(got.Inputs)) {
			return 0, false
		}
	}
	return from, true
}

func anyInputs(in Inputs) any {
	out := map[string]any{}
	for name, sets := range in {
		list := make([]any, len(sets))
		for i, s := range sets {
			list[i] = map[string]any(s)
		}
		out[name] = list
	}
	return out
}

// fits reports whether a value is the one that was planned, or may have become that.
func fits(want, got any) bool {
	if _, open := want.(value.Deferred); open {
		return true
	}
	if !value.IsDeferred(want) {
		return value.Equal(want, got)
	}
	switch w := want.(type) {
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !fits(w[i], g[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for k := range g {
			if _, planned := w[k]; !planned {
				return false
			}
		}
		for k := range w {
			if !fits(w[k], g[k]) {
				return false
			}
		}
		return true
	}
	return false
}
